#include "bench/interval.hpp"

#include <cmath>

namespace ostracon::bench {
namespace {

/// P(X <= events) of a binomial with share 0 < p < 1, the terms summed from the largest side down.
double at_most(std::int64_t events, std::int64_t trials, double p) {
  const auto n = static_cast<double>(trials);
  double sum = 0;
  for (std::int64_t k = events; k >= 0; --k) {
    const auto x = static_cast<double>(k);
    const double term = std::exp(std::lgamma(n + 1) - std::lgamma(x + 1) - std::lgamma(n - x + 1) +
                                 x * std::log(p) + (n - x) * std::log1p(-p));
    sum += term;
    if (x < n * p && term < 1e-17 * sum) break;
  }
  return sum;
}

/// Share at which P(X <= events) falls through `level`.
double share_where(std::int64_t events, std::int64_t trials, double level) {
  double low = 0, high = 1;
  for (int step = 0; step < 60; ++step) {
    const double middle = (low + high) / 2;
    (at_most(events, trials, middle) > level ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

Interval share_interval(std::int64_t events, std::int64_t trials) {
  constexpr double kTail = 0.025;
  Interval interval;
  if (events > 0) interval.low = share_where(events - 1, trials, 1 - kTail);
  if (events < trials) interval.high = share_where(events, trials, kTail);
  return interval;
}

}  // namespace ostracon::bench
