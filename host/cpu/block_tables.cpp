#include "host/cpu/block_tables.hpp"

#include "format/gf256.hpp"
#include "host/cpu/block_work.hpp"

namespace ostracon::cpu {
namespace {

namespace gf256 = format::gf256;

constexpr Products make_products() {
  Products products{};
  for (unsigned c = 0; c < 256; ++c)
    products.of[c] = gf256::nibble_products(static_cast<std::uint8_t>(c));
  return products;
}

std::uint8_t power_of_two(std::size_t i) { return gf256::kTables.exp[i % gf256::kOrder]; }

void put(SplitRow& row, std::size_t lane, std::uint8_t octet) {
  row.low[lane] = octet & 15U;
  row.high[lane] = static_cast<std::uint8_t>(octet >> 4U);
}

constexpr std::array<std::array<std::uint8_t, 8>, 256> make_bit_masks() {
  std::array<std::array<std::uint8_t, 8>, 256> masks{};
  for (unsigned octet = 0; octet < 256; ++octet)
    for (unsigned b = 0; b < 8; ++b) masks[octet][b] = (octet & (0x80U >> b)) != 0 ? 0xFF : 0;
  return masks;
}

}  // namespace

constexpr std::array<std::array<std::uint8_t, 8>, 256> kBitMasks = make_bit_masks();
constexpr Products kProducts = make_products();

BlockTables::BlockTables(const format::qr::BlockShape& block_shape)
    : shape(block_shape), rows((static_cast<std::size_t>(shape.octets) + kRow - 1) / kRow) {
  const auto octets = static_cast<std::size_t>(shape.octets);
  const auto parity = static_cast<std::size_t>(shape.parity());
  locator.fill(0);
  checks.resize(octets);
  powers.resize((parity + 1) * rows);
  for (std::size_t i = 0; i < octets; ++i) {
    const std::size_t log = octets - 1 - i;
    locator[i] = power_of_two(log);
    for (std::size_t j = 0; j < parity; ++j) put(checks[i], j, power_of_two(j * log));
    for (std::size_t j = 0; j <= parity; ++j)
      put(powers[j * rows + i / kRow], i % kRow, power_of_two(j * (gf256::kOrder - log)));
  }
}

}  // namespace ostracon::cpu
