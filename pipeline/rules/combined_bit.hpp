#pragma once
// Rules of readings that are combined: soft bits of the same code bit from readings whose noise is
// independent add up.

#include <cstdint>

#include "pipeline/llr.hpp"
#include "pipeline/rules/soft_bit.hpp"

namespace ostracon::rules {

/// A soft bit of a codeword that a reading has decoded.
inline constexpr int kCertainSteps = 127;

/// What a reading adds to a sum over readings: one certainty outweighs all doubts.
inline constexpr int kCertainWeight = 1 << 20;
inline std::int32_t reading_weight(Llr llr) {
  return llr == kCertainSteps ? kCertainWeight : llr == -kCertainSteps ? -kCertainWeight : llr;
}

/// A sum of reading_weight() as a soft bit in [-most, most], or a certainty.
inline Llr limited_sum(std::int32_t sum, int most) {
  if (sum > kCertainWeight / 2) return kCertainSteps;
  if (sum < -kCertainWeight / 2) return -kCertainSteps;
  return static_cast<Llr>(sum < -most ? -most : sum > most ? most : sum);
}

/// One reading's soft bit with the sum of others. It is no surer than one reading may be
/// (kMostLlrSteps): damage that no test has seen is on the plate, and so in all readings alike.
inline Llr combined_bit(Llr own, Llr others) {
  return limited_sum(reading_weight(own) + reading_weight(others), kMostLlrSteps);
}

/// What the canceller may be told of a code bit that `own`, the `others` and the decoder's beliefs
/// of their sum speak of: entered as a belief, rules::extrinsic_steps makes of it the others in
/// full and half of what the decoder adds.
inline Llr shown_belief(Llr belief, Llr others) {
  const int sum = static_cast<int>(belief) + static_cast<int>(others);
  return static_cast<Llr>(sum < -127 ? -127 : sum > 127 ? 127 : sum);
}

}  // namespace ostracon::rules
