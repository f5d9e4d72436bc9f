#pragma once
// Signal and noise power of the frames of a field per frequency, for the weights.

#include <vector>

#include "host/steps/drift_bands.hpp"

namespace ostracon::steps {

struct PowerModel {
  static constexpr float kNoiseBand = 0.42F;        ///< cycles per px along y: no signal beyond
  static constexpr float kShadingBand = 1.0F / 48;  ///< cycles per px: no signal below
  static constexpr std::int32_t kRadialBins = 96;   ///< up to 0.75 cycles per px

  std::vector<float> signal;  ///< [rows][half_cols]
  std::vector<float> noise;   ///< [half_cols]: white along y, whatever the detector does along x
  std::int32_t active_ky = 0, active_kx = 0;  ///< |ky|, kx up to here carry signal

  /// From `power`, the mean of |spectrum|^2 over frames: noise is what stands above kNoiseBand,
  /// signal the radial mean of the rest. Frequencies below kShadingBand carry none.
  static PowerModel fit(const BandShape& shape, const std::vector<double>& power);

  static bool is_noise(const BandShape& shape, std::int32_t ky);
  /// Distance of a frequency from 0, in radians per px.
  static float radius(const BandShape& shape, std::int32_t ky, std::int32_t kx);
  static bool is_shading(float radius);
  static std::int32_t least_kx(const BandShape& shape);  ///< that is no shading on its own axis
  static std::int32_t radial_bin(float radius);          ///< in [0, kRadialBins)
};

}  // namespace ostracon::steps
