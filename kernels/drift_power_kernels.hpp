#pragma once
// The kernels of drift_power.cu, which alone includes them.

#include "host/steps/power_model.hpp"
#include "kernels/core/block_sum.hpp"
#include "kernels/core/fft.hpp"
#include "kernels/drift_bands.hpp"
#include "pipeline/rules/spectrum.hpp"

namespace ostracon::cuda {
namespace {

constexpr std::int32_t kThreads = 256;
constexpr std::int32_t kEach = 8;  // frequencies of a thread
constexpr std::int32_t kRings = steps::PowerModel::kRadialBins;
constexpr std::size_t kSummary = 4;  // signal, noise, active ky, active kx

// Of a row, and of a frequency beside its ring.
constexpr std::uint8_t kPictureRow = 1, kNoiseRow = 2;
constexpr std::uint8_t kShading = 128;
static_assert(kRings <= kShading);

constexpr std::int32_t kRingThreads = 64;

using Scratch = double[kThreads / kWarpLanes];

/// Calls body(frequency) for those of this thread.
template <class Body>
__device__ void for_each_frequency(const DriftBands& bands, const Body& body) {
  const auto count = static_cast<std::int32_t>(bands.frequencies());
  const auto first = static_cast<std::int32_t>(blockIdx.x * kThreads * kEach) +
                     static_cast<std::int32_t>(threadIdx.x);
  OSTRACON_UNROLL
  for (std::int32_t i = 0; i < kEach; ++i)
    if (first + i * kThreads < count) body(first + i * kThreads);
}

/// Power of a frame per frequency, summed over bands.
__global__ void __launch_bounds__(kThreads)
    add_up_power(const DriftBands bands, const Complex* spectra, float* power) {
  const auto frame = static_cast<std::int32_t>(blockIdx.y);
  const auto count = static_cast<std::int32_t>(bands.frequencies());
  const auto first = static_cast<std::int32_t>(blockIdx.x) * kThreads * kEach +
                     static_cast<std::int32_t>(threadIdx.x);
  float sum[kEach] = {};
  for (std::int32_t band = 0; band < bands.bands; ++band) {
    const Complex* of_band = spectra + bands.spectrum(frame, band);
    OSTRACON_UNROLL
    for (std::int32_t i = 0; i < kEach; ++i) {
      const std::int32_t at = first + i * kThreads;
      if (at < count) sum[i] += of_band[at].re * of_band[at].re + of_band[at].im * of_band[at].im;
    }
  }
  OSTRACON_UNROLL
  for (std::int32_t i = 0; i < kEach; ++i) {
    const std::int32_t at = first + i * kThreads;
    const std::int32_t kx = at % bands.half_cols;
    const bool counts = kx > 0 && kx + 1 < bands.half_cols;
    if (at < count) power[std::ptrdiff_t{frame} * count + at] = counts ? sum[i] : 0.0F;
  }
}

/// A block a frame.
__global__ void __launch_bounds__(kThreads)
    add_up_energies(const DriftBands bands, const std::int32_t least_kx,
                    const std::uint8_t* row_kind, const float* power, double* energies) {
  __shared__ Scratch scratch[2];
  const auto count = static_cast<std::int32_t>(bands.frequencies());
  const float* of_frame = power + static_cast<std::ptrdiff_t>(blockIdx.x) * count;
  double all = 0, noise = 0;
  for (auto at = static_cast<std::int32_t>(threadIdx.x); at < count; at += kThreads) {
    const std::uint8_t kind = row_kind[at / bands.half_cols];
    const auto value = static_cast<double>(of_frame[at]);
    if ((kind & kPictureRow) != 0 && at % bands.half_cols >= least_kx) all += value;
    if ((kind & kNoiseRow) != 0) noise += value;
  }
  all = block_sum(all, scratch[0]);
  noise = block_sum(noise, scratch[1]);
  if (threadIdx.x == 0) {
    energies[2 * blockIdx.x] = all;
    energies[2 * blockIdx.x + 1] = noise;
  }
}

__global__ void __launch_bounds__(kThreads)
    average_power(const DriftBands bands, const std::int32_t* frames, const std::int32_t usable,
                  const float* power, double* mean) {
  for_each_frequency(bands, [&](std::int32_t at) {
    double sum = 0;
    for (std::int32_t i = 0; i < usable; ++i)
      sum += static_cast<double>(power[frames[i] * bands.frequencies() + at]);
    mean[at] = sum / (static_cast<double>(bands.bands) * usable);
  });
}

/// One block: the columns' noise, averaged over their neighbours.
__global__ void __launch_bounds__(kThreads)
    fit_noise(const DriftBands bands, const std::int32_t noise_rows, const std::uint8_t* row_kind,
              const double* mean, float* noise) {
  auto* of_column = dynamic_shared<double>();
  const auto thread = static_cast<std::int32_t>(threadIdx.x);
  for (std::int32_t kx = thread; kx < bands.half_cols; kx += kThreads) {
    double sum = 0;
    for (std::int32_t row = 0; row < bands.rows; ++row)
      if ((row_kind[row] & kNoiseRow) != 0) sum += mean[row * bands.half_cols + kx];
    of_column[kx] = sum;
  }
  __syncthreads();
  for (std::int32_t kx = thread; kx < bands.half_cols; kx += kThreads) {
    const auto near = rules::noise_neighbours(kx, bands.half_cols);
    double sum = 0;
    for (std::int32_t k = near.begin; k < near.end; ++k) sum += of_column[k];
    noise[kx] = rules::noise_power(sum, (near.end - near.begin) * noise_rows);
  }
}

/// A block a ring: its mean power above the noise.
///   of_ring     frequencies, ring after ring
///   ring_first  [ring + 1], where each begins there
__global__ void __launch_bounds__(kRingThreads)
    average_rings(const DriftBands bands, const std::int32_t* of_ring,
                  const std::int32_t* ring_first, const double* mean, const float* noise,
                  double* rings) {
  __shared__ double scratch[kRingThreads / kWarpLanes];
  const std::int32_t begin = ring_first[blockIdx.x];
  const std::int32_t end = ring_first[blockIdx.x + 1];
  double sum = 0;
  for (auto i = begin + static_cast<std::int32_t>(threadIdx.x); i < end; i += kRingThreads) {
    const std::int32_t at = of_ring[i];
    sum += mean[at] - static_cast<double>(noise[at % bands.half_cols]);
  }
  sum = block_sum(sum, scratch);
  if (threadIdx.x == 0) rings[blockIdx.x] = sum / (end > begin ? end - begin : 1);
}

__global__ void __launch_bounds__(kThreads)
    lay_signal(const DriftBands bands, const std::uint8_t* ring_of, const double* rings,
               const float* noise, float* signal) {
  for_each_frequency(bands, [&](std::int32_t at) {
    const std::uint8_t ring = ring_of[at];
    signal[at] = (ring & kShading) != 0
                     ? 0.0F
                     : rules::signal_power(rings[ring], noise[at % bands.half_cols]);
  });
}

/// The largest of a block's values, for which every thread gets it.
__device__ std::int32_t block_max(std::int32_t value, std::int32_t* scratch) {
  const auto thread = static_cast<std::int32_t>(threadIdx.x);
  for (int bits = kWarpLanes / 2; bits > 0; bits /= 2) {
    const std::int32_t other = __shfl_xor_sync(~0U, value, bits);
    value = other > value ? other : value;
  }
  if (thread % kWarpLanes == 0) scratch[thread / kWarpLanes] = value;
  __syncthreads();
  for (std::int32_t warp = 0; warp < kThreads / kWarpLanes; ++warp)
    value = scratch[warp] > value ? scratch[warp] : value;
  return value;
}

/// A block for every number of other frames in a template: what it is worth. The first also tells
/// where there is signal.
__global__ void __launch_bounds__(kThreads)
    summarise(const DriftBands bands, const float* signal, const float* noise, double* summary) {
  __shared__ Scratch scratch[5];
  __shared__ std::int32_t most[2][kThreads / kWarpLanes];
  const auto count = static_cast<std::int32_t>(bands.frequencies());
  const auto thread = static_cast<std::int32_t>(threadIdx.x);
  const auto others = static_cast<float>(blockIdx.x + 1);
  double value = 0, curvature_y = 0, curvature_x = 0, signals = 0, noises = 0;
  std::int32_t active_ky = 0, active_kx = 0;
  for (std::int32_t at = thread; at < count; at += kThreads) {
    const std::int32_t row = at / bands.half_cols;
    const std::int32_t kx = at % bands.half_cols;
    const float s = signal[at];
    if (!(s > 0)) continue;
    const std::int32_t ky = 2 * row <= bands.rows ? row : bands.rows - row;
    signals += static_cast<double>(s);
    active_ky = ky > active_ky ? ky : active_ky;
    active_kx = kx > active_kx ? kx : active_kx;
    if (kx == 0 || kx + 1 == bands.half_cols) continue;
    const double part = static_cast<double>(rules::drift_weight(s, noise[kx], others) * others * s);
    const double wy = bands.omega_y() * ky;
    const double wx = bands.omega_x() * kx;
    value += part;
    curvature_y += part * wy * wy;
    curvature_x += part * wx * wx;
  }
  for (std::int32_t kx = thread; kx < bands.half_cols; kx += kThreads)
    noises += static_cast<double>(noise[kx]);
  value = block_sum(value, scratch[0]);
  curvature_y = block_sum(curvature_y, scratch[1]);
  curvature_x = block_sum(curvature_x, scratch[2]);
  signals = block_sum(signals, scratch[3]);
  noises = block_sum(noises, scratch[4]);
  active_ky = block_max(active_ky, most[0]);
  active_kx = block_max(active_kx, most[1]);
  if (thread != 0) return;
  double* of_others = summary + kSummary + 3 * blockIdx.x;
  of_others[0] = value;
  of_others[1] = curvature_y;
  of_others[2] = curvature_x;
  if (blockIdx.x > 0) return;
  summary[0] = signals;
  summary[1] = noises / bands.half_cols;
  summary[2] = active_ky;
  summary[3] = active_kx;
}

__global__ void __launch_bounds__(kThreads)
    weigh(const DriftBands bands, const float* signal, const float* noise, const float others,
          float* weight) {
  for_each_frequency(bands, [&](std::int32_t at) {
    weight[at] = rules::drift_weight(signal[at], noise[at % bands.half_cols], others);
  });
}

}  // namespace
}  // namespace ostracon::cuda
