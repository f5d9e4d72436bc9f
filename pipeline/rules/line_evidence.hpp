#pragma once
// Rules of the search for spectral lines: the level of a line's surroundings, how much a power
// says, and where between the frequencies a line lies.

#include <math.h>  // logf, powf: in device code too

#include <cstdint>

#include "core/view.hpp"

namespace ostracon::rules {

/// Width of the rings whose medians are the level of a spectrum, cycles a crop.
inline constexpr std::int32_t kRing = 8;

/// One over the level at a radius: between the rings' middles along an exponential, for spectra
/// fall steeply within a ring. `level`: of `rings` rings, > 0.
OSTRACON_HD inline float ring_scale(float radius, const float* level, std::int32_t rings) {
  const float place = (radius + 0.5F) / kRing - 0.5F;
  const auto last = static_cast<float>(rings - 1);
  const float ring = place < 0 ? 0.0F : last < place ? last : place;
  const auto inner = static_cast<std::int32_t>(ring);
  const std::int32_t outer = inner + 1 < rings ? inner + 1 : rings - 1;
  const float share = ring - static_cast<float>(inner);
  return 1.0F / (level[inner] * powf(level[outer] / level[inner], share));
}

/// Chernoff's bound on the chance that the mean of so many exponentials reaches `a`, nats.
OSTRACON_HD inline float line_nats(float a, float crops) {
  return a > 1 ? crops * (a - 1 - logf(a)) : 0.0F;
}

/// Where the parabola through three neighbours has its top, from the middle one, at most half way.
OSTRACON_HD inline float peak_offset(float before, float here, float behind) {
  const float curvature = before - 2 * here + behind;
  const float offset = curvature < 0 ? 0.5F * (before - behind) / curvature : 0.0F;
  return offset < -0.5F ? -0.5F : offset > 0.5F ? 0.5F : offset;
}

}  // namespace ostracon::rules
