// All bands of one frame; frames come one after the other, since each that matches joins the sum.
// Floor of a frame, 32 bands of 128 x 1024 px: 19 MB of spectra and 8 MB of coarse ones four times,
// 12 us at the speed of HBM, though most lies in L2. The path goes from band to band in one block:
// a latency, but of one multiprocessor among many.

#include <utility>

#include "host/steps/correlation_map.hpp"
#include "kernels/core/block_sum.hpp"
#include "kernels/core/launch.hpp"
#include "kernels/drift_match.hpp"

namespace ostracon::cuda {
namespace {

constexpr std::int32_t kThreads = 64;
constexpr std::int32_t kMapThreads = 256;
constexpr std::int32_t kPathThreads = 1024;
constexpr std::int32_t kPathCells = 5;  // of a thread: maps have 65 x 65 cells at most

/// A block a coarse row of a band: the cross spectrum where there is signal, 0 elsewhere.
__global__ void __launch_bounds__(kThreads)
    cross_coarsely(const DriftBands bands, const ActiveBand active, const Complex* frame,
                   const Complex* sum, const float* weight, Complex* coarse) {
  const std::int32_t rows = bands.rows / 2;
  const std::int32_t cols = bands.cols / 2;
  const auto row = static_cast<std::int32_t>(blockIdx.x);
  const auto band = static_cast<std::int32_t>(blockIdx.y);
  const std::int32_t ky = row < rows / 2 ? row : row - rows;
  const std::int32_t most_ky = active.ky < rows / 2 - 1 ? active.ky : rows / 2 - 1;
  const bool counts = ky <= most_ky && -ky <= most_ky;
  const std::int32_t most_kx = active.kx < cols / 2 - 1 ? active.kx : cols / 2 - 1;
  const std::ptrdiff_t at =
      static_cast<std::ptrdiff_t>(ky < 0 ? ky + bands.rows : ky) * bands.half_cols;
  const Complex* f = frame + bands.spectrum(0, band) + at;
  const Complex* s = sum + bands.spectrum(0, band) + at;
  const float* w = weight + at;
  Complex* to = coarse + (static_cast<std::ptrdiff_t>(band) * rows + row) * cols;
  for (auto kx = static_cast<std::int32_t>(threadIdx.x); kx < cols; kx += kThreads) {
    Complex product{0, 0};
    if (counts && kx > 0 && kx <= most_kx)
      product = {(f[kx].re * s[kx].re + f[kx].im * s[kx].im) * w[kx],
                 (f[kx].im * s[kx].re - f[kx].re * s[kx].im) * w[kx]};
    to[kx] = product;
  }
}

/// A block a band: the cells of its map out of its transformed spectrum, and their mean square.
__global__ void __launch_bounds__(kMapThreads)
    take_maps(const DriftBands bands, const rules::ShiftGrid grid, const Complex* coarse,
              float* maps, double* variance) {
  __shared__ double scratch[kMapThreads / kWarpLanes];
  const std::int32_t rows = bands.rows / 2;
  const std::int32_t cols = bands.cols / 2;
  const Complex* of_band = coarse + static_cast<std::ptrdiff_t>(blockIdx.x) * rows * cols;
  float* map = maps + static_cast<std::ptrdiff_t>(blockIdx.x) * grid.cells();
  double square = 0;
  for (auto cell = static_cast<std::int32_t>(threadIdx.x); cell < grid.cells();
       cell += kMapThreads) {
    const std::int32_t i = (cell / grid.cols() - grid.reach_y + rows) % rows;
    const std::int32_t j = (cell % grid.cols() - grid.reach_x + cols) % cols;
    // The real part of the inverse transform of a half plane is half the correlation.
    const float likelihood = 2 * of_band[static_cast<std::ptrdiff_t>(i) * cols + j].re;
    map[cell] = likelihood - likelihood == 0 ? likelihood : 0.0F;  // 0 for what is no number
    square += static_cast<double>(likelihood) * static_cast<double>(likelihood);
  }
  square = block_sum(square, scratch);
  if (threadIdx.x == 0) variance[blockIdx.x] = square / grid.cells();
}

struct PathCall {
  rules::ShiftGrid grid;
  std::int32_t bands;
  const float* maps;       ///< [band][cell]
  const double* variance;  ///< [band]
  std::uint8_t* steps;     ///< [band][cell]
  std::int32_t* cells;     ///< [band], of the path
  MovedBand* path;
  double* significance;
};

/// Both steps by which a path came to a cell, in one byte.
__device__ std::uint8_t packed(std::int32_t y, std::int32_t x) {
  return static_cast<std::uint8_t>((y + rules::kMostPathStep) * 16 + x + rules::kMostPathStep);
}

/// The cell of the largest value, of equal ones the first; `best` and `cell_of` have a place for
/// every thread.
__device__ std::int32_t largest(const float* values, std::int32_t count, float* best,
                                std::int32_t* cell_of) {
  const auto thread = static_cast<std::int32_t>(threadIdx.x);
  std::int32_t own = thread < count ? thread : 0;
  for (std::int32_t cell = own; cell < count; cell += kPathThreads)
    if (values[cell] > values[own]) own = cell;
  best[thread] = values[own];
  cell_of[thread] = own;
  for (std::int32_t apart = kPathThreads / 2; apart > 0; apart /= 2) {
    __syncthreads();
    if (thread >= apart) continue;
    const float other = best[thread + apart];
    const std::int32_t other_cell = cell_of[thread + apart];
    if (other < best[thread] || (other == best[thread] && other_cell >= cell_of[thread])) continue;
    best[thread] = other;
    cell_of[thread] = other_cell;
  }
  __syncthreads();
  return cell_of[0];
}

/// Likelihoods of the best paths to every cell of the last band, and how they came there.
__device__ void spread(const PathCall& call, float* total, float* by_column, std::int8_t* step_y) {
  const std::int32_t cells = call.grid.cells();
  const std::int32_t rows = call.grid.rows();
  const std::int32_t cols = call.grid.cols();
  const auto thread = static_cast<std::int32_t>(threadIdx.x);
  std::int32_t row[kPathCells], col[kPathCells];
  OSTRACON_UNROLL
  for (std::int32_t k = 0; k < kPathCells; ++k) {
    const std::int32_t cell = thread + k * kPathThreads;
    row[k] = cell / cols;
    col[k] = cell % cols;
    if (cell < cells) total[cell] = call.maps[cell];
  }
  for (std::int32_t band = 1; band < call.bands; ++band) {
    const std::ptrdiff_t first = static_cast<std::ptrdiff_t>(band) * cells;
    __syncthreads();
    OSTRACON_UNROLL
    for (std::int32_t k = 0; k < kPathCells; ++k) {
      const std::int32_t cell = thread + k * kPathThreads;
      if (cell >= cells) continue;
      const auto found = rules::best_step(total + col[k], cols, row[k], rows);
      by_column[cell] = found.value;
      step_y[cell] = static_cast<std::int8_t>(found.step);
    }
    __syncthreads();
    OSTRACON_UNROLL
    for (std::int32_t k = 0; k < kPathCells; ++k) {
      const std::int32_t cell = thread + k * kPathThreads;
      if (cell >= cells) continue;
      const auto found = rules::best_step(by_column + cell - col[k], 1, col[k], cols);
      total[cell] = found.value + call.maps[first + cell];
      call.steps[first + cell] = packed(step_y[cell + found.step], found.step);
    }
  }
  __syncthreads();
}

/// One block: steps::most_likely_path.
__global__ void __launch_bounds__(kPathThreads) follow_path(const __grid_constant__ PathCall call) {
  __shared__ float best[kPathThreads];
  __shared__ std::int32_t cell_of[kPathThreads];
  const std::int32_t cells = call.grid.cells();
  auto* total = dynamic_shared<float>();
  float* by_column = total + cells;
  spread(call, total, by_column, reinterpret_cast<std::int8_t*>(by_column + cells));
  const std::int32_t end = largest(total, cells, best, cell_of);
  const auto thread = static_cast<std::int32_t>(threadIdx.x);
  // The way back is one load after the other; what lies along it can wait for all bands at once.
  if (thread == 0) {
    std::int32_t cell = end;
    for (std::int32_t band = call.bands - 1; band >= 0; --band) {
      call.cells[band] = cell;
      if (band == 0) break;
      const std::int32_t step = call.steps[static_cast<std::ptrdiff_t>(band) * cells + cell];
      cell +=
          (step / 16 - rules::kMostPathStep) * call.grid.cols() + step % 16 - rules::kMostPathStep;
    }
  }
  __syncthreads();
  for (std::int32_t band = thread; band < call.bands; band += kPathThreads) {
    const float* map = call.maps + static_cast<std::ptrdiff_t>(band) * cells;
    const auto [y, x] = rules::shift_of(map, call.grid, call.cells[band]);
    call.path[band] = {y, x, 0};
  }
  if (thread != 0) return;
  double value = 0, variance = 0;
  OSTRACON_UNROLL
  for (std::int32_t band = call.bands - 1; band >= 0; --band) {
    value += static_cast<double>(
        call.maps[static_cast<std::ptrdiff_t>(band) * cells + call.cells[band]]);
    variance += call.variance[band];
  }
  *call.significance = variance > 0 ? value / sqrt(variance) : 0;
}

}  // namespace

Result<std::unique_ptr<DriftMatch>> DriftMatch::create(const steps::BandPlan& plan,
                                                       Device& device) {
  const rules::ShiftGrid grid = steps::CorrelationMap(plan.shape).grid;
  const std::size_t bands = plan.bands();
  const std::size_t cells = bands * static_cast<std::size_t>(grid.cells());
  const std::size_t of_band =
      static_cast<std::size_t>(plan.shape.rows / 2) * static_cast<std::size_t>(plan.shape.cols / 2);
  auto& memory = device.memory();
  OSTRACON_TRY_ASSIGN(auto coarse, Buffer<Complex>::create(memory, bands * of_band));
  OSTRACON_TRY_ASSIGN(auto maps, Buffer<float>::create(memory, cells));
  OSTRACON_TRY_ASSIGN(auto variance, Buffer<double>::create(memory, bands));
  OSTRACON_TRY_ASSIGN(auto steps, Buffer<std::uint8_t>::create(memory, cells));
  OSTRACON_TRY_ASSIGN(auto path_cells, Buffer<std::int32_t>::create(memory, bands));
  OSTRACON_TRY_ASSIGN(auto fft, Fft::create(device, FftKind::kComplexToComplex, plan.shape.rows / 2,
                                            plan.shape.cols / 2, static_cast<std::int32_t>(bands)));
  return std::unique_ptr<DriftMatch>(
      new DriftMatch(plan, grid, device, std::move(coarse), std::move(maps), std::move(variance),
                     std::move(steps), std::move(path_cells), std::move(fft)));
}

Result<> DriftMatch::find(const ActiveBand& active, const Complex* frame, const Complex* sum,
                          const float* weight, MovedBand* path, double* significance) {
  const auto bands = static_cast<unsigned>(bands_.bands);
  OSTRACON_TRY(launch(cross_coarsely, dim3(static_cast<unsigned>(bands_.rows / 2), bands),
                      dim3(kThreads), 0, device_, bands_, active, frame, sum, weight,
                      coarse_.data()));
  OSTRACON_TRY(fft_->inverse(coarse_.data(), coarse_.data()));
  OSTRACON_TRY(launch(take_maps, dim3(bands), dim3(kMapThreads), 0, device_, bands_, grid_,
                      coarse_.data(), maps_.data(), variance_.data()));
  const auto cells = static_cast<std::size_t>(grid_.cells());
  const PathCall call{grid_,         bands_.bands,  maps_.data(), variance_.data(),
                      steps_.data(), cells_.data(), path,         significance};
  return launch(follow_path, dim3(1), dim3(kPathThreads), cells * (2 * sizeof(float) + 1), device_,
                call);
}

}  // namespace ostracon::cuda
