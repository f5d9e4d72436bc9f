#include "bench/awgn_limit.hpp"

#include <cmath>
#include <numbers>

namespace ostracon::bench {

double information_share(format::Rate rate) {
  return static_cast<double>(format::kInformationBits) / format::codeword_bits(rate);
}

double awgn_capacity(double es_n0_db) {
  const double es_n0 = std::pow(10.0, es_n0_db / 10);
  const double mean = 4 * es_n0, deviation = std::sqrt(8 * es_n0);
  // The trapezoidal rule, whose error vanishes exponentially for a smooth function that dies away
  // on either side as this one does.
  constexpr int kReach = 9, kStepsPerUnit = 64;
  double lost = 0;
  for (int step = -kReach * kStepsPerUnit; step <= kReach * kStepsPerUnit; ++step) {
    const double x = static_cast<double>(step) / kStepsPerUnit;
    const double llr = mean + deviation * x;
    const double nats = llr < 0 ? -llr + std::log1p(std::exp(llr)) : std::log1p(std::exp(-llr));
    lost += nats * std::exp(-x * x / 2);
  }
  return 1 - lost / kStepsPerUnit / std::sqrt(2 * std::numbers::pi) / std::numbers::ln2;
}

double awgn_limit_db(format::Rate rate, double erased) {
  const double wanted = information_share(rate) / (1 - erased);
  double low = -30, high = 30;
  for (int step = 0; step < 50; ++step) {
    const double middle = (low + high) / 2;
    (awgn_capacity(middle) < wanted ? low : high) = middle;
  }
  return high;
}

}  // namespace ostracon::bench
