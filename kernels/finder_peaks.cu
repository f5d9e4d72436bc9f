// A 4096 x 4096 level has 5461 cells. Each is read once with what the template reaches around it:
// 134 MB of L2, 64 of memory, 16 us. A contrast is 63 sums of a pixel in shared memory, five reads
// for four of them: 1.0e9 contrasts' terms a template, 41e6 reads of a warp, 177 us of 132
// multiprocessors. Only gaps of an array, or the middle of a level, are searched as a rule.

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "kernels/core/block_sum.hpp"
#include "kernels/core/launch.hpp"
#include "kernels/finder_peaks.hpp"
#include "pipeline/rules/finder_peak.hpp"
#include "pipeline/rules/image_level.hpp"

namespace ostracon::cuda {
namespace {

constexpr std::int32_t kCellRows = 48, kCellCols = 64;
constexpr std::int32_t kThreads = 256;
constexpr std::int32_t kMostPlaces = 96;  // of a template: 81
constexpr std::int32_t kTogether = 4;     // contrasts of a thread, one below the other
constexpr std::int32_t kWide = kCellCols + 2, kHigh = kCellRows + 2;  // of contrasts
static_assert(kHigh % 2 == 0);
// Maxima do not touch each other, nor do minima, but a maximum and a minimum may.
constexpr std::int32_t kMostInCell = kCellRows * kCellCols / 2;
constexpr std::size_t kMostShared = 96 * 1024;  // and what is static beside it, of 99 KiB

/// Rows of smoothed pixels, one more than are looked at, so that whole groups of contrasts are.
OSTRACON_HD constexpr std::int32_t tile_rows(std::int32_t reach) {
  return kCellRows + 2 + 2 * reach;
}
OSTRACON_HD constexpr std::int32_t tile_cols(std::int32_t reach) { return kCellCols + 2 * reach; }
std::size_t shared_bytes(std::int32_t reach) {
  return sizeof(float) *
         static_cast<std::size_t>(tile_rows(reach) * tile_cols(reach) + kWide * kHigh);
}

/// The search that a cell belongs to: the last that does not begin behind it.
__device__ const DeviceSearch& search_of(const DeviceSearch* searches, std::int32_t count,
                                         std::int32_t cell) {
  std::int32_t low = 0;
  for (std::int32_t high = count; high - low > 1;) {
    const std::int32_t middle = (low + high) / 2;
    (searches[middle].first_cell <= cell ? low : high) = middle;
  }
  return searches[low];
}

/// A block's cell: its peaks may lie in [top, top + rows) x [left, left + cols) of the part.
struct Cell {
  std::int32_t top, left, rows, cols;
};
__device__ Cell cell_at(const DeviceSearch& search, std::int32_t index) {
  const std::int32_t top = search.reach + index / search.across * kCellRows;
  const std::int32_t left = search.reach + index % search.across * kCellCols;
  const std::int32_t bottom = search.image.rows - search.reach - top;
  const std::int32_t end = search.image.cols - 1 - search.reach - left;
  return {top, left, bottom < kCellRows ? bottom : kCellRows, end < kCellCols ? end : kCellCols};
}

/// Means of 2 x 2 pixels of the cell and what the template reaches.
__device__ void smooth_pixels(const DeviceSearch& search, const Cell& cell, float* tile) {
  const ImageView<const float>& image = search.image;
  const std::int32_t stride = tile_cols(search.reach);
  const std::int32_t rows = cell.rows + 2 * search.reach, cols = cell.cols + 2 * search.reach;
  constexpr std::int32_t kAcross = 32;
  for (auto y = static_cast<std::int32_t>(threadIdx.x) / kAcross; y < rows;
       y += kThreads / kAcross) {
    const std::int32_t row = cell.top - search.reach + y;
    const float* above = &image(row, cell.left - search.reach);
    const float* below = above + (row + 1 < image.rows ? image.row_stride : 0);
    for (auto x = static_cast<std::int32_t>(threadIdx.x) % kAcross; x < cols; x += kAcross)
      tile[y * stride + x] = 0.25F * ((above[x] + below[x]) + (above[x + 1] + below[x + 1]));
  }
}

/// Of the smoothed pixels of the cell.
__device__ float rms_about(const Cell& cell, std::int32_t reach, const float* tile,
                           float (*scratch)[kThreads / kWarpLanes]) {
  const float* first = tile + reach * tile_cols(reach) + reach;
  const std::int32_t count = cell.rows * cell.cols;
  float sum = 0, squares = 0;
  for (auto i = static_cast<std::int32_t>(threadIdx.x); i < count; i += kThreads) {
    const std::int32_t y = i / cell.cols;
    const float value = first[y * tile_cols(reach) + i - y * cell.cols] - first[0];
    sum += value;
    squares += value * value;
  }
  sum = block_sum(sum, scratch[0]);
  squares = block_sum(squares, scratch[1]);
  const float mean = sum / static_cast<float>(count);
  const float variance = squares / static_cast<float>(count) - mean * mean;
  const float rms = sqrtf(variance > 0 ? variance : 0.0F);
  return rms > 1e-30F ? rms : 1e-30F;
}

/// Sums of smoothed pixels at some places about kTogether pixels below each other.
__device__ void add_places(const float* tile, std::int32_t stride, const std::int32_t* places,
                           std::int32_t count, float (&sums)[kTogether]) {
  for (std::int32_t k = 0; k < count; ++k) {
    const float* at = tile + places[k];
    OSTRACON_UNROLL
    for (std::int32_t i = 0; i < kTogether; ++i) sums[i] += at[i * stride];
  }
}

/// Contrasts of the cell and of one pixel around it.
__device__ void correlate(const DeviceSearch& search, const Cell& cell, const float* tile,
                          const std::int32_t* places, float* contrasts) {
  const std::int32_t stride = tile_cols(search.reach);
  const float of_light = 1.0F / static_cast<float>(search.lights);
  const float of_dark = 1.0F / static_cast<float>(search.darks);
  const std::int32_t groups = (cell.rows + 2 + kTogether - 1) / kTogether;
  for (auto i = static_cast<std::int32_t>(threadIdx.x); i < groups * kWide; i += kThreads) {
    const std::int32_t y = i / kWide * kTogether, x = i % kWide;
    if (x >= cell.cols + 2) continue;
    const float* at = tile + (y + search.reach - 1) * stride + x + search.reach - 1;
    float bright[kTogether] = {}, dim[kTogether] = {};
    add_places(at, stride, places, search.lights, bright);
    add_places(at, stride, places + search.lights, search.darks, dim);
    OSTRACON_UNROLL
    for (std::int32_t k = 0; k < kTogether; ++k)
      if (y + k < cell.rows + 2)
        contrasts[(y + k) * kWide + x] = bright[k] * of_light - dim[k] * of_dark;
  }
}

/// A block a cell, the first of them cell `first`. `count` goes on beyond `room`.
__global__ void __launch_bounds__(kThreads)
    find_in_cells(const DeviceSearch* searches, const std::int32_t search_count,
                  const steps::PixelOffset* offsets, const std::int32_t first, DevicePeak* peaks,
                  const std::uint32_t room, std::uint32_t* count) {
  __shared__ float scratch[2][kThreads / kWarpLanes];
  __shared__ std::int32_t places[kMostPlaces];
  const std::int32_t index = first + static_cast<std::int32_t>(blockIdx.x);
  const DeviceSearch& search = search_of(searches, search_count, index);
  const Cell cell = cell_at(search, index - search.first_cell);
  float* tile = dynamic_shared<float>();
  float* contrasts = tile + tile_rows(search.reach) * tile_cols(search.reach);
  const auto thread = static_cast<std::int32_t>(threadIdx.x);
  if (thread < search.lights + search.darks) {
    const steps::PixelOffset& offset = offsets[search.first_place + thread];
    places[thread] = offset.y * tile_cols(search.reach) + offset.x;
  }
  smooth_pixels(search, cell, tile);
  __syncthreads();
  const float around = rms_about(cell, search.reach, tile, scratch);
  correlate(search, cell, tile, places, contrasts);
  __syncthreads();
  const float by_rms = search.least_rms * around;
  const float least = search.least_contrast < by_rms ? by_rms : search.least_contrast;
  for (std::int32_t i = thread; i < cell.rows * kCellCols; i += kThreads) {
    const std::int32_t y = i / kCellCols, x = i % kCellCols;
    if (x >= cell.cols) continue;
    const float* at = contrasts + (y + 1) * kWide + x + 1;
    const auto near = [&](std::int32_t row, std::int32_t col) { return at[row * kWide + col]; };
    const float here = near(0, 0), size = fabsf(here);
    if (!(size >= least) || !rules::is_extremum(near)) continue;
    const std::uint32_t place = atomicAdd(count, 1U);
    if (place >= room) continue;
    // A smoothed pixel lies half a pixel further than its first.
    peaks[place] = {
        static_cast<std::uint32_t>(index),
        static_cast<std::uint32_t>(i),
        static_cast<float>(cell.top + y) + 0.5F + rules::peak_offset(near(-1, 0), here, near(1, 0)),
        static_cast<float>(cell.left + x) + 0.5F +
            rules::peak_offset(near(0, -1), here, near(0, 1)),
        here,
        size / around};
  }
}

}  // namespace

Result<FinderPeaks> FinderPeaks::create(Device& device, std::int64_t most_at_once) {
  const std::size_t most = std::min(kMostShared, device.most_shared_bytes());
  OSTRACON_TRY(residency(find_in_cells, kThreads, most, device));
  return Result<FinderPeaks>(
      FinderPeaks(device, most, std::max<std::int64_t>(most_at_once, kMostInCell)));
}

Result<std::int64_t> FinderPeaks::plan(const CodeLevelViews& levels,
                                       std::span<const steps::PeakSearch> searches) {
  planned_.clear();
  places_.clear();
  std::int32_t most_reach = 0;
  std::int64_t cells = 0;
  const steps::FinderTemplate* put = nullptr;
  std::int32_t first_place = 0;
  for (const steps::PeakSearch& search : searches) {
    const steps::FinderTemplate& finder = *search.finder;
    const auto lights = static_cast<std::int32_t>(finder.light.size());
    const auto darks = static_cast<std::int32_t>(finder.dark.size());
    const std::int32_t reach = finder.reach + 1;
    if (shared_bytes(reach) > most_shared_ || lights + darks > kMostPlaces)
      return Error{ErrorCode::kInvalidArgument,
                   "code finder: a template of " + std::to_string(lights + darks) +
                       " places that reaches " + std::to_string(finder.reach) + " px"};
    if (put != &finder) {
      put = &finder;
      first_place = static_cast<std::int32_t>(places_.size());
      places_.insert(places_.end(), finder.light.begin(), finder.light.end());
      places_.insert(places_.end(), finder.dark.begin(), finder.dark.end());
    }
    const ImageView<const float>& level = levels.of[search.level];
    const steps::ImagePart& part = search.part;
    // Where there is no room for a peak, the search has no cells and no block looks for it.
    const std::int32_t rows = std::max(part.rows - 2 * reach, 0);
    const std::int32_t cols = std::max(part.cols - 1 - 2 * reach, 0);
    const std::int32_t across = (cols + kCellCols - 1) / kCellCols;
    const float* data = level.data + part.top * level.row_stride + part.left;
    planned_.push_back({{data, part.rows, part.cols, level.row_stride},
                        reach,
                        first_place,
                        lights,
                        darks,
                        static_cast<std::int32_t>(cells),
                        across,
                        search.least_contrast,
                        search.least_rms});
    cells += std::int64_t{across} * ((rows + kCellRows - 1) / kCellRows);
    most_reach = std::max(most_reach, reach);
  }
  shared_ = shared_bytes(most_reach);
  return cells;
}

Result<bool> FinderPeaks::search_cells(std::int64_t first, std::int64_t count) {
  Memory& memory = device_->memory();
  const std::int64_t room = std::min(count * kMostInCell, most_at_once_);
  OSTRACON_TRY_ASSIGN(DevicePeak * peaks,
                      peaks_on_device_.make(memory, static_cast<std::size_t>(room)));
  OSTRACON_TRY_ASSIGN(std::uint32_t * counted, count_on_device_.make(memory, 1));
  OSTRACON_TRY(device_->clear(counted, sizeof *counted));
  OSTRACON_TRY(launch(find_in_cells, dim3(static_cast<unsigned>(count)), dim3(kThreads), shared_,
                      *device_, searches_, static_cast<std::int32_t>(planned_.size()), offsets_,
                      static_cast<std::int32_t>(first), peaks, static_cast<std::uint32_t>(room),
                      counted));
  std::uint32_t all = 0;
  OSTRACON_TRY(memory.download(&all, counted, sizeof all));
  if (all > room) return false;
  const std::size_t before = found_.size();
  found_.resize(before + all);
  if (all > 0) OSTRACON_TRY(memory.download(&found_[before], peaks, all * sizeof(DevicePeak)));
  return true;
}

Result<std::vector<steps::FinderPeak>> FinderPeaks::run(
    const CodeLevelViews& levels, std::span<const steps::PeakSearch> searches) {
  found_.clear();
  OSTRACON_TRY_ASSIGN(const std::int64_t cells, plan(levels, searches));
  std::vector<steps::FinderPeak> peaks;
  if (cells == 0) return peaks;
  if (cells > std::numeric_limits<std::int32_t>::max())
    return Error{ErrorCode::kInvalidArgument,
                 "code finder: a search of " + std::to_string(cells) + " cells"};
  OSTRACON_TRY_ASSIGN(searches_, searches_on_device_.put(device_->memory(), planned_));
  OSTRACON_TRY_ASSIGN(offsets_, places_on_device_.put(device_->memory(), places_));
  OSTRACON_TRY_ASSIGN(const bool whole, search_cells(0, cells));
  // So many that all of them have no room: so few cells at a time that they have in any case.
  const std::int64_t few = most_at_once_ / kMostInCell;
  for (std::int64_t first = 0; !whole && first < cells; first += few) {
    OSTRACON_TRY_ASSIGN(const bool all, search_cells(first, std::min(few, cells - first)));
    if (!all)
      return Error{ErrorCode::kDevice, "code finder: more peaks than extrema that cells can have"};
  }
  std::sort(found_.begin(), found_.end(), [](const DevicePeak& a, const DevicePeak& b) {
    return std::pair(a.cell, a.pixel) < std::pair(b.cell, b.pixel);
  });
  peaks.reserve(found_.size());
  std::size_t at = 0;
  for (const DevicePeak& peak : found_) {
    while (at + 1 < planned_.size() &&
           static_cast<std::uint32_t>(planned_[at + 1].first_cell) <= peak.cell)
      ++at;
    const steps::PeakSearch& search = searches[at];
    const auto in_image = [&](float place, std::int32_t from) {
      return rules::level_to_image(place, search.level) + static_cast<float>(from << search.level);
    };
    peaks.push_back({in_image(peak.y, search.part.top), in_image(peak.x, search.part.left),
                     peak.contrast, search.pitch * static_cast<float>(1 << search.level),
                     peak.strength});
  }
  steps::drop_unsound(peaks);
  return peaks;
}

}  // namespace ostracon::cuda
