#pragma once
// What is known about a field, as kernels see it.

#include <span>

#include "kernels/core/packed_floats.hpp"
#include "pipeline/field.hpp"
#include "pipeline/rules/field_maps.hpp"

namespace ostracon::cuda {

/// Addresses are of the device.
struct FieldTables {
  rules::ShadingGrid shading;
  const float* row_gain;  ///< [frame][row]
  const float* band_centre_y;
  const float* shift;   ///< [frame][band] (y, x)
  const float* weight;  ///< [frame]
  std::int32_t bands, frames, rows;

  OSTRACON_HD rules::DriftTrack track(std::int32_t frame) const {
    return {band_centre_y, shift + 2 * static_cast<std::ptrdiff_t>(frame) * bands, bands};
  }
};

/// Floats that the tables of a field of this shape take at most: a band has a row at least, a cell
/// four pixels a side.
inline std::size_t most_field_floats(const FieldShape& shape) {
  const auto frames = static_cast<std::size_t>(shape.frames);
  const auto rows = static_cast<std::size_t>(shape.rows);
  const auto cols = static_cast<std::size_t>(shape.cols);
  return (rows / 4 + 1) * (cols / 4 + 1) + 3 * frames * rows + rows + frames + 16;
}

inline std::span<const float> flattened(const std::vector<std::array<float, 2>>& pairs) {
  return {pairs.empty() ? nullptr : pairs.front().data(), 2 * pairs.size()};
}

inline FieldTables put_field(PackedFloats& packed, const FlatField& flat, const DriftField& drift) {
  std::vector<float> weight;
  for (std::int32_t f = 0; f < flat.frames; ++f) weight.push_back(drift.weight_of(f));
  FieldTables tables{};
  tables.shading = {packed.put(flat.shading), flat.cell_px, flat.cell_rows, flat.cell_cols};
  tables.row_gain = packed.put(flat.row_gain);
  tables.band_centre_y = packed.put(drift.band_centre_y);
  tables.shift = packed.put(flattened(drift.shift));
  tables.weight = packed.put(weight);
  tables.bands = static_cast<std::int32_t>(drift.band_centre_y.size());
  tables.frames = flat.frames;
  tables.rows = flat.rows;
  return tables;
}

}  // namespace ostracon::cuda
