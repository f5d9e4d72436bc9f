#pragma once
// The shift of codes by whole pixels to where their known modules agree best. Included by
// code_fit.cu only.
//
// 225 shifts of 308 modules of 9 pixels are 6e5 reads of a code of version 3, 20e3 of a warp: of
// few codes, those that were not where the array has them.

#include <array>

#include "kernels/code_fit.hpp"
#include "kernels/core/launch.hpp"
#include "pipeline/rules/box_spline.hpp"

namespace ostracon::cuda {

inline constexpr std::int32_t kShiftThreads = 256;  ///< more than shifts: 15 x 15

/// A module's place, px of the level from (top, left).
__device__ inline rules::PixelPlace place_in_level(const DeviceFit& fit, float row, float col) {
  const rules::PixelPlace at = rules::place_of(fit.code.map, row, col);
  const float offset = 0.5F * fit.pixel - 0.5F;
  return {fit.pixel * at.y + offset, fit.pixel * at.x + offset};
}

/// The mean of a box of pixels, the border's beyond the border.
__device__ inline float box_mean(const ImageView<const float>& image, std::int32_t top,
                                 std::int32_t left, std::int32_t box) {
  const auto within = [](std::int32_t at, std::int32_t count) {
    return at > 0 ? (at < count ? at : count - 1) : 0;
  };
  float sum = 0;
  OSTRACON_ROLLED
  for (std::int32_t c = 0; c < box; ++c) {
    const float* column = image.data + within(left + c, image.cols);
    float down = 0;
    OSTRACON_ROLLED
    for (std::int32_t r = 0; r < box; ++r)
      down += column[within(top + r, image.rows) * image.row_stride];
    sum += down;
  }
  return sum * (1.0F / static_cast<float>(box * box));
}

struct ShiftModule {
  std::int32_t top, left;  ///< of the box nearest its place
  float sign;
};

/// A block a code, a thread a shift; out comes the best.
static __global__ void __launch_bounds__(kShiftThreads)
    shift_codes(const __grid_constant__ CodeLevelViews views, const PatternTables tables,
                const DeviceFit* fits, DeviceShift* shifts) {
  __shared__ ShiftModule modules[kShiftThreads];
  __shared__ float sums[kShiftThreads];
  const DeviceFit& fit = fits[blockIdx.x];
  const ImageView<const float>& image = views.of[fit.code.level];
  const DevicePattern& pattern = tables.versions[fit.code.version];
  const auto thread = static_cast<std::int32_t>(threadIdx.x);
  const std::int32_t wide = 2 * fit.most + 1, all = pattern.finders + pattern.others;
  const std::int32_t down = thread / wide - fit.most, right = thread % wide - fit.most;
  float sum = 0;
  for (std::int32_t first = 0; first < all; first += kShiftThreads) {
    if (first + thread < all) {
      const steps::KnownModule module = tables.known[pattern.first_known + first + thread];
      const rules::PixelPlace at = place_in_level(fit, module.row, module.col);
      const float half = 0.5F * static_cast<float>(fit.box - 1) - 0.5F;
      modules[thread] = {fit.top + rules::spline_place(at.y - half, 1).first + 1,
                         fit.left + rules::spline_place(at.x - half, 1).first + 1,
                         fit.code.sign * (module.light - pattern.mean_light)};
    }
    __syncthreads();
    if (down <= fit.most)
      for (std::int32_t k = 0; k < kShiftThreads && first + k < all; ++k) {
        const ShiftModule& module = modules[k];
        sum += module.sign * box_mean(image, module.top + down, module.left + right, fit.box);
      }
    __syncthreads();
  }
  sums[thread] = sum;
  __syncthreads();
  if (thread != 0) return;
  std::int32_t best = 0;
  for (std::int32_t k = 1; k < wide * wide; ++k) best = sums[k] > sums[best] ? k : best;
  shifts[blockIdx.x] = {best / wide - fit.most, best % wide - fit.most};
}

}  // namespace ostracon::cuda
