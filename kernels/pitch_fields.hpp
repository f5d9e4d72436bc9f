#pragma once
// The pitch finder's kernels from a crop of the image to fields of detail and of gradient, on half
// pixels so that pitches near 2 px do not alias, and to their bounded sizes. Included by
// kernels/pitch_finder.cu only. What host/cpu/pitch_spectrum.cpp does is done in the same order.

#include "kernels/core/block_select.hpp"
#include "kernels/core/block_sum.hpp"
#include "kernels/pitch_tables.hpp"

namespace ostracon::cuda {

inline constexpr std::int32_t kPitchThreads = 256;
inline constexpr std::int32_t kSelectThreads = 512;

/// What a size is taken of.
enum class SizeOf : std::uint8_t { kParts, kWhole };

__device__ inline std::int32_t first_item() {
  return static_cast<std::int32_t>(blockIdx.x * blockDim.x + threadIdx.x);
}
__device__ inline std::int32_t item_step() {
  return static_cast<std::int32_t>(gridDim.x * blockDim.x);
}

/// What is let through of values whose median is given: of noise, kMostSigma times its sigma.
__device__ inline float limit_of(float median) { return steps::kMostSigma * 1.5F * median; }

__global__ void __launch_bounds__(kSelectThreads)
    limit_of_crop(const ImageView<const float> crop, float* limit) {
  __shared__ SelectMemory memory;
  const std::int32_t across = (crop.cols + steps::kSampleCols - 1) / steps::kSampleCols;
  const std::int32_t down = (crop.rows + steps::kSampleRows - 1) / steps::kSampleRows;
  const float median = block_select(
      [&](std::int32_t k) {
        return fabsf(crop(k / across * steps::kSampleRows, k % across * steps::kSampleCols));
      },
      down * across, down * across / 2, memory);
  if (threadIdx.x == 0) *limit = limit_of(median);
}

/// Windowed, without what stands out.
__global__ void __launch_bounds__(kPitchThreads)
    clip_crop(const ImageView<const float> crop, const __grid_constant__ PitchTables tables,
              const float* limit, float* pixels) {
  const std::int32_t n = tables.crop;
  for (std::int32_t k = first_item(); k < n * n; k += item_step()) {
    const std::int32_t i = k / n, j = k % n;
    const float value = crop(i, j);
    pixels[k] = fabsf(value) < *limit ? value * tables.window[i] * tables.window[j] : 0.0F;
  }
}

/// The crop's spectrum at (i, j), both in [0, crop): of a real image, so that half of it is kept.
__device__ inline Complex spectrum_at(const Complex* half, std::int32_t n, std::int32_t i,
                                      std::int32_t j) {
  const std::int32_t width = n / 2 + 1;
  if (j < width) return half[i * width + j];
  const Complex mirrored = half[(n - i) % n * width + (n - j)];
  return {mirrored.re, -mirrored.im};
}

/// The frequency of a crop that goes to place k of a transform of twice its side; -1: none.
__device__ inline std::int32_t coarse_frequency(std::int32_t k, std::int32_t n) {
  return k < n / 2 ? k : k >= 2 * n - n / 2 ? k - n : -1;
}

/// The filtered spectrum, twice as many samples a side: kParts: both details, as one complex image;
/// kWhole: d/dy + i d/dx.
template <SizeOf kOf>
__global__ void __launch_bounds__(kPitchThreads)
    filter_spectrum(const __grid_constant__ PitchTables tables, const Complex* half,
                    Complex* field) {
  const std::int32_t n = tables.crop, side = 2 * n;
  const float scale = 1.0F / (static_cast<float>(side) * static_cast<float>(side));
  for (std::int32_t k = first_item(); k < side * side; k += item_step()) {
    const std::int32_t i = coarse_frequency(k / side, n), j = coarse_frequency(k % side, n);
    if (i < 0 || j < 0) {
      field[k] = {0, 0};
      continue;
    }
    const Complex in = spectrum_at(half, n, i, j);
    Complex by;
    if constexpr (kOf == SizeOf::kParts) {
      by = {tables.fine[0][i] * tables.fine[0][j] - tables.fine[1][i] * tables.fine[1][j],
            tables.coarse[0][i] * tables.coarse[0][j] - tables.coarse[1][i] * tables.coarse[1][j]};
    } else {
      const float filter = tables.gradient[i] * tables.gradient[j];
      // i wy + i (i wx)
      by = {-static_cast<float>(j < n / 2 ? j : j - n) * filter,
            static_cast<float>(i < n / 2 ? i : i - n) * filter};
    }
    field[k] = {(in.re * by.re - in.im * by.im) * scale, (in.re * by.im + in.im * by.re) * scale};
  }
}

template <SizeOf kOf>
__device__ float size_at(const Complex& value, std::int32_t channel) {
  if constexpr (kOf == SizeOf::kParts) return fabsf(channel == 0 ? value.re : value.im);
  return sqrtf(value.re * value.re + value.im * value.im);
}

/// A block a channel: limits of the sizes, from the middle half of the field.
template <SizeOf kOf>
__global__ void __launch_bounds__(kSelectThreads)
    limit_sizes(const __grid_constant__ PitchTables tables, const Complex* field, float* limits) {
  __shared__ SelectMemory memory;
  const auto channel = static_cast<std::int32_t>(blockIdx.x);
  const std::int32_t side = tables.fine_side(), first = side / 4, last = 3 * side / 4;
  const std::int32_t across = (last - first + steps::kSampleCols - 1) / steps::kSampleCols;
  const std::int32_t down = (last - first + steps::kSampleRows - 1) / steps::kSampleRows;
  const float median = block_select(
      [&](std::int32_t k) {
        const std::int32_t i = first + k / across * steps::kSampleRows;
        const std::int32_t j = first + k % across * steps::kSampleCols;
        return size_at<kOf>(field[i * side + j], channel) /
               (tables.fine_window[i] * tables.fine_window[j]);
      },
      down * across, down * across / 2, memory);
  if (threadIdx.x == 0) limits[channel] = limit_of(median);
}

/// Sums of what is within the limits, a pair a block and channel (grid y).
template <SizeOf kOf>
__global__ void __launch_bounds__(kPitchThreads)
    sum_sizes(const __grid_constant__ PitchTables tables, const Complex* field, const float* limits,
              LevelSums* sums) {
  __shared__ double scratch[2][kPitchThreads / kWarpLanes];
  const auto channel = static_cast<std::int32_t>(blockIdx.y);
  const std::int32_t side = tables.fine_side();
  const float limit = limits[channel];
  double size_sum = 0, weight_sum = 0;
  for (std::int32_t k = first_item(); k < side * side; k += item_step()) {
    const float weight = tables.fine_window[k / side] * tables.fine_window[k % side];
    const float size = size_at<kOf>(field[k], channel);
    const bool usual = size < limit * weight;
    size_sum += usual ? static_cast<double>(size) : 0.0;
    weight_sum += usual ? static_cast<double>(weight) : 0.0;
  }
  size_sum = block_sum(size_sum, scratch[0]);
  weight_sum = block_sum(weight_sum, scratch[1]);
  if (threadIdx.x == 0) sums[blockIdx.y * gridDim.x + blockIdx.x] = {size_sum, weight_sum};
}

/// The mean size over the window, from the sums of `blocks` blocks; the same in every block.
__device__ inline float level_of(const LevelSums* sums, std::int32_t blocks,
                                 double (*scratch)[kPitchThreads / kWarpLanes]) {
  double size = 0, weight = 0;
  for (auto b = static_cast<std::int32_t>(threadIdx.x); b < blocks; b += kPitchThreads) {
    size += sums[b].size;
    weight += sums[b].weight;
  }
  size = block_sum(size, scratch[0]);
  weight = block_sum(weight, scratch[1]);
  return static_cast<float>(size / weight);
}

/// A size without its mean (which follows the window), windowed once more; 0 beyond the limit.
__device__ inline float bounded(float size, float weight, float limit, float level) {
  return size < limit * weight ? (size - level * weight) * weight : 0.0F;
}

/// kParts: in place, channel by channel; kWhole: to `sizes`.
template <SizeOf kOf>
__global__ void __launch_bounds__(kPitchThreads)
    bound_sizes(const __grid_constant__ PitchTables tables, Complex* field, const float* limits,
                const LevelSums* sums, float* sizes) {
  __shared__ double scratch[2][2][kPitchThreads / kWarpLanes];
  const std::int32_t side = tables.fine_side();
  const auto blocks = static_cast<std::int32_t>(gridDim.x);
  const float first_level = level_of(sums, blocks, scratch[0]);
  const float second_level =
      kOf == SizeOf::kParts ? level_of(sums + blocks, blocks, scratch[1]) : 0.0F;
  for (std::int32_t k = first_item(); k < side * side; k += item_step()) {
    const float weight = tables.fine_window[k / side] * tables.fine_window[k % side];
    const Complex value = field[k];
    const float first = bounded(size_at<kOf>(value, 0), weight, limits[0], first_level);
    if constexpr (kOf == SizeOf::kParts)
      field[k] = {first, bounded(size_at<kOf>(value, 1), weight, limits[1], second_level)};
    else
      sizes[k] = first;
  }
}

}  // namespace ostracon::cuda
