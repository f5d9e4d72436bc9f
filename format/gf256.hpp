#pragma once
// The field GF(2^8) with polynomial 0x11D (x^8 + x^4 + x^3 + x^2 + 1; 2 is a primitive element),
// as tables made at compile time, and what a vector unit needs to multiply by a constant.

#include <array>
#include <cstddef>
#include <cstdint>

namespace ostracon::format::gf256 {

inline constexpr unsigned kPolynomial = 0x11D;
inline constexpr unsigned kOrder = 255;  ///< of the multiplicative group

struct Tables {
  std::array<std::uint8_t, 2 * kOrder>
      exp{};                            ///< 2^i; twice, so that a sum of two logs is an index
  std::array<std::uint8_t, 256> log{};  ///< of 0: 0, of no meaning
};

constexpr Tables make_tables() {
  Tables tables;
  unsigned power = 1;
  for (unsigned i = 0; i < kOrder; ++i) {
    tables.exp[i] = tables.exp[i + kOrder] = static_cast<std::uint8_t>(power);
    tables.log[power] = static_cast<std::uint8_t>(i);
    power <<= 1U;
    if (power > 255) power ^= kPolynomial;
  }
  return tables;
}

inline constexpr Tables kTables = make_tables();

constexpr std::uint8_t multiply(std::uint8_t a, std::uint8_t b) {
  if (a == 0 || b == 0) return 0;
  return kTables.exp[std::size_t{kTables.log[a]} + kTables.log[b]];
}

/// a must not be 0.
constexpr std::uint8_t inverse(std::uint8_t a) { return kTables.exp[kOrder - kTables.log[a]]; }

/// Products of c with 0..15 (bytes 0 to 15) and with 0x00, 0x10, .. 0xF0 (bytes 16 to 31): the two
/// tables of a multiplication by byte shuffles.
constexpr std::array<std::uint8_t, 32> nibble_products(std::uint8_t c) {
  std::array<std::uint8_t, 32> products{};
  for (unsigned i = 0; i < 16; ++i) {
    products[i] = multiply(c, static_cast<std::uint8_t>(i));
    products[16 + i] = multiply(c, static_cast<std::uint8_t>(16 * i));
  }
  return products;
}

/// The multiplication by c as the 8 x 8 bit matrix that GF2P8AFFINEQB takes: bit i of the result
/// is the parity of x and byte 7 - i of the matrix. So byte 7 - i has bit b of c * 2^b's bit i.
constexpr std::uint64_t bit_matrix(std::uint8_t c) {
  std::uint64_t matrix = 0;
  for (unsigned b = 0; b < 8; ++b) {
    const std::uint64_t column = multiply(c, static_cast<std::uint8_t>(1U << b));
    for (unsigned i = 0; i < 8; ++i) matrix |= ((column >> i) & 1U) << (8 * (7 - i) + b);
  }
  return matrix;
}

}  // namespace ostracon::format::gf256
