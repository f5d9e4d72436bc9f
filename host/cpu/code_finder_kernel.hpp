#pragma once
// The passes over pixels of the code finder, compiled for every instruction set
// (code_finder_kernel.cpp).

#include <cstddef>
#include <cstdint>

#include "core/view.hpp"

namespace ostracon::cpu {

/// out[x] = mean of the 2 x 2 pixels above[2 x ..] and below[2 x ..], x < count.
void halve_row(const float* above, const float* below, std::int32_t count, float* out);

/// out[x] = mean of the 2 x 2 pixels above[x], above[x + 1], below[x], below[x + 1], x < count.
void smooth_row(const float* above, const float* below, std::int32_t count, float* out);

/// out[x] = mean of from[x + light[k]] - mean of from[x + dark[k]], x < count. Offsets are in
/// elements; lists are not empty.
void contrast_row(const float* from, const std::ptrdiff_t* light, std::size_t lights,
                  const std::ptrdiff_t* dark, std::size_t darks, std::int32_t count, float* out);

/// The first x from `first` on whose size is at least `least`; count if there is none.
std::int32_t next_above(const float* from, std::int32_t first, std::int32_t count, float least);

/// Adds from[x] - origin and its square, x < count.
void add_moments(const float* from, std::int32_t count, float origin, float* sum, float* squares);

/// Modules of a pattern, padded to a whole number of groups of eight with weights of 0.
struct PatternModules {
  const float* row;
  const float* col;
  const float* one;   ///< 1 where there is a module
  const float* sign;  ///< 1 where it is light, -1 where it is dark
  std::size_t count;
};
struct PatternSums {
  float value = 0, signed_value = 0, square = 0;
};
/// Sums of the pattern's pixels less `origin`, bilinear, the border's value beyond the border;
/// (row, col) lies at (y + row * down + col * across, x - row * across + col * down). The image has
/// at least 2 x 2 pixels and fewer than 2^31 with its strides.
PatternSums sum_pattern(const ImageView<const float>& image, float y, float x, float down,
                        float across, float origin, const PatternModules& modules);

}  // namespace ostracon::cpu
