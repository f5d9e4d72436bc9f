#pragma once
// Rules of the lattice's refinement: what one tile says of a phase, and the middle of a weighted
// least squares quadratic about it.

#include <math.h>  // in device code too

#include "core/view.hpp"

namespace ostracon::rules {

/// The phase that a tile says it has, radians, and how much it counts.
struct TileEvidence {
  float phase, weight;
};

/// `quadrature` is that of the tile about `phase`, `amplitude` that of the line around the tile:
/// what its quadrature is measured against.
OSTRACON_HD inline TileEvidence tile_evidence(float phase, float quadrature, float amplitude) {
  const float floor = 0.3F;
  const float off = quadrature / (amplitude < floor ? floor : amplitude);
  const float clear = amplitude - floor;
  return {phase + (off < -1.5F ? -1.5F : (1.5F < off ? 1.5F : off)),
          clear < 0.02F * floor ? 0.02F * floor : clear};
}

/// Value at the centre of the quadratic whose normal equations, with the right-hand side as the
/// last column, are `m` (destroyed); 0 if there is no evidence. Unknowns: 1, y, x, y^2, yx, x^2.
OSTRACON_HD inline double centre_of_quadratic(double (&m)[6][7]) {
  // A little stiffness, for windows that say nothing along one way.
  const double stiff = 1e-5 * m[0][0] + 1e-12;
  for (int k = 0; k < 6; ++k) m[k][k] += k == 0 ? 1e-12 : stiff;
  // Elimination from the last unknown up leaves the value at the centre as the only one.
  for (int pivot = 5; pivot > 0; --pivot)
    for (int r = 0; r < pivot; ++r) {
      const double factor = m[r][pivot] / m[pivot][pivot];
      for (int c = 0; c < pivot; ++c) m[r][c] -= factor * m[pivot][c];
      m[r][6] -= factor * m[pivot][6];
    }
  return m[0][6] / m[0][0];
}

}  // namespace ostracon::rules
