#pragma once
// Codewords of QR blocks for tests, and what may happen to them on the way.

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <span>
#include <vector>

#include "format/qr/reed_solomon.hpp"

namespace ostracon::test {

/// Data and parity, of every kind that QR has: little parity, much, an odd number, the longest.
inline constexpr format::qr::BlockShape kShapes[] = {{26, 19}, {26, 9},  {35, 18},   {70, 44},
                                                     {70, 55}, {33, 11}, {134, 106}, {153, 123}};

/// `count` different numbers below `below`, ascending.
inline std::vector<std::int32_t> some_of(std::int32_t below, std::int32_t count,
                                         std::mt19937& random) {
  std::vector<std::int32_t> all(static_cast<std::size_t>(below));
  std::iota(all.begin(), all.end(), 0);
  std::shuffle(all.begin(), all.end(), random);
  all.resize(static_cast<std::size_t>(count));
  std::sort(all.begin(), all.end());
  return all;
}

inline std::uint8_t random_octet(std::mt19937& random) {
  return static_cast<std::uint8_t>(random() >> 24U);
}
/// Never 0.
inline std::uint8_t random_error(std::mt19937& random) {
  return static_cast<std::uint8_t>(1 + random() % 255);
}

/// Random data with their parity, which is what a codeword holds where it is erased.
inline std::vector<std::uint8_t> random_codeword(const format::qr::BlockShape& shape,
                                                 std::mt19937& random) {
  std::vector<std::uint8_t> word(static_cast<std::size_t>(shape.octets));
  for (std::uint8_t& octet : word) octet = random_octet(random);
  std::vector<std::int32_t> parity(static_cast<std::size_t>(shape.parity()));
  std::iota(parity.begin(), parity.end(), shape.data_octets);
  format::qr::decode_block(shape, word, parity);
  return word;
}

}  // namespace ostracon::test
