#pragma once
// Four int8 or uint8 lanes in one 32-bit word, lane 0 lowest: arithmetic without carries between
// lanes. GPUs since 2014 have no such instructions but one byte permutation; everything else is
// logic and whole-word sums, the same text on both sides.

#include <cstdint>

#include "core/view.hpp"

namespace ostracon::cuda {

using Bytes = std::uint32_t;

inline constexpr Bytes kHighBits = 0x80808080U;

/// `value` in every lane.
OSTRACON_HD constexpr Bytes every(std::uint8_t value) { return value * 0x01010101U; }

/// Byte i of the result is chosen by nibble i of `selector`: its low three bits count through the
/// bytes of `a`, then `b`; its high bit asks for eight times that byte's sign instead of the byte.
/// What the instruction PRMT does, in plain words.
OSTRACON_HD inline Bytes permute_plain(Bytes a, Bytes b, Bytes selector) {
  const std::uint64_t bytes = (std::uint64_t{b} << 32) | a;
  Bytes result = 0;
  for (int i = 0; i < 4; ++i) {
    const Bytes nibble = selector >> (4 * i);
    const auto byte = static_cast<Bytes>(bytes >> (8 * (nibble & 7))) & 0xFFU;
    const Bytes sign = (byte & 0x80U) != 0 ? 0xFFU : 0U;
    result |= ((nibble & 8) != 0 ? sign : byte) << (8 * i);
  }
  return result;
}

OSTRACON_HD inline Bytes permute(Bytes a, Bytes b, Bytes selector) {
#ifdef __CUDA_ARCH__
  Bytes result;
  asm("prmt.b32 %0, %1, %2, %3;" : "=r"(result) : "r"(a), "r"(b), "r"(selector));
  return result;
#else
  return permute_plain(a, b, selector);
#endif
}

/// All ones in the lanes whose high bit is set.
OSTRACON_HD inline Bytes signs(Bytes x) {
#ifdef __CUDA_ARCH__
  return permute(x, 0, 0xBA98);
#else
  return ((x & kHighBits) >> 7) * 0xFFU;
#endif
}

/// Lanes of `a` where `mask` is all ones, of `b` where it is 0.
OSTRACON_HD inline Bytes choose(Bytes mask, Bytes a, Bytes b) { return (a & mask) | (b & ~mask); }

/// Signed sum and difference, saturated to [-128, 127]: rules::add, rules::subtract.
OSTRACON_HD inline Bytes add_saturated(Bytes a, Bytes b) {
  const Bytes sum = ((a & ~kHighBits) + (b & ~kHighBits)) ^ ((a ^ b) & kHighBits);
  const Bytes overflow = signs(~(a ^ b) & (a ^ sum));
  return choose(overflow, signs(a) ^ ~kHighBits, sum);
}
OSTRACON_HD inline Bytes subtract_saturated(Bytes a, Bytes b) {
  const Bytes difference = ((a | kHighBits) - (b & ~kHighBits)) ^ (~(a ^ b) & kHighBits);
  const Bytes overflow = signs((a ^ b) & (a ^ difference));
  return choose(overflow, signs(a) ^ ~kHighBits, difference);
}

/// Unsigned magnitudes of signed lanes whose signs() are `negative`; of -128 it is 128.
OSTRACON_HD inline Bytes magnitudes(Bytes x, Bytes negative) {
  return (x ^ negative) + (negative & every(1));
}

/// The negatives of lanes in [0, 127].
OSTRACON_HD inline Bytes negated(Bytes x) { return (kHighBits - x) ^ kHighBits; }

/// All ones where a >= b; unsigned, a <= 127, b <= 128.
OSTRACON_HD inline Bytes at_least(Bytes a, Bytes b) { return signs((a | kHighBits) - b); }

/// All ones where a >= b, unsigned.
OSTRACON_HD inline Bytes at_least_of_all(Bytes a, Bytes b) {
  const Bytes low = (a | kHighBits) - (b & ~kHighBits);
  return signs((a & ~b) | (~(a ^ b) & low));
}

}  // namespace ostracon::cuda
