#pragma once
// Rules of the path that a frame's shift takes through the correlation maps of the bands.

#include <cstddef>
#include <cstdint>

#include "core/view.hpp"
#include "pipeline/rules/field_maps.hpp"

namespace ostracon::rules {

inline constexpr float kPathCellPx = 2;
inline constexpr float kPathStepPx = 1;           ///< expected change from band to band, rms
inline constexpr std::int32_t kMostPathStep = 2;  ///< cells

struct PathStep {
  float value;        ///< likelihood of the best way to a cell along one axis
  std::int32_t step;  ///< cells from it to where that way came from
};

/// The largest of from[i + d] - (d cells)^2 / (2 kPathStepPx^2) with |d| <= kMostPathStep; of equal
/// ones d = 0, else the smallest d.
OSTRACON_HD inline PathStep best_step(const float* from, std::ptrdiff_t stride, std::int32_t i,
                                      std::int32_t count) {
  PathStep best{from[i * stride], 0};
  for (std::int32_t d = -kMostPathStep; d <= kMostPathStep; ++d) {
    if (d == 0 || i + d < 0 || i + d >= count) continue;
    const float px = kPathCellPx * static_cast<float>(d);
    const float value = from[(i + d) * stride] - 0.5F * px * px / (kPathStepPx * kPathStepPx);
    if (value > best.value) best = {value, d};
  }
  return best;
}

/// Where the parabola through a, b, c at -1, 0, 1 has its top, half a cell away at most.
OSTRACON_HD inline float parabola_top(float a, float b, float c) {
  const float curvature = a - 2 * b + c;
  return curvature < 0 ? clamped(0.5F * (a - c) / curvature, -0.5F, 0.5F) : 0.0F;
}

/// Cells of a map of (2 reach_y + 1) x (2 reach_x + 1) shifts.
struct ShiftGrid {
  std::int32_t reach_y, reach_x;
  OSTRACON_HD std::int32_t rows() const { return 2 * reach_y + 1; }
  OSTRACON_HD std::int32_t cols() const { return 2 * reach_x + 1; }
  OSTRACON_HD std::int32_t cells() const { return rows() * cols(); }
};

/// Shift of a cell, moved to the top of the parabolas through it and its neighbours, px.
OSTRACON_HD inline Point shift_of(const float* map, const ShiftGrid& grid, std::int32_t cell) {
  const std::int32_t cols = grid.cols();
  const std::int32_t i = cell / cols;
  const std::int32_t j = cell % cols;
  auto y = static_cast<float>(i - grid.reach_y);
  auto x = static_cast<float>(j - grid.reach_x);
  const float* at = map + cell;
  if (i > 0 && i + 1 < grid.rows()) y += parabola_top(at[-cols], at[0], at[cols]);
  if (j > 0 && j + 1 < cols) x += parabola_top(at[-1], at[0], at[1]);
  return {kPathCellPx * y, kPathCellPx * x};
}

}  // namespace ostracon::rules
