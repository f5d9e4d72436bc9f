#pragma once
// What the block decoder's kernels know of GF(2^8) and of a block's shape. Vectors of octets are
// kRow long, so that any syndromes and any locator fit one.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "format/qr/reed_solomon.hpp"

namespace ostracon::cpu {

inline constexpr std::size_t kRow = 32;
inline constexpr std::size_t kMostRows = (format::qr::kMostBlockOctets + kRow - 1) / kRow;
inline constexpr std::size_t kMostBits = 8 * format::qr::kMostBlockOctets;
static_assert(format::qr::kMostBlockParity < kRow);

using OctetRow = std::array<std::uint8_t, kRow>;

/// Octets and their upper and lower nibbles, as multiplications by byte shuffles take them.
struct alignas(kRow) SplitRow {
  OctetRow low, high;
};

/// [c]: gf256::nibble_products(c).
struct alignas(kRow) Products {
  std::array<OctetRow, 256> of;
};
extern const Products kProducts;

/// The constant as multiply() of host/cpu/block_row-inl.hpp takes it.
inline const std::uint8_t* products_of(std::uint8_t c) { return kProducts.of[c].data(); }

struct BlockTables {
  explicit BlockTables(const format::qr::BlockShape& block_shape);

  format::qr::BlockShape shape;
  std::size_t rows;                             ///< that hold all octets of a block
  std::array<std::uint8_t, kMostBits> locator;  ///< [octet]
  /// [octet]: what an octet of 1 adds to the syndromes.
  std::vector<SplitRow> checks;
  /// [power][row of octets]: the inverses of the octets' locators, to that power, 0 to parity.
  std::vector<SplitRow> powers;
};

}  // namespace ostracon::cpu
