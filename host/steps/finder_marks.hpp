#pragma once
// What the search for finder marks is after, where it looks, and what it makes of what it met.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "pipeline/rules/finder_mark.hpp"
#include "pipeline/stages/mark_finder.hpp"

namespace ostracon::steps {

/// kInvalidArgument if the image has no pixel.
Result<> check(const MarkFinderConfig& config);

inline constexpr std::int32_t kMarkPatterns = 32;
/// Rows of a mark as it lies on the field; leftmost module most significant, 1 where dark.
using MarkPattern = std::array<std::uint32_t, format::kFinderSide>;
/// [8 * corner + orientation]
const std::array<MarkPattern, kMarkPatterns>& mark_patterns();

/// First modules of marks to look for: [row0, row0 + rows) x [col0, col0 + cols), not empty.
struct MarkRegion {
  std::int32_t row0, col0, rows, cols;
};
/// Four regions near the corners of a soft grid of rows x cols, which may overlap, and then the one
/// of all; none where the grid is smaller than a mark. Those of one search have the same size.
std::array<std::vector<MarkRegion>, 2> mark_searches(std::int32_t rows, std::int32_t cols);

/// Cells (rules::kMarkCell) from one end of `modules` to the other.
inline std::int32_t mark_cells(std::int32_t modules) {
  return (modules + rules::kMarkCell - 1) / rules::kMarkCell;
}

/// The marks of cells' largest rules::mark_key, [mark_cells(rows)][mark_cells(cols)], as MarkFinder
/// gives them out but for the headers, which are 0.
std::vector<FinderMark> marks_of(std::span<const std::uint32_t> cells, std::int32_t cols);

/// Where the header of this mark's corner lies.
rules::HeaderPlace header_place(const FinderMark& mark);

}  // namespace ostracon::steps
