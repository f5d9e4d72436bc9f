#pragma once
// Rules of what is known about a field: brightness, drift and lattice at one place. FlatField,
// DriftField and LatticeMap (pipeline/field.hpp) call them on the host, kernels on the device.

#include <math.h>  // floorf: in device code too

#include <cstddef>
#include <cstdint>

#include "core/view.hpp"

namespace ostracon::rules {

struct Point {
  float y, x;  ///< px
};

OSTRACON_HD inline float clamped(float value, float low, float high) {
  return value < low ? low : high < value ? high : value;
}
OSTRACON_HD inline std::int32_t clamped(std::int32_t value, std::int32_t low, std::int32_t high) {
  return value < low ? low : high < value ? high : value;
}

/// FlatField::shading on its grid of cells.
struct ShadingGrid {
  const float* shading;  ///< [cell_rows][cell_cols]
  std::int32_t cell_px, cell_rows, cell_cols;
};

/// Bilinear between the centres of cells, constant beyond the outermost.
OSTRACON_HD inline float shading_at(const ShadingGrid& grid, float y, float x) {
  const float inverse = 1.0F / static_cast<float>(grid.cell_px);
  const auto last_row = static_cast<float>(grid.cell_rows - 1);
  const auto last_col = static_cast<float>(grid.cell_cols - 1);
  const float r = clamped((y + 0.5F) * inverse - 0.5F, 0.0F, last_row);
  const float c = clamped((x + 0.5F) * inverse - 0.5F, 0.0F, last_col);
  const auto r0 = static_cast<std::int32_t>(r);
  const auto c0 = static_cast<std::int32_t>(c);
  const std::int32_t right = c0 + 1 < grid.cell_cols ? 1 : 0;
  const float* above = grid.shading + static_cast<std::ptrdiff_t>(r0) * grid.cell_cols + c0;
  const float* below = above + (r0 + 1 < grid.cell_rows ? grid.cell_cols : 0);
  const float fc = c - static_cast<float>(c0);
  const float top = above[0] + fc * (above[right] - above[0]);
  const float bottom = below[0] + fc * (below[right] - below[0]);
  return top + (r - static_cast<float>(r0)) * (bottom - top);
}

/// The motion of one frame: shifts at the centres of bands, ascending, at least one.
struct DriftTrack {
  const float* band_centre_y;
  const float* shift;  ///< [band] (y, x)
  std::int32_t bands;
};

/// Piecewise linear in y, linear beyond the outermost centres by at most half a band.
OSTRACON_HD inline Point drift_at(const DriftTrack& track, float y) {
  if (track.bands == 1) return {track.shift[0], track.shift[1]};
  std::int32_t upper = 1;
  while (upper + 1 < track.bands && track.band_centre_y[upper] < y) ++upper;
  const float y0 = track.band_centre_y[upper - 1];
  const float y1 = track.band_centre_y[upper];
  const float t = clamped((y - y0) / (y1 - y0), -0.5F, 1.5F);
  const float* a = track.shift + 2 * (static_cast<std::ptrdiff_t>(upper) - 1);
  const float* b = a + 2;
  return {a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])};
}

/// LatticeMap::nodes.
struct NodeGrid {
  const float* nodes;  ///< [node_rows][node_cols] (y, x) px
  std::int32_t step, first_row, first_col, node_rows, node_cols;
};

/// Where module (row, col) lies: bilinear between nodes, linear beyond the edge.
OSTRACON_HD inline Point node_map_at(const NodeGrid& map, float row, float col) {
  const float inverse = 1.0F / static_cast<float>(map.step);
  const float r = (row - static_cast<float>(map.first_row)) * inverse;
  const float c = (col - static_cast<float>(map.first_col)) * inverse;
  const auto r0 = clamped(static_cast<std::int32_t>(floorf(r)), 0, map.node_rows - 2);
  const auto c0 = clamped(static_cast<std::int32_t>(floorf(c)), 0, map.node_cols - 2);
  const float fr = r - static_cast<float>(r0);
  const float fc = c - static_cast<float>(c0);
  const float* top = map.nodes + 2 * (static_cast<std::ptrdiff_t>(r0) * map.node_cols + c0);
  const float* bottom = top + 2 * static_cast<std::ptrdiff_t>(map.node_cols);
  const float top_y = top[0] + fc * (top[2] - top[0]);
  const float top_x = top[1] + fc * (top[3] - top[1]);
  const float bottom_y = bottom[0] + fc * (bottom[2] - bottom[0]);
  const float bottom_x = bottom[1] + fc * (bottom[3] - bottom[1]);
  return {top_y + fr * (bottom_y - top_y), top_x + fr * (bottom_x - top_x)};
}

}  // namespace ostracon::rules
