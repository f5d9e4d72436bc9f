#include "pipeline/locate_page.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "format/page_layout.hpp"
#include "pipeline/header_decoder.hpp"

namespace ostracon {
namespace {

constexpr std::size_t kMostMarks = 24;  // headers tried; a field shows 4 marks and its neighbours'

using HeaderSoft = std::array<Llr, format::kHeaderModules>;

/// Pose of the page whose mark this is, as if the mark's own first module were page module (0, 0).
PagePose mark_pose(const MarkSeen& mark) {
  PagePose pose = orient(mark.orientation);
  constexpr std::int32_t kLast = format::kFinderSide - 1;
  // The square's least field coordinates are those of the mark's first module, or of its last.
  pose.origin_row = mark.row + (pose.row_axis[0] + pose.col_axis[0] < 0 ? kLast : 0);
  pose.origin_col = mark.col + (pose.row_axis[1] + pose.col_axis[1] < 0 ? kLast : 0);
  pose.inverted = mark.inverted;
  return pose;
}

std::array<std::int32_t, 2> field_module(const PagePose& pose, std::int32_t row, std::int32_t col) {
  return {pose.origin_row + row * pose.row_axis[0] + col * pose.col_axis[0],
          pose.origin_col + row * pose.row_axis[1] + col * pose.col_axis[1]};
}

HeaderSoft header_beside(const SoftGrid& grid, const MarkSeen& mark) {
  // Sides only matter relative to each other: any page has its header this far from its mark.
  constexpr std::int32_t kAnySide = 1024;
  const auto finder = format::finder_origin(mark.corner, kAnySide, kAnySide);
  const auto header = format::header_origin(mark.corner, kAnySide, kAnySide);
  const PagePose pose = mark_pose(mark);
  HeaderSoft soft;
  std::size_t k = 0;
  for (std::int32_t r = 0; r < format::kHeaderSide; ++r)
    for (std::int32_t c = 0; c < format::kHeaderSide; ++c) {
      const auto at = field_module(pose, header.row - finder.row + r, header.col - finder.col + c);
      const int value = grid.at(at[0], at[1]) / 2;
      soft[k++] = static_cast<Llr>(mark.inverted ? -value : value);
    }
  return soft;
}

std::optional<format::PageHeader> read_header(const SoftGrid& grid,
                                              const std::vector<MarkSeen>& marks) {
  std::array<HeaderSoft, 4> soft{};
  std::array<std::span<const Llr>, 4> copies{};
  for (const MarkSeen& mark : marks) {
    const auto corner = static_cast<std::size_t>(mark.corner);
    soft[corner] = header_beside(grid, mark);
    copies[corner] = soft[corner];
  }
  return decode_header(copies);
}

LocatedPage place(const MarkSeen& mark, const format::PageHeader& header) {
  LocatedPage page;
  page.header = header;
  page.pose = mark_pose(mark);
  const auto finder = format::finder_origin(mark.corner, header.rows, header.cols);
  const auto origin = field_module(page.pose, -finder.row, -finder.col);
  page.pose.origin_row = origin[0];
  page.pose.origin_col = origin[1];
  return page;
}

bool same_place(const PagePose& a, const PagePose& b) {
  return a.row_axis == b.row_axis && a.col_axis == b.col_axis &&
         std::abs(a.origin_row - b.origin_row) <= 2 && std::abs(a.origin_col - b.origin_col) <= 2;
}

std::int64_t visible_modules(const SoftGrid& grid, const LocatedPage& page) {
  const auto a = field_module(page.pose, 0, 0);
  const auto b = field_module(page.pose, page.header.rows - 1, page.header.cols - 1);
  const auto overlap = [](std::int32_t u, std::int32_t v, std::int32_t size) {
    return static_cast<std::int64_t>(
        std::max(0, std::min(std::max(u, v), size - 1) - std::max(std::min(u, v), 0) + 1));
  };
  return overlap(a[0], b[0], grid.rows) * overlap(a[1], b[1], grid.cols);
}

/// Without a header that stands alone: the best mark of every corner, all of one orientation.
std::optional<LocatedPage> from_all_copies(const SoftGrid& grid,
                                           const std::vector<MarkSeen>& marks) {
  for (std::int32_t orientation = 0; orientation < 8; ++orientation) {
    std::vector<MarkSeen> best;
    for (const MarkSeen& mark : marks) {
      const bool taken = std::any_of(best.begin(), best.end(), [&](const MarkSeen& other) {
        return other.corner == mark.corner || other.inverted != mark.inverted;
      });
      if (mark.orientation == orientation && !taken) best.push_back(mark);
    }
    if (best.size() < 2) continue;
    if (const auto header = read_header(grid, best)) return place(best.front(), *header);
  }
  return std::nullopt;
}

}  // namespace

std::optional<LocatedPage> locate_page(const SoftGrid& grid, std::string& reason) {
  std::vector<MarkSeen> marks = find_marks(grid);
  if (marks.empty()) {
    reason = "no finder mark on the lattice";
    return std::nullopt;
  }
  if (marks.size() > kMostMarks) marks.resize(kMostMarks);
  std::vector<LocatedPage> pages;
  for (const MarkSeen& mark : marks) {
    const auto known = std::find_if(pages.begin(), pages.end(), [&](const LocatedPage& page) {
      return same_place(place(mark, page.header).pose, page.pose);
    });
    if (known != pages.end()) {
      ++known->marks;
      continue;
    }
    if (const auto header = read_header(grid, {mark})) {
      pages.push_back(place(mark, *header));
      pages.back().marks = 1;
    }
  }
  if (pages.empty())
    if (const auto page = from_all_copies(grid, marks)) pages.push_back(*page);
  if (pages.empty()) {
    reason = std::to_string(marks.size()) + " finder marks, but no page header could be read";
    return std::nullopt;
  }
  return *std::max_element(pages.begin(), pages.end(),
                           [&](const LocatedPage& a, const LocatedPage& b) {
                             return visible_modules(grid, a) < visible_modules(grid, b);
                           });
}

}  // namespace ostracon
