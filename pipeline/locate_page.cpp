#include "pipeline/locate_page.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

#include "format/page_layout.hpp"
#include "pipeline/header_decoder.hpp"

namespace ostracon {
namespace {

std::optional<format::PageHeader> read_header(std::span<const FinderMark> marks) {
  std::array<std::span<const Llr>, 4> copies{};
  for (const FinderMark& mark : marks) copies[static_cast<std::size_t>(mark.corner)] = mark.header;
  return decode_header(copies);
}

LocatedPage place(const FinderMark& mark, const format::PageHeader& header) {
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

std::int64_t visible_modules(const LocatedPage& page, std::int32_t rows, std::int32_t cols) {
  const auto a = field_module(page.pose, 0, 0);
  const auto b = field_module(page.pose, page.header.rows - 1, page.header.cols - 1);
  const auto overlap = [](std::int32_t u, std::int32_t v, std::int32_t size) {
    return static_cast<std::int64_t>(
        std::max(0, std::min(std::max(u, v), size - 1) - std::max(std::min(u, v), 0) + 1));
  };
  return overlap(a[0], b[0], rows) * overlap(a[1], b[1], cols);
}

/// Without a header that stands alone: the best mark of every corner, all of one orientation.
std::optional<LocatedPage> from_all_copies(std::span<const FinderMark> marks) {
  for (std::int32_t orientation = 0; orientation < 8; ++orientation) {
    std::vector<FinderMark> best;
    for (const FinderMark& mark : marks) {
      const bool taken = std::any_of(best.begin(), best.end(), [&](const FinderMark& other) {
        return other.corner == mark.corner || other.inverted != mark.inverted;
      });
      if (mark.orientation == orientation && !taken) best.push_back(mark);
    }
    if (best.size() < 2) continue;
    if (const auto header = read_header(best)) return place(best.front(), *header);
  }
  return std::nullopt;
}

}  // namespace

PagePose orient(std::int32_t orientation) {
  static constexpr std::array<std::array<std::int32_t, 2>, 4> kRight{
      {{0, 1}, {1, 0}, {0, -1}, {-1, 0}}};
  static constexpr std::array<std::array<std::int32_t, 2>, 4> kDown{
      {{1, 0}, {0, -1}, {-1, 0}, {0, 1}}};
  const auto turn = static_cast<std::size_t>(orientation & 3);
  PagePose pose;
  pose.row_axis = kDown[turn];
  pose.col_axis = kRight[turn];
  if ((orientation & 4) != 0) pose.col_axis = {-pose.col_axis[0], -pose.col_axis[1]};
  return pose;
}

PagePose mark_pose(const FinderMark& mark) {
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

std::optional<LocatedPage> locate_page(std::span<const FinderMark> marks, std::int32_t rows,
                                       std::int32_t cols, std::string& reason) {
  if (marks.empty()) {
    reason = "no finder mark on the lattice";
    return std::nullopt;
  }
  std::vector<LocatedPage> pages;
  for (const FinderMark& mark : marks) {
    const auto known = std::find_if(pages.begin(), pages.end(), [&](const LocatedPage& page) {
      return same_place(place(mark, page.header).pose, page.pose);
    });
    if (known != pages.end()) {
      ++known->marks;
      continue;
    }
    if (const auto header = read_header({&mark, 1})) {
      pages.push_back(place(mark, *header));
      pages.back().marks = 1;
    }
  }
  if (pages.empty())
    if (const auto page = from_all_copies(marks)) pages.push_back(*page);
  if (pages.empty()) {
    reason = std::to_string(marks.size()) + " finder marks, but no page header could be read";
    return std::nullopt;
  }
  return *std::max_element(pages.begin(), pages.end(),
                           [&](const LocatedPage& a, const LocatedPage& b) {
                             return visible_modules(a, rows, cols) < visible_modules(b, rows, cols);
                           });
}

}  // namespace ostracon
