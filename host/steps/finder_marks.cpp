#include "host/steps/finder_marks.hpp"

#include <algorithm>
#include <string>

#include "pipeline/locate_page.hpp"

namespace ostracon::steps {
namespace {

constexpr std::int32_t kSide = format::kFinderSide;

MarkPattern pattern_of(std::int32_t corner, std::int32_t orientation) {
  const PagePose pose = orient(orientation);
  MarkPattern rows{};
  for (std::int32_t r = 0; r < kSide; ++r)
    for (std::int32_t c = 0; c < kSide; ++c) {
      std::int32_t y = r * pose.row_axis[0] + c * pose.col_axis[0];
      std::int32_t x = r * pose.row_axis[1] + c * pose.col_axis[1];
      if (pose.row_axis[0] + pose.col_axis[0] < 0) y += kSide - 1;
      if (pose.row_axis[1] + pose.col_axis[1] < 0) x += kSide - 1;
      if (format::finder_bit(corner, r, c) != 0)
        rows[static_cast<std::size_t>(y)] |= 0x80000000U >> x;
    }
  return rows;
}

std::array<MarkPattern, kMarkPatterns> all_patterns() {
  std::array<MarkPattern, kMarkPatterns> patterns;
  for (std::int32_t k = 0; k < kMarkPatterns; ++k)
    patterns[static_cast<std::size_t>(k)] = pattern_of(k / 8, k % 8);
  return patterns;
}

}  // namespace

Result<> check(const MarkFinderConfig& config) {
  if (config.rows < 1 || config.cols < 1)
    return Error{ErrorCode::kInvalidArgument, "MarkFinderConfig: an image of " +
                                                  std::to_string(config.rows) + " x " +
                                                  std::to_string(config.cols) + " px"};
  return Ok{};
}

const std::array<MarkPattern, kMarkPatterns>& mark_patterns() {
  static const std::array<MarkPattern, kMarkPatterns> made = all_patterns();
  return made;
}

std::array<std::vector<MarkRegion>, 2> mark_searches(std::int32_t rows, std::int32_t cols) {
  std::array<std::vector<MarkRegion>, 2> searches;
  const std::int32_t all_rows = rows - kSide + 1;
  const std::int32_t all_cols = cols - kSide + 1;
  if (all_rows < 1 || all_cols < 1) return searches;
  // A page fills its field but for the stage's error, so its marks are near the field's corners.
  const std::int32_t some_rows = std::min(rows / 5 + 1, all_rows);
  const std::int32_t some_cols = std::min(cols / 5 + 1, all_cols);
  for (const std::int32_t row : {0, all_rows - some_rows})
    for (const std::int32_t col : {0, all_cols - some_cols})
      searches[0].push_back({row, col, some_rows, some_cols});
  searches[1].push_back({0, 0, all_rows, all_cols});
  return searches;
}

std::vector<FinderMark> marks_of(std::span<const std::uint32_t> cells, std::int32_t cols) {
  const auto across = static_cast<std::size_t>(mark_cells(cols));
  std::vector<std::size_t> met;
  for (std::size_t cell = 0; cell < cells.size(); ++cell)
    if (cells[cell] != 0) met.push_back(cell);
  const auto errors = [&](std::size_t cell) {
    return rules::kMarkErrors + 1 - static_cast<std::int32_t>(cells[cell] >> 16);
  };
  std::stable_sort(met.begin(), met.end(),
                   [&](std::size_t a, std::size_t b) { return errors(a) < errors(b); });
  if (met.size() > kMostMarks) met.resize(kMostMarks);
  std::vector<FinderMark> marks(met.size());
  for (std::size_t k = 0; k < met.size(); ++k) {
    const auto key = static_cast<std::int32_t>(cells[met[k]] & 0xFFFFU);
    const std::int32_t pattern = key / 2 % kMarkPatterns;
    const std::int32_t place = key / (2 * kMarkPatterns);
    marks[k] = {pattern / 8,
                pattern % 8,
                static_cast<std::int32_t>(met[k] / across) * kSide + place / kSide,
                static_cast<std::int32_t>(met[k] % across) * kSide + place % kSide,
                errors(met[k]),
                key % 2 != 0,
                {}};
  }
  return marks;
}

rules::HeaderPlace header_place(const FinderMark& mark) {
  // Sides only matter relative to each other: any page has its header this far from its mark.
  constexpr std::int32_t kAnySide = 1024;
  const auto finder = format::finder_origin(mark.corner, kAnySide, kAnySide);
  const auto header = format::header_origin(mark.corner, kAnySide, kAnySide);
  const PagePose pose = mark_pose(mark);
  const auto origin = field_module(pose, header.row - finder.row, header.col - finder.col);
  return {origin[0],
          origin[1],
          {pose.row_axis[0], pose.row_axis[1]},
          {pose.col_axis[0], pose.col_axis[1]},
          mark.inverted ? -1 : 1};
}

}  // namespace ostracon::steps
