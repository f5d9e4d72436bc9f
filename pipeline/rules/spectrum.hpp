#pragma once
// Rules of drift estimation: what one frequency contributes.

#include <cstdint>

#include "core/view.hpp"
#include "pipeline/rules/field_maps.hpp"

namespace ostracon::rules {

/// Weight of a cross spectrum between one frame and the sum of `others` frames:
/// S / (N (N + (1 + others) S)), with S and N the signal and noise power of one frame
/// (channel.md section 2 of the design).
OSTRACON_HD inline float drift_weight(float signal, float noise, float others) {
  return signal / (noise * (noise + (1.0F + others) * signal) + 1e-30F);
}

/// Columns [begin, end) over which the noise power of column kx is averaged: 33 neighbours, since
/// detector bandwidth shapes it slowly. The outermost columns are empty.
struct NoiseNeighbours {
  std::int32_t begin, end;
};
OSTRACON_HD inline NoiseNeighbours noise_neighbours(std::int32_t kx, std::int32_t half_cols) {
  const std::int32_t begin = kx < 17 ? 1 : kx - 16;
  const std::int32_t end = kx + 17 < half_cols - 1 ? kx + 17 : half_cols - 1;
  return {begin, end};
}

/// Mean noise power, never 0.
OSTRACON_HD inline float noise_power(double sum, std::int32_t frequencies) {
  const double mean = sum / static_cast<double>(frequencies);
  return static_cast<float>(mean < 1e-20 ? 1e-20 : mean);
}

/// Signal power of a frequency from the mean of its ring; below 2 % of the noise that is chance.
OSTRACON_HD inline float signal_power(double ring, float noise) {
  return ring > 0.02 * static_cast<double>(noise) ? static_cast<float>(ring) : 0.0F;
}

/// The correlation J(d) = Re sum p(k) exp(i k d) at one d, and its derivatives.
struct CorrelationSums {
  double value, gy, gx, hyy, hxx, hxy;
};
struct PeakStep {
  float y, x;  ///< where to look next, px
  bool last;   ///< J is not concave, or the next step would be small
};

/// One step of Newton from (y, x) to the top of J, of half a pixel an axis at most, and never
/// further than 1.5 px from where the search began.
OSTRACON_HD inline PeakStep step_to_peak(const CorrelationSums& s, const float* start, float y,
                                         float x) {
  const double det = s.hyy * s.hxx - s.hxy * s.hxy;
  if (!(s.hyy < 0) || !(s.hxx < 0) || !(det > 0)) return {y, x, true};
  const double dy = -(s.hxx * s.gy - s.hxy * s.gx) / det;
  const double dx = -(s.hyy * s.gx - s.hxy * s.gy) / det;
  const float to_y = y + clamped(static_cast<float>(dy), -0.5F, 0.5F);
  const float to_x = x + clamped(static_cast<float>(dx), -0.5F, 0.5F);
  const bool last = (dy < 0 ? -dy : dy) + (dx < 0 ? -dx : dx) < 1e-2;
  return {clamped(to_y, start[0] - 1.5F, start[0] + 1.5F),
          clamped(to_x, start[1] - 1.5F, start[1] + 1.5F), last};
}

}  // namespace ostracon::rules
