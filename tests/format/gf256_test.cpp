#include "format/gf256.hpp"

#include <gtest/gtest.h>

#include "tests/format/affine_emulation.hpp"

namespace ostracon::format::gf256 {
namespace {

/// By the definition: a product of polynomials, reduced.
std::uint8_t slow_product(unsigned a, unsigned b) {
  unsigned product = 0;
  for (unsigned bit = 0; bit < 8; ++bit)
    if (((b >> bit) & 1U) != 0) product ^= a << bit;
  for (unsigned bit = 15; bit >= 8; --bit)
    if (((product >> bit) & 1U) != 0) product ^= 0x11DU << (bit - 8);
  return static_cast<std::uint8_t>(product);
}

TEST(Gf256, EveryWayToMultiplyGivesTheProductOfAllPairs) {
  for (unsigned a = 0; a < 256; ++a) {
    const auto c = static_cast<std::uint8_t>(a);
    const auto nibbles = nibble_products(c);
    const std::uint64_t matrix = bit_matrix(c);
    for (unsigned b = 0; b < 256; ++b) {
      const auto x = static_cast<std::uint8_t>(b);
      const std::uint8_t product = slow_product(a, b);
      ASSERT_EQ(multiply(c, x), product) << a << " * " << b;
      ASSERT_EQ(nibbles[b & 15U] ^ nibbles[16 + (b >> 4U)], product) << a << " * " << b;
      ASSERT_EQ(emulated_affine(x, matrix), product) << a << " * " << b;
    }
    if (a != 0) {
      ASSERT_EQ(multiply(c, inverse(c)), 1) << a;
    }
  }
}

}  // namespace
}  // namespace ostracon::format::gf256
