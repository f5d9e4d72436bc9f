#pragma once
// Pseudo-noise: the only source of known bits on a plate (marks, border, pilots, masks, scrambler).

#include <cstdint>

#include "core/view.hpp"

namespace ostracon::format {

/// Word `index` of the stream `seed`: SplitMix64 as a counter (Steele, Lea, Flood, OOPSLA 2014).
OSTRACON_HD constexpr std::uint64_t pn_word(std::uint64_t seed, std::uint64_t index) {
  std::uint64_t z = seed + (index + 1) * 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

/// Bit `index` of the stream `seed`; the most significant bit of word 0 is bit 0.
OSTRACON_HD constexpr std::uint8_t pn_bit(std::uint64_t seed, std::uint64_t index) {
  return static_cast<std::uint8_t>((pn_word(seed, index >> 6) >> (63 - (index & 63))) & 1U);
}

}  // namespace ostracon::format
