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

/// How many modules of a window's first rows differ from those of a group of patterns, eight
/// modules at a time.
class QuickTable {
 public:
  static constexpr std::size_t kGroup = 16;  // patterns: a row's tables fit beside the counts in L1
  static constexpr std::size_t kGroups = kPatterns / kGroup;
  /// One a pattern. All 256 differing wraps round to none; either makes a candidate.
  using Counts = std::array<std::uint8_t, kGroup>;

  explicit QuickTable(const std::array<Pattern, kPatterns>& patterns)
      : entries_(kGroups * kQuickRows * 4 * 256) {
    for (std::size_t p = 0; p < kPatterns; ++p)
      for (std::size_t row = 0; row < kQuickRows; ++row)
        for (std::size_t byte = 0; byte < 4; ++byte)
          for (std::uint32_t value = 0; value < 256; ++value)
            entries_[first(p / kGroup, row) + byte * 256 + value][p % kGroup] =
                static_cast<std::uint8_t>(
                    std::popcount(value ^ ((patterns[p][row] >> (24 - 8 * byte)) & 0xFFU)));
  }

  /// Adds what windows of 32 modules in a row of the mark differ.
  void add(std::size_t group, std::size_t row, const std::uint32_t* windows, std::size_t count,
           Counts* to) const {
    const Counts* table = entries_.data() + first(group, row);
    for (std::size_t c = 0; c < count; ++c) {
      Counts sum = to[c];
      const Counts& i = table[windows[c] >> 24];
      const Counts& j = table[256 + ((windows[c] >> 16) & 0xFFU)];
      const Counts& k = table[512 + ((windows[c] >> 8) & 0xFFU)];
      const Counts& l = table[768 + (windows[c] & 0xFFU)];
      for (std::size_t p = 0; p < kGroup; ++p)
        sum[p] = static_cast<std::uint8_t>(sum[p] + i[p] + j[p] + k[p] + l[p]);
      to[c] = sum;
    }
  }

  /// Whether so many differ, or so many agree, that it may be a mark.
  static bool candidate(std::uint8_t count) {
    return static_cast<std::uint8_t>(count - kQuickErrors - 1) >
           kQuickRows * kSide - 2 * kQuickErrors - 2;
  }
  static bool any_candidate(const Counts& counts) {
    bool any = false;
    for (const std::uint8_t count : counts) any |= candidate(count);
    return any;
  }

 private:
  static std::size_t first(std::size_t group, std::size_t row) {
    return (group * kQuickRows + row) * 4 * 256;
  }
  std::vector<Counts> entries_;  // [group][row][byte][value]
};

const std::array<Pattern, kPatterns>& patterns() {
  static const std::array<Pattern, kPatterns> made = all_patterns();
  return made;
}
const QuickTable& quick_table() {
  static const QuickTable made(patterns());
  return made;
}

class MarkSearch {
 public:
  explicit MarkSearch(const SoftGrid& grid) : grid_(grid) {}

  /// Marks whose upper left module lies in [row0, row1) x [col0, col1).
  void search(std::int32_t row0, std::int32_t row1, std::int32_t col0, std::int32_t col1) {
    row0 = std::max(row0, 0);
    col0 = std::max(col0, 0);
    row1 = std::min(row1, grid_.rows - kSide + 1);
    col1 = std::min(col1, grid_.cols - kSide + 1);
    if (row0 >= row1 || col0 >= col1) return;
    make_windows(row0, row1 + kSide - 1, col0, col1);
    std::vector<QuickTable::Counts> counts(width_);
    for (std::int32_t r = row0; r < row1; ++r) {
      candidates_.clear();
      for (std::size_t group = 0; group < QuickTable::kGroups; ++group) {
        std::fill(counts.begin(), counts.end(), QuickTable::Counts{});
        for (std::size_t k = 0; k < kQuickRows; ++k)
          table_.add(group, k, window_row(r + static_cast<std::int32_t>(k)), width_, counts.data());
        pick_candidates(group, counts);
      }
      std::sort(candidates_.begin(), candidates_.end());
      for (const auto& [p, c] : candidates_) verify(p, r, c);
    }
  }

  std::vector<MarkSeen> take() {
    std::sort(seen_.begin(), seen_.end(),
              [](const MarkSeen& a, const MarkSeen& b) { return a.errors < b.errors; });
    return std::move(seen_);
  }
  bool empty() const { return seen_.empty(); }

 private:
  /// The signs of modules c to c + 31 of a row, for all rows and all c of the searched region.
  void make_windows(std::int32_t row0, std::int32_t row1, std::int32_t col0, std::int32_t col1) {
    first_row_ = row0;
    first_col_ = col0;
    width_ = static_cast<std::size_t>(col1 - col0);
    windows_.resize(static_cast<std::size_t>(row1 - row0) * width_);
    for (std::int32_t r = row0; r < row1; ++r) {
      auto* row = windows_.data() + static_cast<std::size_t>(r - row0) * width_;
      std::uint32_t window = 0;
      for (std::int32_t c = col1 + kSide - 2; c >= col0; --c) {
        window = (window >> 1) | (grid_.at(r, c) < 0 ? 0x80000000U : 0U);
        if (c < col1) row[c - col0] = window;
      }
    }
  }
  const std::uint32_t* window_row(std::int32_t r) const {
    return windows_.data() + static_cast<std::size_t>(r - first_row_) * width_;
  }

  void pick_candidates(std::size_t group, const std::vector<QuickTable::Counts>& counts) {
    for (std::size_t c = 0; c < width_; ++c) {
      if (!QuickTable::any_candidate(counts[c])) continue;
      for (std::size_t k = 0; k < QuickTable::kGroup; ++k)
        if (QuickTable::candidate(counts[c][k]))
          candidates_.push_back({group * QuickTable::kGroup + k, c});
    }
  }

  void verify(std::size_t pattern, std::int32_t row, std::size_t column) {
    const auto p = static_cast<std::int32_t>(pattern);
    std::int32_t errors = 0;
    for (std::int32_t k = 0; k < kSide; ++k)
      errors += std::popcount(window_row(row + k)[column] ^
                              patterns_[pattern][static_cast<std::size_t>(k)]);
    const bool inverted = errors > kSide * kSide / 2;
    if (inverted) errors = kSide * kSide - errors;
    if (errors > kErrors) return;
    seen_.push_back(
        {p / 8, p % 8, row, first_col_ + static_cast<std::int32_t>(column), errors, inverted});
  }

  const SoftGrid& grid_;
  const std::array<Pattern, kPatterns>& patterns_ = patterns();
  const QuickTable& table_ = quick_table();
  std::int32_t first_row_ = 0, first_col_ = 0;  // of the windows
  std::size_t width_ = 0;
  std::vector<std::uint32_t> windows_;
  std::vector<std::array<std::size_t, 2>> candidates_;  // pattern, column
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
