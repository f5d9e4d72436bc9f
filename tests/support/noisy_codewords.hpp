#pragma once
// Codewords of the inner code as soft bits behind a channel of known quality.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "format/inner_code.hpp"
#include "pipeline/llr.hpp"

namespace ostracon::test {

/// Modules +1 (bit 0) and -1 (bit 1) in white Gaussian noise of Es/N0 = 1 / (2 sigma^2).
class Awgn {
 public:
  Awgn(double es_n0_db, std::uint64_t seed)
      : es_n0_(std::pow(10.0, es_n0_db / 10.0)), sigma_(std::sqrt(0.5 / es_n0_)), random_(seed) {}

  /// The quantised log-likelihood ratio of one bit: exact, ln(P(0)/P(1)) = 4 Es/N0 y.
  Llr operator()(std::uint8_t bit) {
    const double y = (bit != 0 ? -1.0 : 1.0) + sigma_ * normal_(random_);
    const double steps = std::rint(4.0 * es_n0_ * y / double{kNatsPerLlrStep});
    return static_cast<Llr>(std::clamp(steps, -127.0, 127.0));
  }
  std::mt19937_64& random() { return random_; }

 private:
  double es_n0_, sigma_;
  std::mt19937_64 random_;
  std::normal_distribution<float> normal_;
};

/// A batch: what was written, and what came through the channel.
struct NoisyCodewords {
  std::vector<std::uint8_t> payload;  ///< [codeword][kPayloadBytes]
  std::vector<Llr> llrs;              ///< [codeword][codeword_bits(rate)]
};

/// `erased`: share of the bits that get LLR 0, at random places.
inline NoisyCodewords noisy_codewords(format::Rate rate, std::size_t count, double es_n0_db,
                                      std::uint64_t seed, double erased = 0.0) {
  const auto bits = static_cast<std::size_t>(format::codeword_bits(rate));
  const auto bytes = std::size_t{format::kPayloadBytes};
  NoisyCodewords batch{std::vector<std::uint8_t>(count * bytes), std::vector<Llr>(count * bits)};
  Awgn channel(es_n0_db, seed);
  std::bernoulli_distribution erase(erased);
  std::vector<std::uint8_t> codeword(bits);
  for (std::size_t i = 0; i < count; ++i) {
    const std::span payload(batch.payload.data() + i * bytes, bytes);
    for (std::uint8_t& byte : payload) byte = static_cast<std::uint8_t>(channel.random()() >> 56);
    format::encode_codeword(payload, rate, codeword);
    for (std::size_t b = 0; b < bits; ++b) {
      const Llr llr = channel(codeword[b]);
      batch.llrs[i * bits + b] = erased > 0.0 && erase(channel.random()) ? Llr{0} : llr;
    }
  }
  return batch;
}

}  // namespace ostracon::test
