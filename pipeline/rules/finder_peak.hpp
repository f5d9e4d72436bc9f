#pragma once
// Which places of a plane of contrasts are peaks, and where between pixels they lie.

#include <cstdint>

#include "core/view.hpp"

namespace ostracon::rules {

/// Whether no neighbour's contrast, `at(row, column)` relative to the place, is larger in the
/// direction of its own: of equals the first in order of rows is.
template <class Contrast>
OSTRACON_HD bool is_extremum(const Contrast& at) {
  const float here = at(0, 0), size = here < 0 ? -here : here;
  for (std::int32_t i = -1; i <= 1; ++i)
    for (std::int32_t j = -1; j <= 1; ++j) {
      const float there = here < 0 ? -at(i, j) : at(i, j);
      if (there > size || (there == size && (i < 0 || (i == 0 && j < 0)))) return false;
    }
  return true;
}

/// From a peak's pixel to the top of the parabola through its neighbours, half a pixel at most.
OSTRACON_HD inline float peak_offset(float before, float here, float after) {
  const float bend = 2 * here - before - after;
  if (bend == 0) return 0;
  const float by = 0.5F * (after - before) / bend;
  return by < -0.5F ? -0.5F : by > 0.5F ? 0.5F : by;
}

}  // namespace ostracon::rules
