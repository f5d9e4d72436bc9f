#pragma once
// What an image says of itself while its pixels are at hand, so that nobody reads it again to learn
// its scale and its dirt. Included by .cu files only.

#include "kernels/core/launch.hpp"
#include "pipeline/rules/log_cosh.hpp"

namespace ostracon::cuda {

inline constexpr std::int32_t kSampleStep = 7;  // px along a row; row y begins at pixel y % 7
inline constexpr std::int32_t kSurveyRows = 8;  // of pixels that a thread has under one another

/// Addresses are of the device.
struct ImageSurvey {
  float* samples;  ///< [row][sample_cols]: every 7th pixel
  float* peaks;  ///< [cell row][cell_cols]: largest |pixel| of cells of rules::kDirtCell px a side
  std::int32_t sample_cols, cell_cols;
};

__device__ inline std::int32_t samples_in_row(std::int32_t row, std::int32_t cols) {
  return (cols - row % kSampleStep + kSampleStep - 1) / kSampleStep;
}

/// The larger of two sizes; no number is larger than all, and dirt.
__device__ inline float larger_size(float size, float value) {
  const float other = fabsf(value);
  return other > size || other != other ? other : size;
}

/// Takes down eight pixels under one another from (y, x) on, y a multiple of 4. A warp must come
/// with 32 neighbours in a row, x of the first a multiple of 4; those outside of the image too.
__device__ inline void survey(const ImageSurvey& to, const float (&column)[kSurveyRows],
                              std::int32_t y, std::int32_t x, std::int32_t rows,
                              std::int32_t cols) {
  const bool inside = x < cols;
  for (std::int32_t first = 0; first < kSurveyRows; first += rules::kDirtCell) {
    float peak = 0;
    for (std::int32_t k = first; k < first + rules::kDirtCell; ++k)
      if (inside && y + k < rows) peak = larger_size(peak, column[k]);
    peak = larger_size(peak, __shfl_xor_sync(~0U, peak, 1));
    peak = larger_size(peak, __shfl_xor_sync(~0U, peak, 2));
    if (!inside || x % rules::kDirtCell != 0 || y + first >= rows) continue;
    to.peaks[static_cast<std::ptrdiff_t>((y + first) / rules::kDirtCell) * to.cell_cols +
             x / rules::kDirtCell] = peak;
  }
  const std::int32_t turn = (x - y % kSampleStep + kSampleStep) % kSampleStep;
  for (std::int32_t k = 0; k < kSurveyRows; ++k)
    if (inside && y + k < rows && turn % kSampleStep == k % kSampleStep)
      to.samples[static_cast<std::ptrdiff_t>(y + k) * to.sample_cols + x / kSampleStep] = column[k];
}

}  // namespace ostracon::cuda
