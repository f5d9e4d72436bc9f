#pragma once
// The nearly exact check of the inner decoder: instead of the smallest magnitude, the
// log-likelihood ratio of a parity, box_plus(a, b) = 2 atanh(tanh(a/2) tanh(b/2))
//                                   = min(a, b) + ln(1 + e^-(a+b)) - ln(1 + e^-|a-b|).
// Two replies a check suffice, as in min-sum ("A-min*", Jones, Valles, Smith, Villasenor 2003): the
// edge with the smallest magnitude gets the box-plus of all the others; every other edge gets that
// of all edges, its own included, which is hardly less.
//
// The sum is kept in quarters of an LLR step, 3/32 nat; results are rounded to whole steps.

#include <cstdint>

#include "core/view.hpp"
#include "pipeline/rules/min_sum.hpp"

namespace ostracon::rules {

inline constexpr std::uint8_t kMostBoxPlus = 63;  ///< steps, 24 nats: no magnitude counts for more

/// What a box-plus check must remember of the messages it has seen.
struct BoxPlusState {
  std::uint8_t smallest = kMostBoxPlus;    ///< of all magnitudes, in steps
  std::uint8_t others = 4 * kMostBoxPlus;  ///< box-plus of the others, in quarters of a step
  std::uint8_t negative = 0;               ///< 1 if an odd number of messages is negative
};

/// ln(1 + e^-x) in quarters of a step, for x of 0, 1, 2, .. whole steps and about half of one more.
alignas(16) inline constexpr std::uint8_t kSoftMinus[16] = {7, 5, 4, 3, 2, 1, 1, 1};

/// ln(1 + e^-x), both in quarters of a step.
OSTRACON_HD inline std::uint8_t soft_minus(int x) {
  constexpr std::uint8_t kTable[8] = {7, 5, 4, 3, 2, 1, 1, 1};  // kSoftMinus, where a GPU sees it
  return x < 32 ? kTable[x >> 2] : std::uint8_t{0};
}

/// Of two magnitudes in quarters of a step.
OSTRACON_HD inline std::uint8_t box_plus(std::uint8_t a, std::uint8_t b) {
  const int smaller = a < b ? a : b;
  const int sum = smaller + soft_minus(a + b) - soft_minus(a < b ? b - a : a - b);
  return static_cast<std::uint8_t>(sum < 0 ? 0 : sum);
}

/// Adds one incoming message.
OSTRACON_HD inline void absorb(BoxPlusState& check, std::int8_t message) {
  const std::uint8_t full = magnitude(message);
  const std::uint8_t size = full < kMostBoxPlus ? full : kMostBoxPlus;
  const std::uint8_t larger = size > check.smallest ? size : check.smallest;
  check.others = box_plus(check.others, static_cast<std::uint8_t>(4 * larger));
  check.smallest = size < check.smallest ? size : check.smallest;
  check.negative = static_cast<std::uint8_t>(check.negative ^ (message < 0 ? 1 : 0));
}

/// The reply on the edge that carried `message`, with the sign that makes the parity even.
OSTRACON_HD inline std::int8_t reply(const BoxPlusState& check, std::int8_t message) {
  const std::uint8_t full = magnitude(message);
  const bool is_smallest = (full < kMostBoxPlus ? full : kMostBoxPlus) == check.smallest;
  const auto all = box_plus(static_cast<std::uint8_t>(4 * check.smallest), check.others);
  const int size = ((is_smallest ? check.others : all) + 2) >> 2;
  const bool negative = (check.negative != 0) != (message < 0);
  return static_cast<std::int8_t>(negative ? -size : size);
}

}  // namespace ostracon::rules
