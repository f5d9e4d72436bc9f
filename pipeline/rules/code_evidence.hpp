#pragma once
// Whether pixels at the centres of known modules are what they must be.

#include <math.h>  // sqrt: in device code too

#include <cstdint>

#include "core/view.hpp"

namespace ostracon::rules {

// Most proposals are none, and some of the modules tell.
inline constexpr std::int32_t kGlanceModules = 50;
inline constexpr float kHopelessGlance = 0.25F;  // their correlation, three times what chance gives

/// The step from one module looked at first to the next: odd, for the timing pattern alternates.
OSTRACON_HD inline std::int32_t glance_step(std::int32_t modules) {
  return modules / kGlanceModules | 1;
}

/// Over modules, of pixels less an origin and of signs, +1 where light, -1 where dark.
struct EvidenceSums {
  double count = 0, signs = 0, value = 0, square = 0, product = 0;
};

struct Correlation {
  float value = 0;     ///< -1 to 1
  float contrast = 0;  ///< light less dark
};

OSTRACON_HD inline Correlation correlation_of(const EvidenceSums& sums) {
  const double mean_sign = sums.signs / sums.count, mean = sums.value / sums.count;
  const double variance = sums.square / sums.count - mean * mean;
  const double spread = 1 - mean_sign * mean_sign;
  if (!(variance > 0) || !(spread > 0)) return {};
  const double covariance = sums.product / sums.count - mean * mean_sign;
  return {static_cast<float>(covariance / sqrt(variance * spread)),
          static_cast<float>(2 * covariance / spread)};
}

}  // namespace ostracon::rules
