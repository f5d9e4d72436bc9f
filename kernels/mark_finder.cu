// One thread a place where a mark may begin. A default field has 0.3 million near its corners, 1.8
// million in all. Each counts bits of 32 patterns x 8 rows: 256 population counts, of which a
// multiprocessor does 16 a clock, 21 us and 124 us on an H200. The soft grid is read once, 1.9 MB,
// its signs from L2.

#include <algorithm>
#include <string>
#include <utility>

#include "host/steps/finder_marks.hpp"
#include "host/steps/lattice_map.hpp"
#include "kernels/core/launch.hpp"
#include "kernels/mark_finder.hpp"

namespace ostracon::cuda {
namespace {

constexpr std::int32_t kThreads = 256;
constexpr std::int32_t kSide = format::kFinderSide;
constexpr std::int32_t kWord = 32;  // modules
constexpr std::int32_t kQuickRows = rules::kQuickRows;
constexpr std::int32_t kPatterns = steps::kMarkPatterns;
constexpr std::size_t kMostRegions = 4;
static_assert(kSide == kWord && format::kHeaderModules % kThreads == 0);

/// Which modules are dark, 32 a word, leftmost most significant; 0 beyond the grid. A row has a
/// word more than whole ones, so that a window may begin in any of its words.
struct SignGrid {
  std::uint32_t* words;
  std::int32_t rows, across;  ///< words

  OSTRACON_HD std::uint32_t window(std::int32_t row, std::int32_t col) const {
    const std::uint32_t* from = words + std::ptrdiff_t{row} * across + col / kWord;
    const std::uint64_t both = (std::uint64_t{from[0]} << kWord) | from[1];
    return static_cast<std::uint32_t>(both >> (kWord - col % kWord));
  }
};

struct QuickPatterns {
  std::uint32_t rows[kPatterns][kQuickRows];
};
struct Regions {
  steps::MarkRegion of[kMostRegions];
};
struct HeaderPlaces {
  rules::HeaderPlace of[kMostMarks];
};

__global__ void __launch_bounds__(kThreads)
    pack_signs(const ImageView<const std::int8_t> soft, const SignGrid signs) {
  const auto index = static_cast<std::int32_t>(blockIdx.x * kThreads + threadIdx.x);
  if (index >= signs.rows * signs.across) return;
  const std::int32_t row = index / signs.across;
  const std::int32_t col = (index - row * signs.across) * kWord;
  std::uint32_t word = 0;
  for (std::int32_t k = 0; k < kWord; ++k)
    word = 2 * word + (col + k < soft.cols && soft(row, col + k) < 0 ? 1U : 0U);
  signs.words[index] = word;
}

/// A region a grid row. `patterns` is [pattern][row], `cells` as steps::marks_of has them, filled
/// with 0 before the first search.
__global__ void __launch_bounds__(kThreads)
    search_marks(const SignGrid signs, const __grid_constant__ Regions regions,
                 const __grid_constant__ QuickPatterns quick, const std::uint32_t* patterns,
                 const std::int32_t cells_across, std::uint32_t* cells) {
  const steps::MarkRegion region = regions.of[blockIdx.y];
  const auto index = static_cast<std::int32_t>(blockIdx.x * kThreads + threadIdx.x);
  if (index >= region.rows * region.cols) return;
  const std::int32_t down = index / region.cols;
  const std::int32_t row = region.row0 + down;
  const std::int32_t col = region.col0 + index - down * region.cols;
  std::uint32_t seen[kQuickRows];
  OSTRACON_UNROLL
  for (std::int32_t k = 0; k < kQuickRows; ++k) seen[k] = signs.window(row + k, col);
  OSTRACON_ROLLED
  for (std::int32_t p = 0; p < kPatterns; ++p) {
    std::int32_t errors = 0;
    OSTRACON_UNROLL
    for (std::int32_t k = 0; k < kQuickRows; ++k) errors += __popc(seen[k] ^ quick.rows[p][k]);
    if (!rules::may_be_mark(errors)) continue;
    for (std::int32_t k = kQuickRows; k < kSide; ++k)
      errors += __popc(signs.window(row + k, col) ^ patterns[p * kSide + k]);
    const std::uint32_t key = rules::mark_key(errors, p, row, col);
    if (key == 0) continue;
    atomicMax(&cells[row / rules::kMarkCell * cells_across + col / rules::kMarkCell], key);
  }
}

/// A header a grid row.
__global__ void __launch_bounds__(kThreads)
    gather_headers(const ImageView<const std::int8_t> soft,
                   const __grid_constant__ HeaderPlaces places, Llr* headers) {
  const auto k = static_cast<std::int32_t>(blockIdx.x * kThreads + threadIdx.x);
  const auto header = static_cast<std::int32_t>(blockIdx.y);
  headers[header * format::kHeaderModules + k] = rules::header_llr(soft, places.of[header], k);
}

unsigned blocks_of(std::int32_t threads) {
  return static_cast<unsigned>((threads + kThreads - 1) / kThreads);
}

class CudaMarkFinder final : public MarkFinder {
 public:
  CudaMarkFinder(Buffer<std::uint32_t> words, Buffer<std::uint32_t> cells,
                 Buffer<std::uint32_t> patterns, Buffer<Llr> headers, Device& device)
      : words_(std::move(words)),
        cells_(std::move(cells)),
        patterns_(std::move(patterns)),
        headers_(std::move(headers)),
        device_(device) {
    for (std::size_t p = 0; p < std::size_t{kPatterns}; ++p)
      std::copy_n(steps::mark_patterns()[p].begin(), kQuickRows, quick_.rows[p]);
  }

