#pragma once
// The scale of an image from its samples, in passes: three for the rms, each within three times the
// rms of the last, then the mean of what is looked at for lines. Included by .cu files only.

#include "kernels/core/block_sum.hpp"
#include "kernels/core/launch.hpp"
#include "kernels/lattice_filter.hpp"
#include "kernels/lattice_survey.hpp"

namespace ostracon::cuda {

inline constexpr std::int32_t kScaleThreads = 256;  // of a block
inline constexpr std::int32_t kMostParts = 264;
inline constexpr std::int32_t kPasses = 4;

/// Sums over the samples, [pass][part], so that they do not depend on who is first.
struct Sums {
  double* sums;
  std::int32_t* counts;
  std::int32_t parts;
};

struct Total {
  double sum;
  std::int32_t count;
};

/// All parts of a pass; every thread of the block gets it.
__device__ inline Total total_of(const Sums& sums, std::int32_t pass) {
  __shared__ double sum_scratch[kScaleThreads / kWarpLanes];
  __shared__ std::int32_t count_scratch[kScaleThreads / kWarpLanes];
  Total own{0, 0};
  for (auto part = static_cast<std::int32_t>(threadIdx.x); part < sums.parts;
       part += kScaleThreads) {
    own.sum += sums.sums[pass * kMostParts + part];
    own.count += sums.counts[pass * kMostParts + part];
  }
  return {block_sum(own.sum, sum_scratch), block_sum(own.count, count_scratch)};
}

/// Three times the rms of what a pass has summed.
__device__ inline float limit_of(const Total& total) {
  const double square = total.sum / static_cast<double>(total.count + 1);
  return 3 * static_cast<float>(sqrt(square < 1e-12 ? 1e-12 : square));
}

__device__ inline ImageScale scale_of(float limit, LatticeAspect aspect) {
  const float rms = limit / 3;
  const bool contrast = aspect == LatticeAspect::kContrast;
  const float scale = (contrast ? 3.0F : 1.0F) / rms;
  return {rms, scale, 0, (contrast ? rules::kMostContrast : rules::kMostDetail) / scale};
}

/// One block's part of a pass. Pass 0 to 2: squares of the samples within the limit. Pass 3: the
/// aspect of every third row.
__device__ inline void sum_part(const ImageSurvey& survey, std::int32_t rows, std::int32_t cols,
                                LatticeAspect aspect, std::int32_t pass, const Sums& sums) {
  constexpr std::int32_t kBatch = 8;  // samples of a thread that are read at once
  __shared__ double sum_scratch[kScaleThreads / kWarpLanes];
  __shared__ std::int32_t count_scratch[kScaleThreads / kWarpLanes];
  const float limit = pass == 0 ? 1.0F : limit_of(total_of(sums, pass - 1));
  const ImageScale scale = scale_of(limit, aspect);
  const bool contrast = aspect == LatticeAspect::kContrast;
  const float most = contrast ? rules::kMostContrast : rules::kMostDetail;
  const bool mean = pass == kPasses - 1;
  const auto part = static_cast<std::int32_t>(blockIdx.x);
  const std::int32_t row_step = mean ? 3 : 1;
  const std::int32_t stride = sums.parts * row_step;
  Total own{0, 0};
  for (auto k = static_cast<std::int32_t>(threadIdx.x); k < survey.sample_cols; k += kScaleThreads)
    for (std::int32_t first = part * row_step; first < rows; first += kBatch * stride) {
      float sample[kBatch];
      OSTRACON_UNROLL
      for (std::int32_t i = 0; i < kBatch; ++i) {
        const std::int32_t y = first + i * stride;
        const bool there = y < rows && k < samples_in_row(y, cols);
        const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(y) * survey.sample_cols + k;
        sample[i] = there ? survey.samples[at] : HUGE_VALF;  // beyond every limit
      }
      OSTRACON_UNROLL
      for (std::int32_t i = 0; i < kBatch; ++i) {
        const float value = mean ? scale.scale * sample[i] : sample[i];
        if (!(fabsf(value) < (mean ? most : limit))) continue;
        const float seen = !mean      ? value * value
                           : contrast ? rules::lattice_contrast(value)
                                      : rules::bounded_detail(value);
        own.sum += static_cast<double>(seen);
        ++own.count;
      }
    }
  const Total all{block_sum(own.sum, sum_scratch), block_sum(own.count, count_scratch)};
  if (threadIdx.x != 0) return;
  sums.sums[pass * kMostParts + part] = all.sum;
  sums.counts[pass * kMostParts + part] = all.count;
}

/// What the passes have said; every thread of the block gets it.
__device__ inline ImageScale settled_scale(const Sums& sums, LatticeAspect aspect) {
  ImageScale scale = scale_of(limit_of(total_of(sums, kPasses - 2)), aspect);
  __syncthreads();  // total_of() has its shared memory for itself
  const Total mean = total_of(sums, kPasses - 1);
  if (mean.count > 0) scale.level = static_cast<float>(mean.sum / static_cast<double>(mean.count));
  return scale;
}

}  // namespace ostracon::cuda
