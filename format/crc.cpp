#include "format/crc.hpp"

#include <array>
#include <cstddef>

namespace ostracon::format {
namespace {

constexpr std::uint32_t kCrc24bGenerator = 0x800063;  // the leading x^24 is implied
constexpr std::uint32_t kCrc24Mask = 0xFFFFFF;
constexpr std::uint32_t kCrc32cReflected = 0x82F63B78;

constexpr std::uint32_t crc24b_shift(std::uint32_t crc) {
  return ((crc << 1) & kCrc24Mask) ^ ((crc & 0x800000U) != 0 ? kCrc24bGenerator : 0U);
}

constexpr std::array<std::uint32_t, 256> make_crc24b_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte << 16;
    for (int bit = 0; bit < 8; ++bit) crc = crc24b_shift(crc);
    table[byte] = crc;
  }
  return table;
}

constexpr std::array<std::uint32_t, 256> make_crc32c_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1) ^ ((crc & 1U) != 0 ? kCrc32cReflected : 0U);
    }
    table[byte] = crc;
  }
  return table;
}

constexpr std::size_t kSlices = 8;

/// [s][byte]: what `byte` with s bytes of 0 behind it does to a CRC whose 24 bits stand highest.
constexpr std::array<std::array<std::uint32_t, 256>, kSlices> make_crc24b_slices() {
  std::array<std::array<std::uint32_t, 256>, kSlices> slices{};
  const auto table = make_crc24b_table();
  for (std::size_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = table[byte];
    for (std::size_t s = 0; s < kSlices; ++s) {
      slices[s][byte] = crc << 8;
      crc = ((crc << 8) & kCrc24Mask) ^ table[crc >> 16];
    }
  }
  return slices;
}

constexpr auto kCrc24bTable = make_crc24b_table();
constexpr auto kCrc24bSlices = make_crc24b_slices();
constexpr auto kCrc32cTable = make_crc32c_table();

}  // namespace

std::uint32_t crc24b(std::span<const std::uint8_t> bits) {
  std::uint32_t crc = 0;
  std::size_t i = 0;
  for (; i + 8 <= bits.size(); i += 8) {
    std::uint32_t byte = 0;
    for (std::size_t k = 0; k < 8; ++k) byte = (byte << 1) | (bits[i + k] & 1U);
    crc = ((crc << 8) & kCrc24Mask) ^ kCrc24bTable[((crc >> 16) ^ byte) & 0xFFU];
  }
  for (; i < bits.size(); ++i) {
    crc = crc24b_shift(crc ^ (static_cast<std::uint32_t>(bits[i] & 1U) << 23));
  }
  return crc;
}

std::uint32_t crc24b_of_bytes(std::span<const std::uint8_t> bytes) {
  std::uint32_t crc = 0;  // its 24 bits highest
  std::size_t i = 0;
  for (; i + kSlices <= bytes.size(); i += kSlices) {
    const std::uint8_t* at = bytes.data() + i;
    crc = kCrc24bSlices[7][at[0] ^ (crc >> 24)] ^ kCrc24bSlices[6][at[1] ^ (crc >> 16 & 0xFFU)] ^
          kCrc24bSlices[5][at[2] ^ (crc >> 8 & 0xFFU)] ^ kCrc24bSlices[4][at[3]] ^
          kCrc24bSlices[3][at[4]] ^ kCrc24bSlices[2][at[5]] ^ kCrc24bSlices[1][at[6]] ^
          kCrc24bSlices[0][at[7]];
  }
  for (; i < bytes.size(); ++i) crc = (crc << 8) ^ kCrc24bSlices[0][bytes[i] ^ (crc >> 24)];
  return crc >> 8;
}

std::uint32_t crc32c(std::span<const std::uint8_t> bytes) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const std::uint8_t byte : bytes) crc = (crc >> 8) ^ kCrc32cTable[(crc ^ byte) & 0xFFU];
  return ~crc;
}

}  // namespace ostracon::format
