#include "io/shuffles.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>

namespace ostracon::io {
namespace {

using Words = std::array<std::uint64_t, 8>;

/// A compiler turns this into vector code where the number of bytes is a constant.
template <std::size_t kBytes>
void interleave(const std::uint8_t* from, std::size_t samples, std::uint8_t* to) {
  for (std::size_t i = 0; i < samples; ++i)
    for (std::size_t b = 0; b < kBytes; ++b) to[i * kBytes + b] = from[b * samples + i];
}

/// Exchanges the bits of `high` under `mask` with those of `low` under `mask << shift`.
inline void exchange(std::uint64_t& low, std::uint64_t& high, unsigned shift, std::uint64_t mask) {
  const std::uint64_t differing = ((low >> shift) ^ high) & mask;
  low ^= differing << shift;
  high ^= differing;
}

/// 8 words of 8 bytes as a matrix, transposed: byte j of word i becomes byte i of word j.
inline void transpose_bytes(Words& words) {
  for (std::size_t i = 0; i < 4; ++i) exchange(words[i], words[i + 4], 32, 0x00000000FFFFFFFFU);
  for (const std::size_t i : {0U, 1U, 4U, 5U})
    exchange(words[i], words[i + 2], 16, 0x0000FFFF0000FFFFU);
  for (const std::size_t i : {0U, 2U, 4U, 6U})
    exchange(words[i], words[i + 1], 8, 0x00FF00FF00FF00FFU);
}

/// The 8 x 8 bits of a word, transposed: bit k of byte i becomes bit i of byte k.
inline std::uint64_t transpose_bits(std::uint64_t word) {
  const auto exchange_within = [&](unsigned shift, std::uint64_t mask) {
    const std::uint64_t differing = ((word >> shift) ^ word) & mask;
    word ^= differing ^ (differing << shift);
  };
  exchange_within(7, 0x00AA00AA00AA00AAU);
  exchange_within(14, 0x0000CCCC0000CCCCU);
  exchange_within(28, 0x00000000F0F0F0F0U);
  return word;
}

/// 8 rows of `row_bytes` bits to 8 * row_bytes bytes, `stride` apart.
void gather_plane(const std::uint8_t* rows, std::size_t row_bytes, std::size_t stride,
                  std::uint8_t* to) {
  for (std::size_t column = 0; column < row_bytes; column += 8) {
    const std::size_t width = std::min<std::size_t>(8, row_bytes - column);
    Words words{};
    for (std::size_t k = 0; k < 8; ++k)
      std::memcpy(&words[k], rows + k * row_bytes + column, width);
    transpose_bytes(words);
    for (std::uint64_t& word : words) word = transpose_bits(word);
    std::uint8_t* samples = to + column * 8 * stride;
    if (stride == 1) {
      std::memcpy(samples, words.data(), 8 * width);
      continue;
    }
    std::array<std::uint8_t, 64> bytes;
    std::memcpy(bytes.data(), words.data(), bytes.size());
    for (std::size_t i = 0; i < 8 * width; ++i) samples[i * stride] = bytes[i];
  }
}

/// 8 * row_bytes bytes, `stride` apart, to 8 rows of `row_bytes` bits.
void scatter_plane(const std::uint8_t* from, std::size_t stride, std::size_t row_bytes,
                   std::uint8_t* rows) {
  for (std::size_t column = 0; column < row_bytes; column += 8) {
    const std::size_t width = std::min<std::size_t>(8, row_bytes - column);
    std::array<std::uint8_t, 64> bytes{};
    const std::uint8_t* samples = from + column * 8 * stride;
    for (std::size_t i = 0; i < 8 * width; ++i) bytes[i] = samples[i * stride];
    Words words;
    std::memcpy(words.data(), bytes.data(), bytes.size());
    for (std::uint64_t& word : words) word = transpose_bits(word);
    transpose_bytes(words);
    for (std::size_t k = 0; k < 8; ++k)
      std::memcpy(rows + k * row_bytes + column, &words[k], width);
  }
}

}  // namespace

void shuffle_bytes(std::span<const std::uint8_t> from, std::size_t sample_bytes,
                   std::span<std::uint8_t> to) {
  assert(from.size() == to.size() && sample_bytes > 0);
  const std::size_t samples = from.size() / sample_bytes, whole = samples * sample_bytes;
  for (std::size_t b = 0; b < sample_bytes; ++b)
    for (std::size_t i = 0; i < samples; ++i) to[b * samples + i] = from[i * sample_bytes + b];
  std::copy(from.begin() + static_cast<std::ptrdiff_t>(whole), from.end(),
            to.begin() + static_cast<std::ptrdiff_t>(whole));
}

void shuffle_bits(std::span<const std::uint8_t> from, std::size_t sample_bytes,
                  std::span<std::uint8_t> to) {
  assert(from.size() == to.size() && from.size() % (8 * sample_bytes) == 0);
  const std::size_t row_bytes = from.size() / (8 * sample_bytes);
  for (std::size_t byte = 0; byte < sample_bytes; ++byte)
    scatter_plane(from.data() + byte, sample_bytes, row_bytes, to.data() + byte * 8 * row_bytes);
}

void unshuffle_bytes(std::span<const std::uint8_t> from, std::size_t sample_bytes,
                     std::span<std::uint8_t> to) {
  assert(from.size() == to.size() && sample_bytes > 0);
  const std::size_t samples = from.size() / sample_bytes, whole = samples * sample_bytes;
  switch (sample_bytes) {
    case 1:
      std::copy_n(from.begin(), whole, to.begin());
      break;
    case 2:
      interleave<2>(from.data(), samples, to.data());
      break;
    case 4:
      interleave<4>(from.data(), samples, to.data());
      break;
    default:
      for (std::size_t i = 0; i < samples; ++i)
        for (std::size_t b = 0; b < sample_bytes; ++b)
          to[i * sample_bytes + b] = from[b * samples + i];
  }
  std::copy(from.begin() + static_cast<std::ptrdiff_t>(whole), from.end(),
            to.begin() + static_cast<std::ptrdiff_t>(whole));
}

void unshuffle_bits(std::span<const std::uint8_t> from, std::size_t sample_bytes,
                    std::span<std::uint8_t> to) {
  assert(from.size() == to.size() && from.size() % (8 * sample_bytes) == 0);
  const std::size_t row_bytes = from.size() / (8 * sample_bytes);
  for (std::size_t byte = 0; byte < sample_bytes; ++byte)
    gather_plane(from.data() + byte * 8 * row_bytes, row_bytes, sample_bytes, to.data() + byte);
}

}  // namespace ostracon::io
