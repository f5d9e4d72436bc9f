#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace ostracon::raw_lattice {

/// The value below which `share` (0..1) of `values` lie; 0 if there are none. Reads a copy.
inline float quantile(std::vector<float> values, double share) {
  if (values.empty()) return 0;
  const auto at =
      static_cast<std::ptrdiff_t>(std::lround(share * static_cast<double>(values.size() - 1)));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

}  // namespace ostracon::raw_lattice
