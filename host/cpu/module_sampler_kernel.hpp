#pragma once
// The inner loop of sampling, compiled for every instruction set (module_sampler_kernel.cpp).

#include <cstdint>
#include <vector>

#include "core/frames.hpp"

namespace ostracon::cpu {

/// The pulse along one axis at 64 sub-pixel phases. Entry (phase, k) is the pulse at tap k of a
/// window whose first tap lies (phase + 1/2) / 64 - width / 2 px from the module's centre.
struct PulseTable {
  static constexpr std::int32_t kPhases = 64;
  static constexpr std::int32_t kWidest = 48;
  std::int32_t width = 8;  ///< taps, a multiple of 8; those beyond the pulse's reach are 0
  std::int32_t used = 8;   ///< taps from `first` that are not 0 at every phase
  std::int32_t first = 0;
  std::vector<float> taps;             ///< [kPhases][width]
  std::vector<float> sum, square_sum;  ///< [kPhases]

  static PulseTable make(float blur_modules, float pitch_px);
};

/// One row of modules in one frame. Arrays have `modules` entries; y, x are pixel centres in the
/// frame.
struct SampleRow {
  const void* frame;  ///< [rows][cols] of `type`
  PixelType type;
  std::int32_t rows, cols;
  float black;  ///< counts taken off every pixel
  const float*
      row_gain;  ///< [rows], times `weight`; readable for kWidest entries before and behind
  float weight;  ///< of this frame
  const PulseTable* pulse;
  std::int32_t modules;
  const float* y;
  const float* x;
  float* product;      ///< += sum of pulse * (pixel - black) * row_gain
  float* sum;          ///< += weight * sum of pulse
  float* square_sum;   ///< += weight * sum of pulse^2
  float* frames_seen;  ///< += weight where the window lies inside the frame
};

void sample_row(const SampleRow& row);

}  // namespace ostracon::cpu
