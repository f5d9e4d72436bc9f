#pragma once

#include <vector>

namespace ostracon::raw_lattice {

/// Values split where the two sides spread least about their means (Otsu's threshold).
struct TwoHeaps {
  double threshold = 0;
  double total = 0;   ///< variance of all values
  double within = 0;  ///< variance about the mean of the own side
};

/// Sorts `values`; all 0 for fewer than two.
TwoHeaps split_in_two(std::vector<float>& values);

}  // namespace ostracon::raw_lattice
