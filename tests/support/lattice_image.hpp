#pragma once
// A flattened image of a random plate as the registration stages get it, with its truth.

#include <numeric>

#include "tests/datasets/memory_plate.hpp"
#include "tests/support/field_on_backend.hpp"

namespace ostracon::test {

struct LatticeImage {
  std::int32_t rows = 0, cols = 0;
  std::vector<float> pixels;  ///< brightness over its mean, less 1
  sem::FieldTruth truth;
};

/// One frame of `profile` in a field of `side` px square.
inline LatticeImage lattice_image(sem::Profile profile, std::int32_t side, std::uint64_t seed = 1) {
  profile.scan.frames = 1;
  profile.adc.bits = 32;
  profile.geometry.field_rows = profile.geometry.field_cols = side;
  const auto modules = static_cast<std::int32_t>(side / profile.scan.pixels_per_module) + 40;
  sem::MemoryPlate plate(1, modules, modules);
  sem::Rendered seen = sem::render(profile, plate, seed);
  LatticeImage image{seen.shape.rows, seen.shape.cols, {}, std::move(seen.truth)};
  image.pixels.resize(seen.shape.pixels_per_frame());
  std::memcpy(image.pixels.data(), seen.bytes.data(), seen.shape.bytes());
  const double mean = std::accumulate(image.pixels.begin(), image.pixels.end(), 0.0) /
                      static_cast<double>(image.pixels.size());
  for (float& pixel : image.pixels) pixel = pixel / static_cast<float>(mean) - 1;
  return image;
}

/// Brings the soft grid of a lattice into `room`, where the lattice then points.
inline Result<> download_soft_grid(Backend& backend, FieldLattice& lattice,
                                   std::vector<std::int8_t>& room) {
  const ImageView<const std::int8_t> soft = lattice.soft;
  EXPECT_EQ(soft.row_stride, soft.cols);
  room.resize(static_cast<std::size_t>(soft.rows) * static_cast<std::size_t>(soft.cols));
  OSTRACON_TRY(backend.memory().download(room.data(), soft.data, room.size()));
  lattice.soft.data = room.data();
  return Ok{};
}

/// White noise of the strength that 20 electrons a pixel give.
inline std::vector<float> noise_image(std::int32_t side, std::uint64_t seed) {
  sem::Random random(seed);
  std::vector<float> pixels(static_cast<std::size_t>(side) * static_cast<std::size_t>(side));
  for (float& pixel : pixels) pixel = static_cast<float>(0.22 * random.normal());
  return pixels;
}

}  // namespace ostracon::test
