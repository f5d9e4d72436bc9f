#pragma once
// Codewords of QR blocks for tests, and what may happen to them on the way.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <random>
#include <span>
#include <vector>

#include "format/qr/reed_solomon.hpp"
#include "pipeline/llr.hpp"

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

/// Soft bits of one size that say what the word says.
inline std::vector<Llr> sure_llrs(const std::vector<std::uint8_t>& word, Llr size) {
  std::vector<Llr> llrs;
  for (const std::uint8_t octet : word)
    for (unsigned b = 0; b < 8; ++b)
      llrs.push_back((octet & (0x80U >> b)) != 0 ? static_cast<Llr>(-size) : size);
  return llrs;
}

/// The word behind white Gaussian noise; Es/N0 a bit.
inline std::vector<Llr> noisy_llrs(const std::vector<std::uint8_t>& word, double esn0_db,
                                   std::mt19937& random) {
  const double esn0 = std::pow(10.0, 0.1 * esn0_db);
  std::normal_distribution<double> noise(0.0, std::sqrt(0.5 / esn0));
  std::vector<Llr> llrs = sure_llrs(word, 1);
  for (Llr& llr : llrs) {
    const double steps = std::nearbyint(4.0 * esn0 * (llr + noise(random)) / kNatsPerLlrStep);
    llr = static_cast<Llr>(std::clamp(steps, -127.0, 127.0));
  }
  return llrs;
}

/// Es/N0 in dB at which a bit of data has this Eb/N0.
inline double esn0_db(const format::qr::BlockShape& shape, double ebn0_db) {
  return ebn0_db + 10.0 * std::log10(static_cast<double>(shape.data_octets) / shape.octets);
}

}  // namespace ostracon::test
