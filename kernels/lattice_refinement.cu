#include <algorithm>
#include <utility>

#include "kernels/core/launch.hpp"
#include "kernels/lattice_refinement.hpp"
#include "pipeline/rules/local_quadratic.hpp"
#include "pipeline/rules/log_cosh.hpp"

// Floor: 170 x 170 tiles are too few to fill a GPU; a pass is four launches of a few microseconds.

namespace ostracon::cuda {
namespace {

constexpr std::int32_t kThreads = 128;
constexpr std::int32_t kPowers = steps::kTapPowers;
constexpr std::int32_t kPulls = 3;  // powers of what the phase is weighed by
constexpr std::int32_t kSums = kPowers + kPulls;
constexpr std::int32_t kMostTaps = 2 * steps::kMostReachTiles + 1;

struct WindowTaps {
  float of[kPowers][kMostTaps];
  std::int32_t reach;
};

/// Both lines on their grid of tiles. Addresses are of the device; each is [axis][tile] and more.
struct TileGrid {
  const rules::Turn* lines;
  rules::Turn* turned;
  float* phase;
  float* evidence;  ///< [axis][phase, weight][tile]
  float* sums;      ///< [axis][power of the weight, then of weight times phase][tile]
  std::int32_t rows, cols;

  OSTRACON_HD std::int32_t tiles() const { return rows * cols; }
};

/// A thread's tile of one of the axes.
struct Tile {
  std::int32_t axis, index, row, col;
  bool there;
};
__device__ Tile own_tile(const TileGrid& grid) {
  const auto index = static_cast<std::int32_t>(blockIdx.x * kThreads + threadIdx.x);
  const std::int32_t row = index / grid.cols;
  return {static_cast<std::int32_t>(blockIdx.y), index, row, index - row * grid.cols,
          index < grid.tiles()};
}

/// exp(-i phase), without the library's care for huge angles, which takes a stack.
__device__ rules::Turn turn_back(float phase) {
#ifdef __CUDA_ARCH__
  double re, im;
  sincospi(static_cast<double>(phase) * 0.318309886183790671538, &im, &re);
  return {static_cast<float>(re), -static_cast<float>(im)};
#else
  return {cosf(phase), -sinf(phase)};
#endif
}

/// The line against the phase, tile by tile.
__global__ void __launch_bounds__(kThreads) turn_lines(const TileGrid grid) {
  const Tile tile = own_tile(grid);
  if (!tile.there) return;
  const std::int32_t at = tile.axis * grid.tiles() + tile.index;
  const rules::Turn line = grid.lines[at];
  const rules::Turn turn = turn_back(grid.phase[at]);
  grid.turned[at] = {line.re * turn.re - line.im * turn.im, line.re * turn.im + line.im * turn.re};
}

/// What each tile says; `less` is 1 to have the phase so far taken off.
__global__ void __launch_bounds__(kThreads) weigh_tiles(const TileGrid grid, const float less) {
  const Tile tile = own_tile(grid);
  if (!tile.there) return;
  const rules::Turn* turned = grid.turned + tile.axis * grid.tiles();
  float re = 0, im = 0, count = 0;
  for (std::int32_t i = tile.row - 1; i <= tile.row + 1; ++i)
    for (std::int32_t j = tile.col - 1; j <= tile.col + 1; ++j) {
      if (i < 0 || j < 0 || i >= grid.rows || j >= grid.cols) continue;
      re += turned[i * grid.cols + j].re;
      im += turned[i * grid.cols + j].im;
      count += 1;
    }
  const float phase = grid.phase[tile.axis * grid.tiles() + tile.index];
  const auto said =
      rules::tile_evidence(phase, turned[tile.index].im, sqrtf(re * re + im * im) / count);
  float* to = grid.evidence + 2 * tile.axis * grid.tiles() + tile.index;
  to[0] = said.phase - less * phase;
  to[grid.tiles()] = said.weight;
}

/// Sums along the rows.
__global__ void __launch_bounds__(kThreads)
    sum_rows(const TileGrid grid, const __grid_constant__ WindowTaps taps) {
  const Tile tile = own_tile(grid);
  if (!tile.there) return;
  const float* phase = grid.evidence + 2 * tile.axis * grid.tiles() + tile.row * grid.cols;
  const float* weight = phase + grid.tiles();
  float at[kSums] = {};
  for (std::int32_t k = 0; k <= 2 * taps.reach; ++k) {
    const std::int32_t beside = tile.col - taps.reach + k;
    if (beside < 0 || beside >= grid.cols) continue;
    const float w = weight[beside];
    const float wp = w * phase[beside];
    OSTRACON_UNROLL
    for (std::int32_t p = 0; p < kPowers; ++p) at[p] += w * taps.of[p][k];
    OSTRACON_UNROLL
    for (std::int32_t p = 0; p < kPulls; ++p) at[kPowers + p] += wp * taps.of[p][k];
  }
  OSTRACON_UNROLL
  for (std::int32_t p = 0; p < kSums; ++p)
    grid.sums[(tile.axis * kSums + p) * grid.tiles() + tile.index] = at[p];
}

/// Sums along the columns, and the quadratic's middle; `more` is 1 to have it added to the phase.
__global__ void __launch_bounds__(kThreads)
    fit_tiles(const TileGrid grid, const __grid_constant__ WindowTaps taps, const float more) {
  const Tile tile = own_tile(grid);
  if (!tile.there) return;
  const float* sums = grid.sums + tile.axis * kSums * grid.tiles() + tile.col;
  float weight[kPowers][kPowers] = {};  // [power of y][power of x]
  float pull[kPulls][kPulls] = {};
  for (std::int32_t k = 0; k <= 2 * taps.reach; ++k) {
    const std::int32_t above = tile.row - taps.reach + k;
    if (above < 0 || above >= grid.rows) continue;
    float of_row[kSums];
    OSTRACON_UNROLL
    for (std::int32_t p = 0; p < kSums; ++p) of_row[p] = sums[p * grid.tiles() + above * grid.cols];
    OSTRACON_UNROLL
    for (std::int32_t y = 0; y < kPowers; ++y) {
      const float tap = taps.of[y][k];
      OSTRACON_UNROLL
      for (std::int32_t x = 0; x < kPowers - y; ++x) weight[y][x] += tap * of_row[x];
      OSTRACON_UNROLL
      for (std::int32_t x = 0; x < kPulls - y; ++x) pull[y][x] += tap * of_row[kPowers + x];
    }
  }
  // Exponents (y, x) of the monomials of a quadratic.
  constexpr std::int32_t kBasis[6][2] = {{0, 0}, {1, 0}, {0, 1}, {2, 0}, {1, 1}, {0, 2}};
  double m[6][7];
  OSTRACON_UNROLL
  for (std::int32_t r = 0; r < 6; ++r) {
    OSTRACON_UNROLL
    for (std::int32_t c = 0; c < 6; ++c)
      m[r][c] =
          static_cast<double>(weight[kBasis[r][0] + kBasis[c][0]][kBasis[r][1] + kBasis[c][1]]);
    m[r][6] = static_cast<double>(pull[kBasis[r][0]][kBasis[r][1]]);
  }
  float& phase = grid.phase[tile.axis * grid.tiles() + tile.index];
  phase = static_cast<float>(rules::centre_of_quadratic(m)) + more * phase;
}

/// Sums over blocks of tiles, from the turned lines into the memory of the row sums.
__global__ void __launch_bounds__(kThreads) sum_blocks(const TileGrid grid) {
  constexpr std::int32_t kSide = steps::kResidualBlock;
  const std::int32_t across = grid.cols / kSide;
  const std::int32_t blocks = grid.rows / kSide * across;
  const auto index = static_cast<std::int32_t>(blockIdx.x * kThreads + threadIdx.x);
  if (index >= blocks) return;
  const auto axis = static_cast<std::int32_t>(blockIdx.y);
  const rules::Turn* first = grid.turned + axis * grid.tiles() +
                             index / across * kSide * grid.cols + index % across * kSide;
  rules::Turn sum{0, 0};
  for (std::int32_t i = 0; i < kSide; ++i)
    for (std::int32_t j = 0; j < kSide; ++j) {
      sum.re += first[i * grid.cols + j].re;
      sum.im += first[i * grid.cols + j].im;
    }
  reinterpret_cast<rules::Turn*>(grid.sums)[axis * blocks + index] = sum;
}

WindowTaps taps_of(std::int32_t reach) {
  const auto from = steps::window_taps(reach);
  WindowTaps taps{};
  taps.reach = reach;
  for (std::size_t p = 0; p < from.size(); ++p)
    std::copy(from[p].begin(), from[p].end(), taps.of[p]);
  return taps;
}

}  // namespace

DevicePhaseFitter::DevicePhaseFitter(Device& device, Buffer<Complex> lines, Buffer<Complex> turned,
                                     Buffer<float> phase, Buffer<float> evidence,
                                     Buffer<float> sums)
    : device_(&device),
      lines_(std::move(lines)),
      turned_(std::move(turned)),
      phase_(std::move(phase)),
      evidence_(std::move(evidence)),
      sums_(std::move(sums)) {}

Result<DevicePhaseFitter> DevicePhaseFitter::create(std::size_t tiles, Device& device) {
  auto& memory = device.memory();
  OSTRACON_TRY_ASSIGN(auto lines, Buffer<Complex>::create(memory, 2 * tiles));
  OSTRACON_TRY_ASSIGN(auto turned, Buffer<Complex>::create(memory, 2 * tiles));
  OSTRACON_TRY_ASSIGN(auto phase, Buffer<float>::create(memory, 2 * tiles));
  OSTRACON_TRY_ASSIGN(auto evidence, Buffer<float>::create(memory, 4 * tiles));
  OSTRACON_TRY_ASSIGN(auto sums, Buffer<float>::create(memory, std::size_t{2 * kSums} * tiles));
  return DevicePhaseFitter(device, std::move(lines), std::move(turned), std::move(phase),
                           std::move(evidence), std::move(sums));
}

Result<> DevicePhaseFitter::fit(const steps::PhaseTiles& tiles,
                                std::span<const steps::FitPass> passes, steps::SmoothPhase& phase) {
  auto& memory = device_->memory();
  const std::size_t count = tiles.row_line.size();
  OSTRACON_TRY(memory.upload(lines_.data(), tiles.row_line.data(), count * sizeof(Complex)));
  OSTRACON_TRY(
      memory.upload(lines_.data() + count, tiles.col_line.data(), count * sizeof(Complex)));
  OSTRACON_TRY(memory.upload(phase_.data(), phase.row.data(), count * sizeof(float)));
  OSTRACON_TRY(memory.upload(phase_.data() + count, phase.col.data(), count * sizeof(float)));
  TileGrid grid{};
  grid.lines = reinterpret_cast<const rules::Turn*>(lines_.data());
  grid.turned = reinterpret_cast<rules::Turn*>(turned_.data());
  grid.phase = phase_.data();
  grid.evidence = evidence_.data();
  grid.sums = sums_.data();
  grid.rows = tiles.rows;
  grid.cols = tiles.cols;
  const dim3 blocks(static_cast<unsigned>((count + kThreads - 1) / kThreads), 2);
  const dim3 threads(kThreads);
  OSTRACON_TRY(launch(turn_lines, blocks, threads, 0, *device_, grid));
  for (const steps::FitPass& pass : passes) {
    const WindowTaps taps = taps_of(pass.reach_tiles);
    const float same = pass.sharpen ? 1.0F : 0.0F;
    OSTRACON_TRY(launch(weigh_tiles, blocks, threads, 0, *device_, grid, same));
    OSTRACON_TRY(launch(sum_rows, blocks, threads, 0, *device_, grid, taps));
    OSTRACON_TRY(launch(fit_tiles, blocks, threads, 0, *device_, grid, taps, same));
    OSTRACON_TRY(launch(turn_lines, blocks, threads, 0, *device_, grid));
  }
  OSTRACON_TRY(launch(sum_blocks, blocks, threads, 0, *device_, grid));
  OSTRACON_TRY(memory.download(phase.row.data(), phase_.data(), count * sizeof(float)));
  OSTRACON_TRY(memory.download(phase.col.data(), phase_.data() + count, count * sizeof(float)));
  constexpr std::int32_t kSide = steps::kResidualBlock;
  const std::size_t parts =
      static_cast<std::size_t>(tiles.rows / kSide) * static_cast<std::size_t>(tiles.cols / kSide);
  std::vector<Complex> sums(2 * parts);
  OSTRACON_TRY(memory.download(sums.data(), sums_.data(), sums.size() * sizeof(Complex)));
  const std::span<const Complex> all = sums;
  const float row = steps::residual_of(all.first(parts));
  const float col = steps::residual_of(all.last(parts));
  phase.residual_modules = std::sqrt(0.5F * row * row + 0.5F * col * col);
  return Ok{};
}

}  // namespace ostracon::cuda
