#pragma once
// Rules of finder marks on the lattice of a field: what passes for one, which of neighbours is
// kept, and the header beside it.

#include <cstdint>

#include "core/view.hpp"
#include "format/page_header.hpp"
#include "format/page_layout.hpp"
#include "pipeline/llr.hpp"

namespace ostracon::rules {

inline constexpr std::int32_t kMarkModules = format::kFinderSide * format::kFinderSide;
inline constexpr std::int32_t kQuickRows = 8;  ///< of a mark that are looked at first
inline constexpr std::int32_t kQuickModules = kQuickRows * format::kFinderSide;
/// Of kQuickModules: 4 sigma of chance, met by any bit error rate < 0.3.
inline constexpr std::int32_t kQuickErrors = 96;
inline constexpr std::int32_t kMarkErrors = 370;  ///< of kMarkModules: 9 sigma of chance

/// Whether so many modules of the first rows differ, or agree, that all are to be looked at.
OSTRACON_HD inline bool may_be_mark(std::int32_t errors) {
  return errors <= kQuickErrors || errors >= kQuickModules - kQuickErrors;
}

/// Square cells of this many modules a side keep one mark each. Marks of pages cannot overlap, so
/// what else begins within a cell is a chance or the same mark across a slip of the lattice.
inline constexpr std::int32_t kMarkCell = format::kFinderSide;

/// What a cell keeps the largest of: 0 for no mark, larger for fewer errors. `errors` of
/// kMarkModules; a mark that differs nearly everywhere is inverted. From the top: errors left to
/// kMarkErrors + 1, row (5 bits) and column (5) in the cell, pattern (5), inverted (1).
OSTRACON_HD inline std::uint32_t mark_key(std::int32_t errors, std::int32_t pattern,
                                          std::int32_t row, std::int32_t col) {
  const bool inverted = errors > kMarkModules / 2;
  const std::int32_t left = kMarkErrors + 1 - (inverted ? kMarkModules - errors : errors);
  const std::int32_t place = row % kMarkCell * kMarkCell + col % kMarkCell;
  const std::int32_t key = left * 65536 + place * 64 + pattern * 2 + (inverted ? 1 : 0);
  return left > 0 ? static_cast<std::uint32_t>(key) : 0U;
}

/// Where the header beside a mark lies on the field: module (0, 0) of it, and the steps (row, col)
/// along its rows and columns.
struct HeaderPlace {
  std::int32_t row, col;
  std::int32_t down[2], right[2];
  std::int32_t sign;  ///< -1 beside an inverted mark
};

/// Soft bit `k` of the header: half of the soft grid's, 0 outside of it.
OSTRACON_HD inline Llr header_llr(const ImageView<const std::int8_t>& soft,
                                  const HeaderPlace& place, std::int32_t k) {
  const std::int32_t r = k / format::kHeaderSide;
  const std::int32_t c = k % format::kHeaderSide;
  const std::int32_t row = place.row + r * place.down[0] + c * place.right[0];
  const std::int32_t col = place.col + r * place.down[1] + c * place.right[1];
  const bool there = row >= 0 && col >= 0 && row < soft.rows && col < soft.cols;
  return static_cast<Llr>(there ? place.sign * (soft(row, col) / 2) : 0);
}

}  // namespace ostracon::rules
