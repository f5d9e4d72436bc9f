#pragma once
// pipeline/rules/{min_sum,box_plus}.hpp for four checks at a time, one in each byte of a word.
// Equal to the rules in all of their domain (tests/kernels/packed_checks_test.cpp).
//
// A magnitude of 128 passes for 127 and for more alike: no smallest magnitude exceeds 127, and
// where it is 127 so is the second.

#include "kernels/core/packed_bytes.hpp"
#include "pipeline/rules/box_plus.hpp"
#include "pipeline/rules/min_sum.hpp"

namespace ostracon::cuda {

/// rules::lessened, lanes in [0, 127].
OSTRACON_HD inline Bytes lessened(Bytes m) {
  const Bytes quarter = ((m + every(3)) >> 2) & every(0x3F);
  const Bytes rest = m - choose(at_least(every(2), quarter), quarter, every(2));
  constexpr Bytes kMost = every(rules::kMostReply);
  return choose(at_least(rest, kMost), kMost, rest);
}

/// rules::soft_minus of lanes below 64 whose value counts as 32 or more where `far` has any of the
/// lane's three highest bits: its table is eight bytes, as many as one permutation looks up.
OSTRACON_HD inline Bytes soft_minus(Bytes x, Bytes far) {
  constexpr Bytes kFirstFour = 0x03040507U, kLastFour = 0x01010102U;  // lane 0 lowest
  const Bytes index = (x >> 2) & every(7);
  const Bytes pairs = index | (index >> 4);  // two nibbles in bytes 0 and 2
  const Bytes looked_up = permute(kFirstFour, kLastFour, permute(pairs, 0, 0x4420));
  const Bytes any = (((x | far) >> 5) & every(7)) + every(0x7F);
  return looked_up & ~signs(any);
}

/// rules::box_plus, lanes in [0, 252].
OSTRACON_HD inline Bytes box_plus(Bytes a, Bytes b) {
  const Bytes a_larger = at_least_of_all(a, b);
  const Bytes larger = choose(a_larger, a, b), smaller = choose(a_larger, b, a);
  const Bytes apart = larger - smaller;
  // Sums from 32 on count as 0 all the same, so that those of the low bits do.
  const Bytes sum = (a & every(0x1F)) + (b & every(0x1F));
  const Bytes gain = smaller + soft_minus(sum, larger);
  const Bytes low = ~gain & kHighBits;  // lanes that the loss may take below 0
  const Bytes left = (gain | kHighBits) - soft_minus(apart, apart);
  return (left ^ low) & ~signs(low & ~left);
}

/// rules::CheckState: what `smallest` and `second` mean, signs apart.
struct MinSumCheck {
  static constexpr std::uint8_t kSmallest = 127, kSecond = 127;  // before any message

  OSTRACON_HD static Bytes counted(Bytes size) { return size; }
  OSTRACON_HD static Bytes absorb(Bytes second, Bytes larger) {
    return choose(at_least(second, larger), larger, second);
  }
  OSTRACON_HD static Bytes to_smallest(Bytes second) { return lessened(second); }
  OSTRACON_HD static Bytes to_others(Bytes smallest, Bytes) { return lessened(smallest); }
};

/// rules::BoxPlusState; `second` is its `others`.
struct BoxPlusCheck {
  static constexpr std::uint8_t kSmallest = rules::kMostBoxPlus;
  static constexpr std::uint8_t kSecond = 4 * rules::kMostBoxPlus;

  OSTRACON_HD static Bytes counted(Bytes size) {
    return choose(at_least(every(rules::kMostBoxPlus), size), size, every(rules::kMostBoxPlus));
  }
  OSTRACON_HD static Bytes absorb(Bytes second, Bytes larger) {
    return box_plus(second, larger << 2);
  }
  OSTRACON_HD static Bytes to_smallest(Bytes second) {
    return ((second + every(2)) >> 2) & every(0x3F);
  }
  OSTRACON_HD static Bytes to_others(Bytes smallest, Bytes second) {
    return to_smallest(box_plus(smallest << 2, second));
  }
};

/// The state of four checks.
template <class Check>
struct Checks {
  Bytes smallest = every(Check::kSmallest);
  Bytes second = every(Check::kSecond);
  Bytes sign = 0;  ///< only the high bits count

  OSTRACON_HD void absorb(Bytes visiting) {
    const Bytes size = Check::counted(magnitudes(visiting, signs(visiting)));
    const Bytes is_smaller = at_least(smallest, size);
    second = Check::absorb(second, choose(is_smaller, smallest, size));
    smallest = choose(is_smaller, size, smallest);
    sign ^= visiting;
  }
};

/// What four checks answer.
template <class Check>
struct Replies {
  Bytes smallest;
  Bytes smallest_plus, smallest_minus;  ///< to a smallest message that is positive, negative
  Bytes others_plus, others_minus;

  OSTRACON_HD explicit Replies(const Checks<Check>& checks) : smallest(checks.smallest) {
    const Bytes odd = signs(checks.sign);
    const Bytes to_smallest = Check::to_smallest(checks.second);
    const Bytes to_others = Check::to_others(checks.smallest, checks.second);
    const Bytes less_smallest = negated(to_smallest), less_others = negated(to_others);
    smallest_plus = choose(odd, less_smallest, to_smallest);
    smallest_minus = choose(odd, to_smallest, less_smallest);
    others_plus = choose(odd, less_others, to_others);
    others_minus = choose(odd, to_others, less_others);
  }

  OSTRACON_HD Bytes to(Bytes visiting) const {
    const Bytes negative = signs(visiting);
    const Bytes size = Check::counted(magnitudes(visiting, negative));
    const Bytes is_smallest = at_least(smallest, size);
    return choose(is_smallest, choose(negative, smallest_minus, smallest_plus),
                  choose(negative, others_minus, others_plus));
  }
};

}  // namespace ostracon::cuda
