#pragma once
// Rules of equalisation: what an equalised value says about its bit.

#include <math.h>

#include "core/view.hpp"
#include "pipeline/llr.hpp"

namespace ostracon::rules {

/// The equaliser's output for the two kinds of module: Gaussian, each with its own variance (land
/// gives more electrons and so more noise).
struct SoftClasses {
  float land_mean, land_variance;  ///< mean about +1
  float pit_mean, pit_variance;    ///< mean about -1
};

/// Evidence is never taken for stronger than this: about 1 in 80,000 modules is damage that no test
/// has seen, and a wrong certainty costs more than many right ones gain.
inline constexpr int kMostLlrSteps = 30;

/// LLR of an equalised value whose error variance is `level` times the classes' own.
OSTRACON_HD inline Llr soft_bit(float value, float level, const SoftClasses& classes) {
  // Beyond the outer means plus a little the quadratic would turn back on itself.
  const float low = 1.6F * classes.pit_mean, high = 1.6F * classes.land_mean;
  const float x = value < low ? low : (value > high ? high : value);
  const float land = (x - classes.land_mean) * (x - classes.land_mean) / classes.land_variance;
  const float pit = (x - classes.pit_mean) * (x - classes.pit_mean) / classes.pit_variance;
  const float nats =
      0.5F * (pit - land) / level + 0.5F * logf(classes.pit_variance / classes.land_variance);
  const float steps = rintf(nats / kNatsPerLlrStep);
  const float most = static_cast<float>(kMostLlrSteps);
  return static_cast<Llr>(steps < -most ? -most : (steps > most ? most : steps));
}

}  // namespace ostracon::rules
