#include "host/cpu/mark_finder.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "host/steps/finder_marks.hpp"

namespace ostracon::cpu {
namespace {

constexpr std::int32_t kSide = format::kFinderSide;
constexpr std::int32_t kQuickRows = rules::kQuickRows;
constexpr std::int32_t kQuickErrors = rules::kQuickErrors;
constexpr std::size_t kPatterns = steps::kMarkPatterns;

/// How many modules of a window's first rows differ from those of a group of patterns, eight
/// modules at a time.
class QuickTable {
 public:
  static constexpr std::size_t kGroup = 16;  // patterns: a row's tables fit beside the counts in L1
  static constexpr std::size_t kGroups = kPatterns / kGroup;
  /// One a pattern. All 256 differing wraps round to none; either makes a candidate.
  using Counts = std::array<std::uint8_t, kGroup>;

  QuickTable() : entries_(kGroups * kQuickRows * 4 * 256) {
    const auto& patterns = steps::mark_patterns();
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

  /// rules::may_be_mark.
  static bool candidate(std::uint8_t count) {
    return static_cast<std::uint8_t>(count - kQuickErrors - 1) >
           rules::kQuickModules - 2 * kQuickErrors - 2;
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

const QuickTable& quick_table() {
  static const QuickTable made;
  return made;
}

class CpuMarkFinder final : public MarkFinder {
 public:
  Result<std::vector<FinderMark>> run(ImageView<const std::int8_t> soft) override {
    std::vector<FinderMark> marks;
    cells_.assign(static_cast<std::size_t>(steps::mark_cells(soft.rows)) *
                      static_cast<std::size_t>(steps::mark_cells(soft.cols)),
                  0);
    for (const auto& regions : steps::mark_searches(soft.rows, soft.cols)) {
      for (const steps::MarkRegion& region : regions) search(soft, region);
      marks = steps::marks_of(cells_, soft.cols);
      if (!marks.empty()) break;
    }
    for (FinderMark& mark : marks) {
      const rules::HeaderPlace place = steps::header_place(mark);
      for (std::size_t k = 0; k < mark.header.size(); ++k)
        mark.header[k] = rules::header_llr(soft, place, static_cast<std::int32_t>(k));
    }
    return marks;
  }

 private:
  void search(const ImageView<const std::int8_t>& soft, const steps::MarkRegion& region) {
    make_windows(soft, region);
    counts_.resize(width_);
    for (std::int32_t r = 0; r < region.rows; ++r)
      for (std::size_t group = 0; group < QuickTable::kGroups; ++group) {
        std::fill(counts_.begin(), counts_.end(), QuickTable::Counts{});
        for (std::size_t k = 0; k < kQuickRows; ++k)
          table_.add(group, k, window_row(r + static_cast<std::int32_t>(k)), width_,
                     counts_.data());
        for (std::size_t c = 0; c < width_; ++c) {
          if (!QuickTable::any_candidate(counts_[c])) continue;
          for (std::size_t k = 0; k < QuickTable::kGroup; ++k)
            if (QuickTable::candidate(counts_[c][k]))
              verify(group * QuickTable::kGroup + k, region, r, c, soft.cols);
        }
      }
  }

  /// The signs of modules c to c + 31 of a row, for all rows and all c of the searched region.
  void make_windows(const ImageView<const std::int8_t>& soft, const steps::MarkRegion& region) {
    width_ = static_cast<std::size_t>(region.cols);
    const std::int32_t rows = region.rows + kSide - 1;
    windows_.resize(static_cast<std::size_t>(rows) * width_);
    for (std::int32_t r = 0; r < rows; ++r) {
      auto* row = windows_.data() + static_cast<std::size_t>(r) * width_;
      std::uint32_t window = 0;
      for (std::int32_t c = region.cols + kSide - 2; c >= 0; --c) {
        window = (window >> 1) | (soft(region.row0 + r, region.col0 + c) < 0 ? 0x80000000U : 0U);
        if (c < region.cols) row[c] = window;
      }
    }
  }
  const std::uint32_t* window_row(std::int32_t r) const {
    return windows_.data() + static_cast<std::size_t>(r) * width_;
  }

  void verify(std::size_t pattern, const steps::MarkRegion& region, std::int32_t r, std::size_t c,
              std::int32_t cols) {
    std::int32_t errors = 0;
    for (std::int32_t k = 0; k < kSide; ++k)
      errors += std::popcount(window_row(r + k)[c] ^
                              steps::mark_patterns()[pattern][static_cast<std::size_t>(k)]);
    const std::int32_t row = region.row0 + r;
    const std::int32_t col = region.col0 + static_cast<std::int32_t>(c);
    const std::int32_t cell =
        row / rules::kMarkCell * steps::mark_cells(cols) + col / rules::kMarkCell;
    std::uint32_t& best = cells_[static_cast<std::size_t>(cell)];
    best = std::max(best, rules::mark_key(errors, static_cast<std::int32_t>(pattern), row, col));
  }

  const QuickTable& table_ = quick_table();
  std::size_t width_ = 0;  // of a row of windows
  std::vector<std::uint32_t> windows_;
  std::vector<QuickTable::Counts> counts_;
  std::vector<std::uint32_t> cells_;
};

}  // namespace

Result<std::unique_ptr<MarkFinder>> make_mark_finder(const MarkFinderConfig& config) {
  OSTRACON_TRY(steps::check(config));
  return std::unique_ptr<MarkFinder>(std::make_unique<CpuMarkFinder>());
}

}  // namespace ostracon::cpu
