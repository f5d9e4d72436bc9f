#pragma once
// Rules of the lattice as a phase: the module at a pixel and the pixel under a module.

#include <math.h>  // floorf, fabsf: in device code too

#include <cstddef>
#include <cstdint>

#include "core/view.hpp"
#include "pipeline/rules/field_maps.hpp"

namespace ostracon::rules {

/// Carriers of both lines of a lattice and, on tiles, what their phases differ by, radians.
struct PhaseField {
  const float *row, *col;  ///< [rows][cols]
  std::int32_t rows, cols, tile_px;
  float row_of[2], col_of[2];  ///< modules a px along (y, x)
  float down[2], right[2];     ///< (y, x) px a module, the other way round
};

struct Module {
  float row, col;
};

/// Bilinear between the centres of tiles; beyond the outermost linear for half a tile, then the
/// carriers go on straight.
OSTRACON_HD inline Module module_at(const PhaseField& field, const Point& at) {
  const auto tile_px = static_cast<float>(field.tile_px);
  const float i = (at.y + 0.5F) / tile_px - 0.5F;
  const float j = (at.x + 0.5F) / tile_px - 0.5F;
  const auto i0 = clamped(static_cast<std::int32_t>(floorf(i)), 0, field.rows - 2);
  const auto j0 = clamped(static_cast<std::int32_t>(floorf(j)), 0, field.cols - 2);
  const float fi = clamped(i - static_cast<float>(i0), -1.0F, 2.0F);
  const float fj = clamped(j - static_cast<float>(j0), -1.0F, 2.0F);
  const auto value = [&](const float* phase) {
    const float* top = phase + static_cast<std::ptrdiff_t>(i0) * field.cols + j0;
    const float* bottom = top + field.cols;
    const float a = top[0] + fj * (top[1] - top[0]);
    const float b = bottom[0] + fj * (bottom[1] - bottom[0]);
    return (a + fi * (b - a)) / 6.28318530717958648F;
  };
  return {field.row_of[0] * at.y + field.row_of[1] * at.x + value(field.row),
          field.col_of[0] * at.y + field.col_of[1] * at.x + value(field.col)};
}

inline constexpr int kMostPixelSteps = 12;

/// Fixed point from `start`; the phase is smooth, so each step gains about two digits.
OSTRACON_HD inline Point pixel_under(const PhaseField& field, const Module& module, Point start) {
  for (int step = 0; step < kMostPixelSteps; ++step) {
    const Module seen = module_at(field, start);
    const float dr = module.row - seen.row;
    const float dc = module.col - seen.col;
    start.y += field.down[0] * dr + field.right[0] * dc;
    start.x += field.down[1] * dr + field.right[1] * dc;
    if (fabsf(dr) + fabsf(dc) < 1e-4F) break;
  }
  return start;
}

}  // namespace ostracon::rules
