#pragma once
// CRC-24B (format/crc.hpp) in parts that many threads take side by side: a remainder is a
// polynomial modulo the generator, bit 23 its highest power, and what stands `n` bits before the
// end counts x^n times.

#include <cstdint>

#include "core/view.hpp"

namespace ostracon::cuda {

OSTRACON_HD constexpr std::uint32_t crc24b_times_x(std::uint32_t remainder) {
  const std::uint32_t doubled = remainder << 1;
  return (doubled & 0x1000000U) != 0 ? doubled ^ 0x1800063U : doubled;
}

/// The CRC of `bytes` bytes, each from its highest bit on.
OSTRACON_HD inline std::uint32_t crc24b_of_part(const std::uint8_t* data, std::int32_t bytes) {
  std::uint32_t crc = 0;
  for (std::int32_t i = 0; i < bytes; ++i) {
    crc ^= static_cast<std::uint32_t>(data[i]) << 16;
    for (int bit = 0; bit < 8; ++bit) crc = crc24b_times_x(crc);
  }
  return crc;
}

/// The product of two polynomials.
OSTRACON_HD inline std::uint32_t crc24b_product(std::uint32_t a, std::uint32_t b) {
  std::uint32_t product = 0;
  for (int bit = 23; bit >= 0; --bit) {
    product = crc24b_times_x(product);
    if (((b >> bit) & 1U) != 0) product ^= a;
  }
  return product;
}

}  // namespace ostracon::cuda