  Result<std::vector<FinderMark>> run(ImageView<const std::int8_t> soft) override {
    std::vector<FinderMark> marks;
    if (soft.rows < kSide || soft.cols < kSide) return marks;
    const SignGrid signs{words_.data(), soft.rows, soft.cols / kWord + 1};
    std::vector<std::uint32_t> cells(static_cast<std::size_t>(steps::mark_cells(soft.rows)) *
                                     static_cast<std::size_t>(steps::mark_cells(soft.cols)));
    const std::size_t words =
        static_cast<std::size_t>(signs.rows) * static_cast<std::size_t>(signs.across);
    if (words > words_.size() || cells.size() > cells_.size())
      return Error{ErrorCode::kInvalidArgument,
                   "MarkFinder: a lattice of " + std::to_string(soft.rows) + " x " +
                       std::to_string(soft.cols) + " modules; there is memory for " +
                       std::to_string(kWord * words_.size())};
    OSTRACON_TRY(launch(pack_signs, dim3(blocks_of(signs.rows * signs.across)), dim3(kThreads), 0,
                        device_, soft, signs));
    const std::size_t bytes = cells.size() * sizeof cells[0];
    OSTRACON_TRY(device_.clear(cells_.data(), bytes));
    for (const auto& of_search : steps::mark_searches(soft.rows, soft.cols)) {
      Regions regions{};
      std::copy(of_search.begin(), of_search.end(), regions.of);
      const dim3 grid(blocks_of(of_search[0].rows * of_search[0].cols),
                      static_cast<unsigned>(of_search.size()));
      OSTRACON_TRY(launch(search_marks, grid, dim3(kThreads), 0, device_, signs, regions, quick_,
                          static_cast<const std::uint32_t*>(patterns_.data()),
                          steps::mark_cells(soft.cols), cells_.data()));
      OSTRACON_TRY(device_.memory().download(cells.data(), cells_.data(), bytes));
      marks = steps::marks_of(cells, soft.cols);
      if (!marks.empty()) break;
    }
    if (!marks.empty()) OSTRACON_TRY(gather(soft, marks));
    return marks;
  }

 private:
  Result<> gather(const ImageView<const std::int8_t>& soft, std::vector<FinderMark>& marks) {
    constexpr std::size_t kModules = format::kHeaderModules;
    HeaderPlaces places{};
    for (std::size_t k = 0; k < marks.size(); ++k) places.of[k] = steps::header_place(marks[k]);
    const dim3 grid(kModules / kThreads, static_cast<unsigned>(marks.size()));
    OSTRACON_TRY(
        launch(gather_headers, grid, dim3(kThreads), 0, device_, soft, places, headers_.data()));
    std::vector<Llr> headers(marks.size() * kModules);
    OSTRACON_TRY(device_.memory().download(headers.data(), headers_.data(), headers.size()));
    for (std::size_t k = 0; k < marks.size(); ++k)
      std::copy_n(headers.data() + k * kModules, kModules, marks[k].header.data());
    return Ok{};
  }

  Buffer<std::uint32_t> words_;     // [row][word] of signs
  Buffer<std::uint32_t> cells_;     // largest rules::mark_key
  Buffer<std::uint32_t> patterns_;  // [pattern][row]
  Buffer<Llr> headers_;             // [mark][bit]
  QuickPatterns quick_{};
  Device& device_;
};

}  // namespace

Result<std::unique_ptr<MarkFinder>> make_mark_finder(const MarkFinderConfig& config,
                                                     Device& device) {
  auto& memory = device.memory();
  OSTRACON_TRY(steps::check(config));
  const std::size_t side = steps::most_lattice_side(config.rows, config.cols);
  const std::size_t words = side / std::size_t{kWord} + 1;
  OSTRACON_TRY_ASSIGN(auto signs, Buffer<std::uint32_t>::create(memory, side * words));
  OSTRACON_TRY_ASSIGN(auto cells, Buffer<std::uint32_t>::create(memory, words * words));
  std::vector<std::uint32_t> rows;
  for (const auto& pattern : steps::mark_patterns())
    rows.insert(rows.end(), pattern.begin(), pattern.end());
  OSTRACON_TRY_ASSIGN(auto patterns, Buffer<std::uint32_t>::from(memory, rows));
  OSTRACON_TRY_ASSIGN(auto headers,
                      Buffer<Llr>::create(memory, kMostMarks * format::kHeaderModules));
  return std::unique_ptr<MarkFinder>(std::make_unique<CudaMarkFinder>(
      std::move(signs), std::move(cells), std::move(patterns), std::move(headers), device));
}

}  // namespace ostracon::cuda
