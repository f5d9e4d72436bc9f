#pragma once
// Neighbouring pixels of any type as floats. Narrow pixels come as whole 32-bit words, for a load
// costs the same whatever it brings.

#include <cstddef>
#include <cstdint>

#include "core/view.hpp"
#include "kernels/core/float_bits.hpp"
#include "kernels/core/packed_bytes.hpp"

namespace ostracon::cuda {

/// Bytes behind the last pixel that may be read with it, where frames begin at a whole word.
inline constexpr std::ptrdiff_t kWordSlack = 4;

/// The low 32 bits of two words, shifted right by less than 32 bits.
OSTRACON_HD inline std::uint32_t funnel(std::uint32_t low, std::uint32_t high, unsigned bits) {
#ifdef __CUDA_ARCH__
  return __funnelshift_r(low, high, bits);
#else
  return static_cast<std::uint32_t>(((std::uint64_t{high} << 32) | low) >> bits);
#endif
}

/// Bytes of a word as a float: they become the last bits of 2^23, which is then taken off. Exact;
/// two plain instructions, where conversions share a unit that has fewer lanes.
OSTRACON_HD inline float bits_as_float(std::uint32_t word, Bytes selector) {
  return float_of(permute(word, 0x4B000000U, selector)) - 8388608.0F;
}
OSTRACON_HD inline float byte_as_float(std::uint32_t word, unsigned index) {
  return bits_as_float(word, 0x7440U + index);
}
OSTRACON_HD inline float half_as_float(std::uint32_t word, unsigned index) {
  return bits_as_float(word, index == 0 ? 0x7410U : 0x7432U);
}

struct PixelWords {
  const std::uint32_t* words;
  unsigned bits;  ///< of the first word that come before the first pixel
};
template <class T>
OSTRACON_HD PixelWords words_at(const T* from) {
  const auto before = static_cast<unsigned>(reinterpret_cast<std::uintptr_t>(from) % 4);
  // From the pointer, not from the number: so the compiler knows which memory it points to.
  const std::byte* word = reinterpret_cast<const std::byte*>(from) - before;
  return {reinterpret_cast<const std::uint32_t*>(word), 8 * before};
}

/// Eight pixels. kWhole: kWordSlack bytes behind them may be read.
template <bool kWhole, class T>
OSTRACON_HD inline void load_octet(const T* from, float* to) {
  if constexpr (kWhole && sizeof(T) == 1) {
    const auto [words, bits] = words_at(from);
    const std::uint32_t middle = words[1];
    const std::uint32_t low = funnel(words[0], middle, bits);
    const std::uint32_t high = funnel(middle, words[2], bits);
    for (unsigned i = 0; i < 4; ++i) to[i] = byte_as_float(low, i);
    for (unsigned i = 0; i < 4; ++i) to[i + 4] = byte_as_float(high, i);
  } else if constexpr (kWhole && sizeof(T) == 2) {
    const auto [words, bits] = words_at(from);
    std::uint32_t before = words[0];
    for (int i = 0; i < 4; ++i) {
      const std::uint32_t next = words[i + 1];
      const std::uint32_t pair = funnel(before, next, bits);
      to[2 * i] = half_as_float(pair, 0);
      to[2 * i + 1] = half_as_float(pair, 1);
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
    for (unsigned i = 0; i < 4; ++i) to[i] = byte_as_float(low, i);
    to[4] = byte_as_float(words[1] >> bits, 0);
  } else if constexpr (kWhole && sizeof(T) == 2) {
    const auto [words, bits] = words_at(from);
    const std::uint32_t low = funnel(words[0], words[1], bits);
    const std::uint32_t high = funnel(words[1], words[2], bits);
    to[0] = half_as_float(low, 0);
    to[1] = half_as_float(low, 1);
    to[2] = half_as_float(high, 0);
    to[3] = half_as_float(high, 1);
    to[4] = half_as_float(words[2] >> bits, 0);
  } else {
    for (int i = 0; i < 5; ++i) to[i] = static_cast<float>(from[i]);
  }
}

}  // namespace ostracon::cuda
