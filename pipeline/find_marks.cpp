#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>

#include "format/page_layout.hpp"
#include "pipeline/locate_page.hpp"

namespace ostracon {
namespace {

constexpr std::int32_t kSide = format::kFinderSide;
constexpr std::int32_t kQuickRows = 8;
constexpr std::int32_t kQuickErrors =
    96;                                // of 256: 4 sigma of chance, met by any bit error rate < 0.3
constexpr std::int32_t kErrors = 370;  // of 1024: 9 sigma of chance
constexpr std::int32_t kPatterns = 32;

using Pattern = std::array<std::uint32_t, kSide>;  // rows, leftmost module most significant

/// The mark of a corner as it lies on the field in one of eight orientations.
Pattern pattern_of(std::int32_t corner, std::int32_t orientation) {
  const PagePose pose = orient(orientation);
  Pattern rows{};
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

std::array<Pattern, kPatterns> all_patterns() {
  std::array<Pattern, kPatterns> patterns;
  for (std::int32_t k = 0; k < kPatterns; ++k)
    patterns[static_cast<std::size_t>(k)] = pattern_of(k / 8, k % 8);
  return patterns;
}

/// Number of ones of `kQuickRows` words, in arithmetic that a compiler spreads over vector lanes.
std::uint32_t ones(const std::uint32_t* const* windows, const Pattern& pattern, std::size_t col) {
  std::uint32_t total = 0;
  for (std::size_t k = 0; k < kQuickRows; ++k) {
    std::uint32_t x = windows[k][col] ^ pattern[k];
    x -= (x >> 1) & 0x55555555U;
    x = (x & 0x33333333U) + ((x >> 2) & 0x33333333U);
    total += (x + (x >> 4)) & 0x0F0F0F0FU;  // at most 8 rows x 8 in a byte
  }
  total = (total & 0x00FF00FFU) + ((total >> 8) & 0x00FF00FFU);
  return (total + (total >> 16)) & 0xFFFFU;
}

class MarkSearch {
 public:
  explicit MarkSearch(const SoftGrid& grid)
      : grid_(grid),
        windows_(static_cast<std::size_t>(grid.rows) * static_cast<std::size_t>(grid.cols)) {
    for (std::int32_t r = 0; r < grid.rows; ++r) {
      std::uint32_t window = 0;
      for (std::int32_t c = grid.cols - 1; c >= 0; --c) {
        window = (window >> 1) | (grid.at(r, c) < 0 ? 0x80000000U : 0U);
        windows_[index(r, c)] = window;
      }
    }
  }

  /// Marks whose upper left module lies in [row0, row1) x [col0, col1).
  void search(std::int32_t row0, std::int32_t row1, std::int32_t col0, std::int32_t col1) {
    row0 = std::max(row0, 0);
    col0 = std::max(col0, 0);
    row1 = std::min(row1, grid_.rows - kSide + 1);
    col1 = std::min(col1, grid_.cols - kSide + 1);
    if (col0 >= col1) return;
    std::vector<std::uint32_t> count(static_cast<std::size_t>(col1 - col0));
    for (std::int32_t r = row0; r < row1; ++r) {
      const std::uint32_t* rows[kQuickRows];
      for (std::int32_t k = 0; k < kQuickRows; ++k) rows[k] = windows_.data() + index(r + k, col0);
      for (std::int32_t p = 0; p < kPatterns; ++p) {
        const Pattern& pattern = patterns_[static_cast<std::size_t>(p)];
        for (std::size_t c = 0; c < count.size(); ++c) count[c] = ones(rows, pattern, c);
        for (std::size_t c = 0; c < count.size(); ++c)
          if (count[c] <= kQuickErrors || count[c] >= kQuickRows * kSide - kQuickErrors)
            verify(p, r, col0 + static_cast<std::int32_t>(c));
      }
    }
  }

  std::vector<MarkSeen> take() {
    std::sort(seen_.begin(), seen_.end(),
              [](const MarkSeen& a, const MarkSeen& b) { return a.errors < b.errors; });
    return std::move(seen_);
  }
  bool empty() const { return seen_.empty(); }

 private:
  std::size_t index(std::int32_t r, std::int32_t c) const {
    return static_cast<std::size_t>(r) * static_cast<std::size_t>(grid_.cols) +
           static_cast<std::size_t>(c);
  }

  void verify(std::int32_t p, std::int32_t row, std::int32_t col) {
    std::int32_t errors = 0;
    for (std::int32_t k = 0; k < kSide; ++k)
      errors += std::popcount(windows_[index(row + k, col)] ^
                              patterns_[static_cast<std::size_t>(p)][static_cast<std::size_t>(k)]);
    const bool inverted = errors > kSide * kSide / 2;
    if (inverted) errors = kSide * kSide - errors;
    if (errors > kErrors) return;
    seen_.push_back({p / 8, p % 8, row, col, errors, inverted});
  }

  const SoftGrid& grid_;
  std::vector<std::uint32_t> windows_;
  std::array<Pattern, kPatterns> patterns_ = all_patterns();
  std::vector<MarkSeen> seen_;
};

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

std::vector<MarkSeen> find_marks(const SoftGrid& grid) {
  MarkSearch search(grid);
  // A page fills its field but for the stage's error, so its marks are near the field's corners.
  const std::int32_t rows = grid.rows / 5;
  const std::int32_t cols = grid.cols / 5;
  for (const std::int32_t row : {0, grid.rows - rows - kSide})
    for (const std::int32_t col : {0, grid.cols - cols - kSide})
      search.search(row, row + rows + 1, col, col + cols + 1);
  if (search.empty()) search.search(0, grid.rows, 0, grid.cols);
  return search.take();
}

}  // namespace ostracon
