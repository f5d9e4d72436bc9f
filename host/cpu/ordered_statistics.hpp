#pragma once
// What ordered statistics works on: the columns of the code's binary parity-check matrix, each of
// its rows a bit of the syndromes.

#include <array>
#include <cstdint>
#include <vector>

#include "format/qr/reed_solomon.hpp"
#include "host/cpu/block_tables.hpp"
#include "pipeline/llr.hpp"

namespace ostracon::cpu {

inline constexpr std::size_t kWords = 4;
inline constexpr std::size_t kMostChecks = 8 * format::qr::kMostBlockParity;
static_assert(kMostChecks < 64 * kWords && kRow == 8 * kWords);

/// A bit for every row: bit i of word w is row 64 w + i, as the syndromes' octets lie in memory.
struct alignas(kRow) Column {
  std::array<std::uint64_t, kWords> word;

  bool operator[](std::uint32_t row) const { return ((word[row / 64] >> (row % 64)) & 1U) != 0; }
};

inline constexpr std::uint32_t kPivotsAtOnce = 16;  // two tables of 256 columns fit the L1 cache

/// Up to kPivotsAtOnce rows that are made the only ones of their columns together: where a column
/// has rows[i], change[i] is added to it.
struct PivotGroup {
  std::uint32_t count = 0;
  std::array<std::uint8_t, kPivotsAtOnce> rows;
  std::array<Column, kPivotsAtOnce> change;
  std::array<std::array<Column, 256>, kPivotsAtOnce / 8> sums;  ///< of every set of changes
};

/// A bit that keeps its hard decision, or is changed on purpose.
struct BasisBit {
  std::uint16_t bit;  ///< of the block, 8 * octet + place
  std::int32_t size;  ///< |llr|
};

/// The rows of the basis, four a nibble, as byte shuffles take them, and what nibbles cost: lower
/// bounds in as many steps as fit an octet.
struct NibbleRows {
  static constexpr std::size_t kMost = 2 * format::qr::kMostBlockParity;

  alignas(kRow) std::array<std::array<std::uint8_t, kMostRows * 8 * kRow>, kMost> nibble;
  alignas(kRow) std::array<std::uint8_t, kMostRows * 8 * kRow> size;   ///< [basis bit]
  alignas(kRow) std::array<std::array<std::uint8_t, 16>, kMost> cost;  ///< [nibble][its value]
  /// The same of the difference to a column: [nibble][value there].
  alignas(kRow) std::array<std::array<std::uint8_t, 16>, kMost> turned;
};

/// All that a search writes.
struct OrderedStatistics {
  std::array<Column, kMostBits> sorted;  ///< columns in this order
  PivotGroup group;
  NibbleRows nibbles;
  Column difference;  ///< rows whose bit is not what the hard decisions of the basis make it
  std::array<Column, kMostBits> basis_rows;    ///< [basis bit]: the rows that it changes
  std::array<std::uint16_t, kMostBits> order;  ///< bits by |llr|, ascending
  std::array<BasisBit, kMostBits> basis;       ///< ascending |llr|
  /// Of the bit that a row stands for.
  std::array<std::uint16_t, 64 * kWords> row_bit;
  std::array<std::int32_t, 64 * kWords> row_size;
  /// [word][count]: what so many set bits of the word cost at least.
  std::array<std::array<std::int32_t, 65>, kWords> least_cost;
  std::uint32_t basis_size = 0;
};

struct SearchLimits {
  std::uint32_t parity_bits;
  std::int32_t most_loss;  ///< in steps, not negative
  std::uint32_t pair_bits;
};

/// [bit]: column of the parity-check matrix.
std::vector<Column> check_columns(const format::qr::BlockShape& shape);

/// order: the bits by |llr|, ascending; at a tie by their number.
void sort_bits(const Llr* llrs, std::size_t bits, std::uint16_t* order);

}  // namespace ostracon::cpu
