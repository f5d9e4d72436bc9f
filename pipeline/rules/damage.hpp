#pragma once
// Rules of damage: means of 3 x 3 modules that no data can give, judged by the median of a sparse
// sample of their magnitudes.

#include <cstdint>

#include "core/view.hpp"

namespace ostracon::rules {

/// In the matched filter's output a 3 x 3 mean of random bits stays within 3.3 of its own standard
/// deviations: nine equal bits.
inline constexpr float kDamageSigmas = 3.9F;
inline constexpr std::int32_t kDamageSampleStep = 5;  ///< modules, along rows and columns

/// In what no belief explains: of 10^7 modules without damage one or two are taken for it.
inline constexpr float kResidualDamageSigmas = 5.0F;
inline constexpr std::int32_t kResidualSampleStep = 3;

/// Magnitudes above are damage. `median`: of the magnitudes of a Gaussian variable.
OSTRACON_HD inline float damage_limit(float sigmas, float median) {
  return sigmas * median / 0.6745F;
}

}  // namespace ostracon::rules
