// From payload to the bits of a page, and the pseudo-noise between pages.

#include <array>
#include <cassert>
#include <cstddef>

#include "format/page_layout.hpp"
#include "format/pn.hpp"
#include "format/seeds.hpp"

namespace ostracon::format {
namespace {

std::uint64_t little_endian(std::span<const std::uint8_t, 8> bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value |= std::uint64_t{bytes[i]} << (8 * i);
  return value;
}

void put_headers(const PageHeader& header, std::int32_t rows, std::int32_t cols,
                 std::span<std::uint8_t> modules) {
  std::array<std::uint8_t, kHeaderModules> copy;
  for (std::int32_t corner = 0; corner < 4; ++corner) {
    encode_header_copy(header, corner, copy);
    const ModulePosition origin = header_origin(corner, rows, cols);
    for (std::int32_t row = 0; row < kHeaderSide; ++row) {
      const auto to = static_cast<std::size_t>(origin.row + row) * static_cast<std::size_t>(cols) +
                      static_cast<std::size_t>(origin.col);
      const auto from = static_cast<std::size_t>(row) * std::size_t{kHeaderSide};
      for (std::size_t col = 0; col < std::size_t{kHeaderSide}; ++col) {
        modules[to + col] = copy[from + col];
      }
    }
  }
}

}  // namespace

std::uint64_t scrambler_seed(const Uuid& plate, std::uint32_t page_index) {
  const std::span<const std::uint8_t, 16> bytes(plate.bytes);
  std::uint64_t seed = pn_word(kScramblerSeed, little_endian(bytes.first<8>()));
  seed = pn_word(seed, little_endian(bytes.last<8>()));
  return pn_word(seed, page_index);
}

void encode_page(const PageLayout& layout, const PageHeader& header,
                 std::span<const std::uint8_t> payload, std::span<std::uint8_t> modules) {
  const PageGeometry& geometry = layout.geometry();
  const auto known = layout.known_bits();
  assert(payload.size() == static_cast<std::size_t>(layout.codewords()) * kPayloadBytes);
  assert(modules.size() == known.size());
  const std::uint64_t seed = scrambler_seed(header.plate, header.page_index);
  for (std::size_t i = 0; i < modules.size();) {  // the scrambler's bits everywhere, word by word
    const std::uint64_t word = pn_word(seed, i >> 6);
    for (int bit = 63; bit >= 0 && i < modules.size(); --bit, ++i) {
      modules[i] = static_cast<std::uint8_t>((word >> bit) & 1U);
    }
  }
  std::vector<std::uint8_t> code(static_cast<std::size_t>(codeword_bits(geometry.rate)));
  for (std::int32_t codeword = 0; codeword < layout.codewords(); ++codeword) {
    encode_codeword(payload.subspan(static_cast<std::size_t>(codeword) * kPayloadBytes,
                                    std::size_t{kPayloadBytes}),
                    geometry.rate, code);
    const auto to = layout.modules_of(codeword);
    for (std::size_t j = 0; j < code.size(); ++j) {
      modules[to[j]] = static_cast<std::uint8_t>(modules[to[j]] ^ code[j]);
    }
  }
  for (std::size_t i = 0; i < modules.size(); ++i) {
    if (known[i] != 2) modules[i] = known[i];
  }
  put_headers(header, geometry.rows, geometry.cols, modules);
}

std::uint8_t gap_bit(std::int64_t row, std::int64_t col) {
  const std::uint64_t row_seed = pn_word(kGapSeed, static_cast<std::uint64_t>(row));
  return pn_bit(row_seed, static_cast<std::uint64_t>(col));
}

}  // namespace ostracon::format
