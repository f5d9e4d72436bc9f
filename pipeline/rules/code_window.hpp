#pragma once
// Which pixels count for a module of a QR code, and how much.

#include <math.h>  // ceilf, floorf, sqrtf: in device code too

#include <cstdint>

#include "core/view.hpp"

namespace ostracon::rules {

/// Most modules a side of the tiles in which the inverse of a code's map is taken once: a map bends
/// little.
inline constexpr std::int32_t kInverseTile = 12;

/// Tiles along a side of `wide` modules.
OSTRACON_HD inline std::int32_t tiles_across(std::int32_t wide) {
  return (wide + kInverseTile - 1) / kInverseTile;
}

/// Rows [top, bottom) and columns [left, end) of modules.
struct ModuleTile {
  std::int32_t top, left, bottom, end;
};

/// One of tiles_across(wide)^2, row by row; all of nearly one size.
OSTRACON_HD inline ModuleTile module_tile(std::int32_t index, std::int32_t wide) {
  const std::int32_t across = tiles_across(wide), down = index / across, right = index % across;
  return {down * wide / across, right * wide / across, (down + 1) * wide / across,
          (right + 1) * wide / across};
}

/// Of a module's pixels, the share that must lie within the image.
inline constexpr float kLeastPixels = 0.5F;

struct PixelPlace {
  float y, x;
};

/// CodeMap (pipeline/located_code.hpp) as kernels take it: [term][0] is y, [term][1] x.
struct CodeTerms {
  float middle;
  float terms[6][2];
};

/// The pixel of a module's centre: CodeMap::at.
OSTRACON_HD inline PixelPlace place_of(const CodeTerms& map, float row, float col) {
  const float v = row - map.middle, u = col - map.middle;
  const auto along = [&](int axis) {
    return map.terms[0][axis] +
           v * (map.terms[1][axis] + v * map.terms[3][axis] + u * map.terms[4][axis]) +
           u * (map.terms[2][axis] + u * map.terms[5][axis]);
  };
  return {along(0), along(1)};
}

/// The inverse of a code's map near one module: (dy, dx) px -> (row, column) modules.
struct ModuleInverse {
  float row_by_y, row_by_x, col_by_y, col_by_x;  ///< two are 0 where its sides are straight
  float row_width, col_width;  ///< of a pixel, modules: its shadow, as wide as makes areas right
  float reach_y, reach_x;      ///< px from a module's centre within which pixels count
};

/// Sides of modules may leave the pixels' axes by so many px and are taken for straight: half of
/// it, a tenth of a pixel, is what borders are off at their ends, which pixels blur by a whole one.
inline constexpr float kSlightPx = 0.2F;

/// The vectors of a module's side down and of that to the right, px, made straight where they
/// nearly are.
OSTRACON_HD inline void straighten(float& down_y, float& down_x, float& right_y, float& right_x) {
  const auto slight = [](float a, float b) {
    return fabsf(a) <= kSlightPx && fabsf(b) <= kSlightPx;
  };
  const bool upright = slight(down_x, right_y), lying = slight(down_y, right_x);
  if (upright && !lying) down_x = right_y = 0;
  if (lying && !upright) down_y = right_x = 0;
}

OSTRACON_HD inline ModuleInverse inverse_at(const CodeTerms& map, float row, float col) {
  const float v = row - map.middle, u = col - map.middle;
  const auto down = [&](int axis) {
    return map.terms[1][axis] + 2 * v * map.terms[3][axis] + u * map.terms[4][axis];
  };
  const auto right = [&](int axis) {
    return map.terms[2][axis] + v * map.terms[4][axis] + 2 * u * map.terms[5][axis];
  };
  float down_y = down(0), down_x = down(1), right_y = right(0), right_x = right(1);
  straighten(down_y, down_x, right_y, right_x);
  const float area = down_y * right_x - down_x * right_y;
  ModuleInverse inverse{right_x / area, -right_y / area, -down_x / area, down_y / area, 0, 0, 0, 0};
  const auto length = [](float y, float x) { return sqrtf(y * y + x * x); };
  inverse.row_width = length(inverse.row_by_y, inverse.row_by_x);
  inverse.col_width = length(inverse.col_by_y, inverse.col_by_x);
  const float row_reach = 0.5F + 0.5F * inverse.row_width;
  const float col_reach = 0.5F + 0.5F * inverse.col_width;
  inverse.reach_y = row_reach * fabsf(down_y) + col_reach * fabsf(right_y);
  inverse.reach_x = row_reach * fabsf(down_x) + col_reach * fabsf(right_x);
  return inverse;
}

/// Pixels first to last of an image, both included; none where last < first.
struct PixelWindow {
  std::int32_t first_y, last_y, first_x, last_x;
};

/// The pixels that may count for the module whose centre is at (y, x).
OSTRACON_HD inline PixelWindow pixel_window(const PixelPlace& at, const ModuleInverse& inverse,
                                            std::int32_t rows, std::int32_t cols) {
  const float top = at.y - inverse.reach_y, bottom = at.y + inverse.reach_y;
  const float left = at.x - inverse.reach_x, right = at.x + inverse.reach_x;
  const auto height = static_cast<float>(rows), width = static_cast<float>(cols);
  // Written so that a NaN fails the test before anything is turned into an integer.
  if (!(top < height && bottom >= 0 && left < width && right >= 0)) return {0, -1, 0, -1};
  const float first_y = top > 0 ? ceilf(top) : 0, first_x = left > 0 ? ceilf(left) : 0;
  const float last_y = bottom < height ? floorf(bottom) : height;
  const float last_x = right < width ? floorf(right) : width;
  const auto end_y = static_cast<std::int32_t>(last_y), end_x = static_cast<std::int32_t>(last_x);
  return {static_cast<std::int32_t>(first_y), end_y < rows ? end_y : rows - 1,
          static_cast<std::int32_t>(first_x), end_x < cols ? end_x : cols - 1};
}

/// The share of a pixel `width` modules wide that lies in the unit interval about a module's
/// centre, from which the pixel's centre is `distance` modules away. 0 to 1; `width` > 0.
OSTRACON_HD inline float pixel_in_module(float distance, float width) {
  const float away = distance < 0 ? -distance : distance;
  const float share = (0.5F + 0.5F * width - away) / width;
  return share < 0 ? 0.0F : share > 1 ? 1.0F : share;
}

/// Sums over a module's pixels.
struct ModuleSum {
  float pixels = 0, weight = 0;
};

/// The module's mean; not a number where the image has too few of its pixels. Never infinite.
OSTRACON_HD inline float mean_of(const ModuleSum& sum, const ModuleInverse& inverse) {
  const float pixels = 1 / (inverse.row_width * inverse.col_width);  // of a whole module, about
  const float mean = sum.weight > kLeastPixels * pixels ? sum.pixels / sum.weight : NAN;
  return mean - mean == 0 ? mean : NAN;
}

/// The mean of the module whose centre is at (y, x).
OSTRACON_HD inline float module_mean(const ImageView<const float>& image, const PixelPlace& at,
                                     const ModuleInverse& inverse) {
  const PixelWindow window = pixel_window(at, inverse, image.rows, image.cols);
  ModuleSum sum;
  for (std::int32_t py = window.first_y; py <= window.last_y; ++py) {
    const float dy = static_cast<float>(py) - at.y;
    const float* line = image.data + py * image.row_stride;
    for (std::int32_t px = window.first_x; px <= window.last_x; ++px) {
      const float dx = static_cast<float>(px) - at.x;
      const float share =
          pixel_in_module(inverse.row_by_y * dy + inverse.row_by_x * dx, inverse.row_width) *
          pixel_in_module(inverse.col_by_y * dy + inverse.col_by_x * dx, inverse.col_width);
      sum.weight += share;
      sum.pixels += share * line[px];
    }
  }
  return mean_of(sum, inverse);
}

}  // namespace ostracon::rules
