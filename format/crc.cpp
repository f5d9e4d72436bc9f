#include "format/crc.hpp"

#include <algorithm>
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

// Over bytes the 24 bits of a CRC-24B stand highest in 32.

constexpr std::size_t kSlices = 8;
using Slices = std::array<std::array<std::uint32_t, 256>, kSlices>;

/// [s][byte]: what `byte` with s bytes of 0 behind it makes of a CRC of 0.
constexpr Slices make_crc24b_slices() {
  Slices slices{};
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

/// [s][byte]: the same of a CRC-32C.
constexpr Slices make_crc32c_slices() {
  Slices slices{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (std::size_t s = 0; s < kSlices; ++s) {
      for (int bit = 0; bit < 8; ++bit)
        crc = (crc >> 1) ^ ((crc & 1U) != 0 ? kCrc32cReflected : 0U);
      slices[s][byte] = crc;
    }
  }
  return slices;
}

/// Bytes that are divided side by side: a quarter of a codeword's 1053 or 1056.
constexpr std::size_t kStreams = 4, kStreamBytes = 264;
using Advance = std::array<std::array<std::uint32_t, 256>, 3>;

/// [i][byte]: what kStreamBytes bytes of 0 make of a CRC that has `byte` at bits 8 (i + 1) and up.
constexpr Advance make_crc24b_advance() {
  Advance advance{};
  const auto table = make_crc24b_table();
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t bit = 0; bit < 8; ++bit) {
      std::uint32_t crc = 1U << (8 * i + bit);
      for (std::size_t k = 0; k < kStreamBytes; ++k)
        crc = ((crc << 8) & kCrc24Mask) ^ table[crc >> 16];
      for (std::size_t byte = 0; byte < 256; ++byte)
        if ((byte >> bit & 1U) != 0) advance[i][byte] ^= crc << 8;
    }
  return advance;
}

constexpr auto kCrc24bTable = make_crc24b_table();
constexpr auto kCrc24bSlices = make_crc24b_slices();
constexpr auto kCrc24bAdvance = make_crc24b_advance();
constexpr auto kCrc32cSlices = make_crc32c_slices();

[[gnu::always_inline]] inline std::uint32_t add_eight(std::uint32_t crc, const std::uint8_t* at) {
  return kCrc24bSlices[7][at[0] ^ (crc >> 24)] ^ kCrc24bSlices[6][at[1] ^ (crc >> 16 & 0xFFU)] ^
         kCrc24bSlices[5][at[2] ^ (crc >> 8 & 0xFFU)] ^ kCrc24bSlices[4][at[3]] ^
         kCrc24bSlices[3][at[4]] ^ kCrc24bSlices[2][at[5]] ^ kCrc24bSlices[1][at[6]] ^
         kCrc24bSlices[0][at[7]];
}

std::uint32_t add_bytes(std::uint32_t crc, std::span<const std::uint8_t> bytes) {
  std::size_t i = 0;
  for (; i + kSlices <= bytes.size(); i += kSlices) crc = add_eight(crc, bytes.data() + i);
  for (; i < bytes.size(); ++i) crc = (crc << 8) ^ kCrc24bSlices[0][bytes[i] ^ (crc >> 24)];
  return crc;
}

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
  constexpr std::size_t kOthers = (kStreams - 1) * kStreamBytes;
  if (bytes.size() < kOthers) return add_bytes(0, bytes) >> 8;
  // A look-up waits for the one before it, so that four streams take little longer than one.
  const std::size_t first = bytes.size() - kOthers;
  std::array<std::uint32_t, kStreams> crcs{};
  std::size_t i = 0;
  for (; i + kSlices <= std::min(first, kStreamBytes); i += kSlices) {
    crcs[0] = add_eight(crcs[0], bytes.data() + i);
    for (std::size_t s = 1; s < kStreams; ++s)
      crcs[s] = add_eight(crcs[s], bytes.data() + first + (s - 1) * kStreamBytes + i);
  }
  std::uint32_t crc = add_bytes(crcs[0], bytes.subspan(i, first - i));
  for (std::size_t s = 1; s < kStreams; ++s) {
    const std::size_t begin = first + (s - 1) * kStreamBytes;
    crc = kCrc24bAdvance[2][crc >> 24] ^ kCrc24bAdvance[1][crc >> 16 & 0xFFU] ^
          kCrc24bAdvance[0][crc >> 8 & 0xFFU] ^
          add_bytes(crcs[s], bytes.subspan(begin + i, kStreamBytes - i));
  }
  return crc >> 8;
}

std::uint32_t crc32c(std::span<const std::uint8_t> bytes) {
  const auto& slices = kCrc32cSlices;
  std::uint32_t crc = 0xFFFFFFFFU;
  std::size_t i = 0;
  for (; i + kSlices <= bytes.size(); i += kSlices) {
    const std::uint8_t* at = bytes.data() + i;
    crc = slices[7][at[0] ^ (crc & 0xFFU)] ^ slices[6][at[1] ^ (crc >> 8 & 0xFFU)] ^
          slices[5][at[2] ^ (crc >> 16 & 0xFFU)] ^ slices[4][at[3] ^ (crc >> 24)] ^
          slices[3][at[4]] ^ slices[2][at[5]] ^ slices[1][at[6]] ^ slices[0][at[7]];
  }
  for (; i < bytes.size(); ++i) crc = (crc >> 8) ^ slices[0][bytes[i] ^ (crc & 0xFFU)];
  return ~crc;
}

}  // namespace ostracon::format
