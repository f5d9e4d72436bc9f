#pragma once
// Random pixels, brightness, drift and lattices: input for tests that compare backends.

#include <cmath>
#include <vector>

#include "datasets/random.hpp"
#include "tests/support/field_on_backend.hpp"

namespace ostracon::test {

/// Whole numbers from 20 to 220.
inline std::vector<float> random_pixels(const FieldShape& shape, sem::Random& random) {
  std::vector<float> pixels(static_cast<std::size_t>(shape.frames) * shape.pixels_per_frame());
  for (float& pixel : pixels) pixel = static_cast<float>(std::floor(20 + 200 * random.uniform()));
  return pixels;
}

/// Uneven shading, flicker of 5 %.
inline FlatField random_flat(const FieldShape& shape, sem::Random& random) {
  FlatField flat = even_field(shape, 100);
  for (float& shade : flat.shading) shade *= static_cast<float>(0.7 + 0.6 * random.uniform());
  for (float& gain : flat.row_gain) gain = static_cast<float>(1 + 0.05 * random.normal());
  return flat;
}

/// Bands whose shifts are of some `rms` px, frames of different weights, the last of three left
/// out.
inline DriftField random_drift(const FieldShape& shape, std::int32_t bands, double rms,
                               sem::Random& random) {
  DriftField drift;
  drift.frames = shape.frames;
  for (std::int32_t b = 0; b < bands; ++b)
    drift.band_centre_y.push_back((static_cast<float>(b) + 0.5F) * static_cast<float>(shape.rows) /
                                  static_cast<float>(bands));
  for (std::int32_t i = 0; i < shape.frames * bands; ++i)
    drift.shift.push_back(
        {static_cast<float>(rms * random.normal()), static_cast<float>(rms * random.normal())});
  for (std::int32_t f = 0; f < shape.frames; ++f)
    drift.weight.push_back(f == 2 ? 0.0F : static_cast<float>(0.5 + random.uniform()));
  return drift;
}

/// A straight map whose nodes are some tenths of a pixel off.
inline LatticeMap random_map(std::int32_t rows, std::int32_t cols, std::array<float, 2> origin,
                             std::array<float, 2> down, std::array<float, 2> right,
                             sem::Random& random) {
  LatticeMap map = straight_map(rows, cols, origin, down, right);
  for (auto& node : map.nodes)
    for (float& along : node) along += static_cast<float>(0.3 * random.normal());
  return map;
}

}  // namespace ostracon::test
