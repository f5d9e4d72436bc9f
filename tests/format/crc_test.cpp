#include "format/crc.hpp"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace ostracon::format {
namespace {

std::uint32_t crc32c_of(std::string_view text) {
  return crc32c({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

TEST(Crc32c, GivesThePublishedCheckValues) {
  EXPECT_EQ(crc32c_of("123456789"), 0xE3069283U);
  EXPECT_EQ(crc32c_of(""), 0U);
  EXPECT_EQ(crc32c(std::vector<std::uint8_t>(32, 0)), 0x8A9136AAU);     // RFC 3720 B.4
  EXPECT_EQ(crc32c(std::vector<std::uint8_t>(32, 0xFF)), 0x62A8AB43U);  // RFC 3720 B.4
  std::vector<std::uint8_t> rising, falling;
  for (std::uint8_t k = 0; k < 32; ++k) {
    rising.push_back(k);
    falling.push_back(static_cast<std::uint8_t>(31 - k));
  }
  EXPECT_EQ(crc32c(rising), 0x46DD794EU);   // RFC 3720 B.4
  EXPECT_EQ(crc32c(falling), 0x113FDB5CU);  // RFC 3720 B.4
}

/// The same division bit by bit, reflected.
std::uint32_t crc32c_by_division(const std::vector<std::uint8_t>& bytes) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const std::uint8_t byte : bytes)
    for (int bit = 0; bit < 8; ++bit)
      crc = (crc >> 1) ^ (((crc ^ (byte >> bit)) & 1U) != 0 ? 0x82F63B78U : 0U);
  return ~crc;
}

TEST(Crc32c, EqualsLongDivisionAtEveryLength) {
  std::vector<std::uint8_t> bytes;
  for (std::uint32_t length = 0; length < 100; ++length) {
    EXPECT_EQ(crc32c(bytes), crc32c_by_division(bytes)) << length;
    bytes.push_back(static_cast<std::uint8_t>(length * 2654435761U >> 24));
  }
}

/// The polynomial division of TS 38.212 section 5.1, bit by bit.
std::uint32_t crc24b_by_division(std::vector<std::uint8_t> bits) {
  const std::size_t length = bits.size();
  bits.resize(length + 24, 0);
  for (std::size_t i = 0; i < length; ++i) {
    if (bits[i] == 0) continue;
    // D^24 + D^23 + D^6 + D^5 + D + 1
    for (const std::size_t power : {24U, 23U, 6U, 5U, 1U, 0U}) bits[i + 24 - power] ^= 1U;
  }
  std::uint32_t crc = 0;
  for (std::size_t i = length; i < bits.size(); ++i) crc = (crc << 1) | bits[i];
  return crc;
}

TEST(Crc24b, EqualsLongDivisionAtEveryLength) {
  std::uint32_t state = 1;
  for (std::size_t length = 0; length < 100; ++length) {
    std::vector<std::uint8_t> bits(length);
    for (auto& bit : bits) {
      state = state * 1664525U + 1013904223U;
      bit = static_cast<std::uint8_t>(state >> 31);
    }
    EXPECT_EQ(crc24b(bits), crc24b_by_division(bits)) << length;
  }
}

TEST(Crc24b, OfBytesIsThatOfTheirBits) {
  std::uint32_t state = 7;
  std::vector<std::uint8_t> bytes, bits;
  for (int length = 0; length < 1400; ++length) {
    ASSERT_EQ(crc24b_of_bytes(bytes), crc24b(bits)) << length;
    state = state * 1664525U + 1013904223U;
    bytes.push_back(static_cast<std::uint8_t>(state >> 24));
    for (int shift = 7; shift >= 0; --shift)
      bits.push_back(static_cast<std::uint8_t>((bytes.back() >> shift) & 1));
  }
}

TEST(Crc24b, OfAWordFollowedByItsCrcIsZero) {
  std::vector<std::uint8_t> bits{1, 0, 1, 1, 0, 0, 1, 0, 1, 1, 1};
  const std::uint32_t crc = crc24b(bits);
  for (int shift = 23; shift >= 0; --shift) {
    bits.push_back(static_cast<std::uint8_t>((crc >> shift) & 1U));
  }
  EXPECT_NE(crc, 0U);
  EXPECT_EQ(crc24b(bits), 0U);
}

}  // namespace
}  // namespace ostracon::format
