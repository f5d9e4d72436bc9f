#pragma once
// Rules of sampling: the shape of a module in the image.

#include <math.h>  // erff: in device code too

#include "core/view.hpp"

namespace ostracon::rules {

/// One axis of the pulse: a square one module wide blurred by a Gaussian of `blur` modules, at
/// distance `x` modules from its centre (channel.md section 0 of the design). Separable in 2-D.
OSTRACON_HD inline float pulse(float x, float blur) {
  const float scale = 0.70710678F / (blur < 0.02F ? 0.02F : blur);
  return 0.5F * (erff((x + 0.5F) * scale) - erff((x - 0.5F) * scale));
}

}  // namespace ostracon::rules
