#pragma once
// Soft bits behind white Gaussian noise, drawn straight from their distribution: what
// tests/support/noisy_codewords.hpp makes from normal numbers, at a tenth of the time, so that
// millions of codewords can be tried.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>

#include "pipeline/llr.hpp"

namespace ostracon::bench {

/// The quantised log-likelihood ratios of bits that were sent as 0; negate them for a 1. By the
/// inverse of their distribution at 32 random bits: no value's probability is off by over 2^-32.
class LlrSource {
 public:
  LlrSource(double es_n0_db, std::uint64_t seed) : state_(seed) {
    const double es_n0 = std::pow(10.0, es_n0_db / 10.0);
    const double mean = 4.0 * es_n0 / double{kNatsPerLlrStep};
    const double deviation = mean * std::sqrt(0.5 / es_n0);
    for (std::size_t v = 0; v < below_.size(); ++v) {  // LLR v - 127
      const double edge = static_cast<double>(v) - 126.5;
      const double share = 0.5 * std::erfc((mean - edge) / (deviation * std::sqrt(2.0)));
      below_[v] = static_cast<std::uint32_t>(std::min(share * 0x1p32, 0x1p32 - 1));
    }
    below_.back() = std::numeric_limits<std::uint32_t>::max();
    std::uint8_t v = 0;
    for (std::size_t g = 0; g < guide_.size(); ++g) {
      while (below_[v] < g << kGuideShift) ++v;
      guide_[g] = v;
    }
  }

  Llr operator()() {
    spare_ = !spare_;
    if (spare_) word_ = random();
    const auto share = static_cast<std::uint32_t>(spare_ ? word_ : word_ >> 32);
    std::uint8_t v = guide_[share >> kGuideShift];
    while (below_[v] < share) ++v;
    return static_cast<Llr>(v - 127);
  }

  /// 64 random bits (splitmix64).
  std::uint64_t random() {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
  }

 private:
  static constexpr int kGuideShift = 20;
  std::array<std::uint32_t, 255> below_{};  // 2^32 times the share of LLRs up to v - 127
  std::array<std::uint8_t, 1U << (32 - kGuideShift)> guide_{};
  std::uint64_t state_;
  std::uint64_t word_ = 0;
  bool spare_ = false;
};

}  // namespace ostracon::bench
