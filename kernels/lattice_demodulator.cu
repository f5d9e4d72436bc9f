#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "kernels/core/launch.hpp"
#include "kernels/lattice_demodulator.hpp"

// Floor: a demodulation reads 4.3 bytes a pixel, 17 us for 4096 x 4096 px at 4.3 TB/s; about 30
// operations a pixel, of which a square root is ten: 17 us.

namespace ostracon::cuda {
namespace {

constexpr std::int32_t kThreads = 256;
constexpr std::int32_t kLines = 4;       // row, col, beside row, beside col
constexpr std::int32_t kMostTile = 128;  // px a side: 8 modules of 16 px
constexpr std::int32_t kCell = rules::kDirtCell;
constexpr std::int32_t kBatch = 8;  // pixels of a thread that are read at once
/// Cells that the pixels of a block touch at most.
constexpr std::int32_t kMostCells = (kMostTile / kCell + 1) * (kThreads / kCell + 1);

/// The lines that a block has in hand: of a pixel row or column, side by side.
template <std::int32_t kCount>
struct alignas(16) Turns {
  rules::Turn line[kCount];
};

struct Frequencies {
  float of_y[kLines], of_x[kLines];
};

/// rules::carrier without the library's care for huge angles, which takes a stack.
__device__ rules::Turn carrier(float frequency, double at) {
#ifdef __CUDA_ARCH__
  double re, im;
  sincospi(-2 * static_cast<double>(frequency) * at, &im, &re);
  return {static_cast<float>(re), static_cast<float>(im)};
#else
  return rules::carrier(frequency, at);
#endif
}

/// turns[0 .. rows) along y, then turns[rows .. rows + cols) along x.
__global__ void __launch_bounds__(kThreads)
    fill_turns(const Frequencies frequency, const std::int32_t rows, const std::int32_t cols,
               const float oy, const float ox, rules::Turn* turns) {
  const auto thread = static_cast<std::int32_t>(blockIdx.x * kThreads + threadIdx.x);
  const std::int32_t pixel = thread / kLines;
  const std::int32_t line = thread % kLines;
  if (pixel >= rows + cols) return;
  const bool along_y = pixel < rows;
  const std::int32_t at = along_y ? pixel : pixel - rows;
  turns[thread] = carrier(along_y ? frequency.of_y[line] : frequency.of_x[line],
                          static_cast<double>(at) + static_cast<double>(along_y ? oy : ox));
}

/// What all blocks of a demodulation know. Addresses are of the device.
struct Demodulation {
  ImageView<const float> image, peaks;
  const ImageScale* scale;
  const rules::Turn *turns_y, *turns_x;  ///< [pixel][line]
  rules::Turn* lines;                    ///< row line, col line [tile]; beside them [noise tile]
  std::int32_t tile_px, tile_rows, tile_cols, noise_step;
  bool first;

