#pragma once
// Neighbouring pixels of any type as floats. Narrow pixels come as whole 32-bit words, for a load
// costs the same whatever it brings.

#include <cstddef>
#include <cstdint>

#include "core/view.hpp"

namespace ostracon::cuda {

/// Bytes behind the last pixel that may be read with it, where frames begin at a whole word.
inline constexpr std::ptrdiff_t kWordSlack = 4;

/// The low 32 bits of two words, shifted right.
OSTRACON_HD inline std::uint32_t funnel(std::uint32_t low, std::uint32_t high, unsigned bits) {
  return static_cast<std::uint32_t>(((std::uint64_t{high} << 32) | low) >> bits);
}

struct OctetWords {
  const std::uint32_t* words;
  unsigned bits;  ///< of the first word that come before the first pixel
};
template <class T>
OSTRACON_HD OctetWords words_at(const T* from) {
  const auto address = reinterpret_cast<std::uintptr_t>(from);
  return {reinterpret_cast<const std::uint32_t*>(address - address % 4),
          static_cast<unsigned>(address % 4) * 8};
}

/// Eight pixels. kWhole: kWordSlack bytes behind them may be read.
template <bool kWhole, class T>
OSTRACON_HD inline void load_octet(const T* from, float* to) {
  if constexpr (kWhole && sizeof(T) == 1) {
    const auto [words, bits] = words_at(from);
    const std::uint32_t middle = words[1];
    const std::uint32_t low = funnel(words[0], middle, bits);
    const std::uint32_t high = funnel(middle, words[2], bits);
    for (unsigned i = 0; i < 4; ++i) to[i] = static_cast<float>((low >> (8 * i)) & 0xFFU);
    for (unsigned i = 0; i < 4; ++i) to[i + 4] = static_cast<float>((high >> (8 * i)) & 0xFFU);
  } else if constexpr (kWhole && sizeof(T) == 2) {
    const auto [words, bits] = words_at(from);
    std::uint32_t before = words[0];
    for (int i = 0; i < 4; ++i) {
      const std::uint32_t next = words[i + 1];
      const std::uint32_t pair = funnel(before, next, bits);
      to[2 * i] = static_cast<float>(pair & 0xFFFFU);
      to[2 * i + 1] = static_cast<float>(pair >> 16);
      before = next;
    }
  } else {
    for (int i = 0; i < 8; ++i) to[i] = static_cast<float>(from[i]);
  }
}

/// Five pixels. kWhole: kWordSlack bytes behind them may be read.
template <bool kWhole, class T>
OSTRACON_HD inline void load_five(const T* from, float* to) {
  if constexpr (kWhole && sizeof(T) == 1) {
    const auto [words, bits] = words_at(from);
    const std::uint32_t low = funnel(words[0], words[1], bits);
    for (unsigned i = 0; i < 4; ++i) to[i] = static_cast<float>((low >> (8 * i)) & 0xFFU);
    to[4] = static_cast<float>((words[1] >> bits) & 0xFFU);
  } else if constexpr (kWhole && sizeof(T) == 2) {
    const auto [words, bits] = words_at(from);
    const std::uint32_t low = funnel(words[0], words[1], bits);
    const std::uint32_t high = funnel(words[1], words[2], bits);
    to[0] = static_cast<float>(low & 0xFFFFU);
    to[1] = static_cast<float>(low >> 16);
    to[2] = static_cast<float>(high & 0xFFFFU);
    to[3] = static_cast<float>(high >> 16);
    to[4] = static_cast<float>((words[2] >> bits) & 0xFFFFU);
  } else {
    for (int i = 0; i < 5; ++i) to[i] = static_cast<float>(from[i]);
  }
}

}  // namespace ostracon::cuda
