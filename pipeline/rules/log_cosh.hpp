#pragma once
// Rules of blind lattice tracking.

#include <math.h>  // sqrtf: in device code too

#include "core/view.hpp"

namespace ostracon::rules {

/// The contrast function whose sum over module centres is largest on the lattice. log cosh is the
/// log likelihood of an unknown equiprobable bit; sqrt(1 + x^2) - 1 has its parabola at 0 and its
/// slope at infinity and costs one square root. `x` is clipped: damage must not outvote data.
OSTRACON_HD inline float lattice_contrast(float x) {
  const float clipped = x < -8.0F ? -8.0F : (x > 8.0F ? 8.0F : x);
  return sqrtf(1.0F + clipped * clipped) - 1.0F;
}

}  // namespace ostracon::rules