  OSTRACON_HD std::int32_t tiles_a_block() const { return kThreads / tile_px; }
  OSTRACON_HD rules::Turn& line(std::int32_t index, std::int32_t row, std::int32_t col) const {
    const std::ptrdiff_t tiles = std::ptrdiff_t{tile_rows} * tile_cols;
    const std::ptrdiff_t noise =
        std::ptrdiff_t{(tile_rows + noise_step - 1) / noise_step} * tile_cols;
    if (index < 2) return lines[index * tiles + std::ptrdiff_t{row} * tile_cols + col];
    return lines[2 * tiles + (index - 2) * noise + std::ptrdiff_t{row / noise_step} * tile_cols +
                 col];
  }
};

/// Whether a cell or one next to it has a pixel that no module has.
__device__ bool dirty(const ImageView<const float>& peaks, std::int32_t row, std::int32_t col,
                      float most) {
  bool found = false;
  for (std::int32_t i = row - 1; i <= row + 1; ++i)
    for (std::int32_t j = col - 1; j <= col + 1; ++j)
      if (i >= 0 && j >= 0 && i < peaks.rows && j < peaks.cols)
        found = found || !(peaks(i, j) < most);
  return found;
}

/// The first kCount lines in the tiles of a block. A thread follows its column down the tile row,
/// then a tile's columns are added.
template <bool kContrast, std::int32_t kCount>
__device__ void demodulate(const Demodulation& work, const std::uint8_t* dirt,
                           std::int32_t dirt_cols, rules::Turn* columns) {
  const ImageScale scale = *work.scale;
  const auto thread = static_cast<std::int32_t>(threadIdx.x);
  const auto tile_row = static_cast<std::int32_t>(blockIdx.y);
  const std::int32_t side = work.tile_px;
  const std::int32_t first_tile = static_cast<std::int32_t>(blockIdx.x) * work.tiles_a_block();
  const std::int32_t left_over = work.tile_cols - first_tile;
  const std::int32_t tiles = left_over < work.tiles_a_block() ? left_over : work.tiles_a_block();
  const std::int32_t left = first_tile * side;
  const std::int32_t top = tile_row * side;
  if (thread < tiles * side) {
    const std::int32_t x = left + thread;
    const std::int32_t dirt_col = x / kCell - left / kCell;
    float re[kCount] = {}, im[kCount] = {};
    for (std::int32_t first = top; first < top + side; first += kBatch) {
      // All reads of a batch are under way before the first is needed.
      float pixel[kBatch];
      OSTRACON_UNROLL
      for (std::int32_t k = 0; k < kBatch; ++k)
        pixel[k] = first + k < top + side ? work.image(first + k, x) : 0.0F;
      OSTRACON_UNROLL
      for (std::int32_t k = 0; k < kBatch; ++k) {
        const std::int32_t y = first + k;
        if (y >= top + side) break;
        const float value = scale.scale * pixel[k];
        const float seen =
            kContrast ? rules::lattice_contrast(value) : rules::bounded_detail(value);
        const bool clean = dirt[(y / kCell - top / kCell) * dirt_cols + dirt_col] == 0;
        const float kept = clean ? seen - scale.level : 0.0F;
        const auto turn = *reinterpret_cast<const Turns<kCount>*>(work.turns_y + y * kLines);
        OSTRACON_UNROLL
        for (std::int32_t line = 0; line < kCount; ++line) {
          re[line] = fmaf(kept, turn.line[line].re, re[line]);
          im[line] = fmaf(kept, turn.line[line].im, im[line]);
        }
      }
    }
    const auto turn = *reinterpret_cast<const Turns<kCount>*>(work.turns_x + x * kLines);
    OSTRACON_UNROLL
    for (std::int32_t k = 0; k < kCount; ++k)
      columns[k * kThreads + thread] = {re[k] * turn.line[k].re - im[k] * turn.line[k].im,
                                        re[k] * turn.line[k].im + im[k] * turn.line[k].re};
  }
  __syncthreads();
  for (std::int32_t task = thread; task < tiles * kCount; task += kThreads) {
    const std::int32_t tile = task / kCount;
    const rules::Turn* of_tile = columns + task % kCount * kThreads + tile * side;
    rules::Turn& to = work.line(task % kCount, tile_row, first_tile + tile);
    rules::Turn sum = work.first ? rules::Turn{0, 0} : to;
    for (std::int32_t k = 0; k < side; ++k) {
      sum.re += of_tile[k].re;
      sum.im += of_tile[k].im;
    }
    to = sum;
  }
}

template <bool kContrast>
__global__ void __launch_bounds__(kThreads)
    demodulate_tiles(const __grid_constant__ Demodulation work) {
  __shared__ rules::Turn columns[kLines * kThreads];
  __shared__ std::uint8_t dirt[kMostCells];
  const std::int32_t left =
      static_cast<std::int32_t>(blockIdx.x) * work.tiles_a_block() * work.tile_px;
  const std::int32_t top = static_cast<std::int32_t>(blockIdx.y) * work.tile_px;
  const float most = work.scale->most;
  const std::int32_t width = work.tiles_a_block() * work.tile_px;
  const std::int32_t dirt_rows = (top + work.tile_px - 1) / kCell - top / kCell + 1;
  const std::int32_t dirt_cols = (left + width - 1) / kCell - left / kCell + 1;
  for (auto k = static_cast<std::int32_t>(threadIdx.x); k < dirt_rows * dirt_cols; k += kThreads)
    dirt[k] = dirty(work.peaks, top / kCell + k / dirt_cols, left / kCell + k % dirt_cols, most);
  __syncthreads();
  if (blockIdx.y % static_cast<unsigned>(work.noise_step) == 0)
    demodulate<kContrast, kLines>(work, dirt, dirt_cols, columns);
  else
    demodulate<kContrast, kLines / 2>(work, dirt, dirt_cols, columns);
}

}  // namespace

LatticeDemodulator::LatticeDemodulator(std::int32_t rows, std::int32_t cols, Device& device,
                                       Buffer<rules::Turn> turns, Buffer<rules::Turn> lines)
    : rows_(rows),
      cols_(cols),
      device_(&device),
      turns_(std::move(turns)),
      lines_(std::move(lines)) {}

Result<LatticeDemodulator> LatticeDemodulator::create(std::int32_t rows, std::int32_t cols,
                                                      Device& device) {
  auto& memory = device.memory();
  const auto height = static_cast<std::size_t>(rows);
  const auto width = static_cast<std::size_t>(cols);
  constexpr auto kLeastTile = static_cast<std::size_t>(steps::kLeastTilePx);
  OSTRACON_TRY_ASSIGN(auto turns, Buffer<rules::Turn>::create(memory, (height + width) * kLines));
  OSTRACON_TRY_ASSIGN(
      auto lines,
      Buffer<rules::Turn>::create(memory, (height / kLeastTile) * (width / kLeastTile) * kLines));
  return LatticeDemodulator(rows, cols, device, std::move(turns), std::move(lines));
}

void LatticeDemodulator::begin(const steps::Carriers& carriers, const steps::PhaseTiles& tiles) {
  frequency_ = steps::line_frequencies(carriers);
  tile_px_ = tiles.tile_px;
  tile_rows_ = tiles.rows;
  tile_cols_ = tiles.cols;
  noise_step_ = steps::noise_step(tiles);
  first_ = true;
}

Result<> LatticeDemodulator::add(ImageView<const float> image, const LatticeFilter& filter,
                                 LatticeAspect aspect, float oy, float ox) {
  if (tile_px_ > kMostTile)
    return Error{ErrorCode::kInvalidArgument, "lattice tracker: tiles of " +
                                                  std::to_string(tile_px_) +
                                                  " px; kernels take 128 px at most"};
  Frequencies frequency{};
  for (std::size_t k = 0; k < kLines; ++k) {
    frequency.of_y[k] = frequency_[k][0];
    frequency.of_x[k] = frequency_[k][1];
  }
  const auto turns = static_cast<unsigned>((rows_ + cols_) * kLines);
  OSTRACON_TRY(launch(fill_turns, dim3((turns + kThreads - 1) / kThreads), dim3(kThreads), 0,
                      *device_, frequency, rows_, cols_, oy, ox, turns_.data()));
  Demodulation work{};
  work.image = image;
  work.peaks = filter.peaks();
  work.scale = filter.scale();
  work.turns_y = turns_.data();
  work.turns_x = turns_.data() + std::ptrdiff_t{rows_} * kLines;
  work.lines = lines_.data();
  work.tile_px = tile_px_;
  work.tile_rows = tile_rows_;
  work.tile_cols = tile_cols_;
  work.noise_step = noise_step_;
  work.first = std::exchange(first_, false);
  const std::int32_t across = (tile_cols_ + work.tiles_a_block() - 1) / work.tiles_a_block();
  return launch(
      aspect == LatticeAspect::kContrast ? demodulate_tiles<true> : demodulate_tiles<false>,
      dim3(static_cast<unsigned>(across), static_cast<unsigned>(tile_rows_)), dim3(kThreads), 0,
      *device_, work);
}

Result<> LatticeDemodulator::finish(steps::PhaseTiles& tiles) {
  const auto count = static_cast<std::size_t>(tile_rows_) * static_cast<std::size_t>(tile_cols_);
  const auto noise = static_cast<std::size_t>((tile_rows_ + noise_step_ - 1) / noise_step_) *
                     static_cast<std::size_t>(tile_cols_);
  std::vector<Complex> all(2 * count + 2 * noise);
  OSTRACON_TRY(device_->memory().download(all.data(), lines_.data(), all.size() * sizeof(Complex)));
  const auto part = [&](std::size_t first, std::size_t size) {
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(first);
    return std::vector<Complex>(begin, begin + static_cast<std::ptrdiff_t>(size));
  };
  tiles.row_line = part(0, count);
  tiles.col_line = part(count, count);
  steps::scale_to_noise({part(2 * count, noise), part(2 * count + noise, noise)}, tiles);
  return Ok{};
}

}  // namespace ostracon::cuda
