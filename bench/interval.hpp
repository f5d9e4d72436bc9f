#pragma once

#include <cstdint>

namespace ostracon::bench {

struct Interval {
  double low = 0, high = 1;
};

/// Clopper-Pearson: the shares that `events` of `trials` do not contradict at 95 % (2.5 % on either
/// side, exact). `trials` > 0, `events` <= `trials`.
Interval share_interval(std::int64_t events, std::int64_t trials);

}  // namespace ostracon::bench
