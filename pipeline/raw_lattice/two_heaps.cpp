#include "pipeline/raw_lattice/two_heaps.hpp"

#include <algorithm>
#include <cstddef>

namespace ostracon::raw_lattice {

TwoHeaps split_in_two(std::vector<float>& values) {
  TwoHeaps heaps;
  if (values.size() < 2) return heaps;
  std::sort(values.begin(), values.end());
  const auto count = static_cast<double>(values.size());
  double mean = 0;
  for (const float value : values) mean += static_cast<double>(value) / count;
  for (const float value : values) {
    const double away = static_cast<double>(value) - mean;
    heaps.total += away * away / count;
  }
  double most_between = -1, below = 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    below += static_cast<double>(values[i - 1]) - mean;
    const auto left = static_cast<double>(i);
    const double between = below * below / (left * (count - left));
    if (between <= most_between) continue;
    most_between = between;
    heaps.threshold = 0.5 * (static_cast<double>(values[i - 1]) + static_cast<double>(values[i]));
  }
  heaps.within = std::max(heaps.total - most_between, 0.0);
  return heaps;
}

}  // namespace ostracon::raw_lattice
