#pragma once
// GF2P8AFFINEQB as the instruction's description has it, one byte at a time, so that the matrices
// for it are tested on CPUs without it.

#include <bit>
#include <cstdint>

namespace ostracon::format {

/// Bit i of the result is the parity of x and byte 7 - i of the matrix.
inline std::uint8_t emulated_affine(std::uint8_t x, std::uint64_t matrix) {
  unsigned result = 0;
  for (unsigned i = 0; i < 8; ++i) {
    const auto row = static_cast<std::uint8_t>(matrix >> (8 * (7 - i)));
    result |= (static_cast<unsigned>(std::popcount(static_cast<unsigned>(row & x))) & 1U) << i;
  }
  return static_cast<std::uint8_t>(result);
}

}  // namespace ostracon::format
