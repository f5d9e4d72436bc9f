#pragma once
// The inner loop of sampling, compiled for every instruction set (module_sampler_kernel.cpp).

#include <cstdint>

#include "core/frames.hpp"
#include "host/steps/pulse_table.hpp"

namespace ostracon::cpu {

using steps::PulseTable;

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
