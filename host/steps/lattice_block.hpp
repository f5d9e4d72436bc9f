#pragma once
// How well a plane of phase fits a line over a block of tiles.

#include <complex>
#include <cstdint>
#include <vector>

#include "host/steps/lattice_phase.hpp"

namespace ostracon::steps {

inline constexpr std::int32_t kMostBlock = 8;        ///< tiles a side
inline constexpr std::int32_t kMostSlopeSteps = 10;  ///< each way

/// Value and slope per tile of one phase at a block's centre, radians.
struct Plane {
  float value = 0, slope_i = 0, slope_j = 0;
};

struct SlopeSearch {
  std::int32_t steps = 0;  ///< each way, at most kMostSlopeSteps
  float step = 0;          ///< radians a tile
  float doubt = 0;         ///< nats taken off for each (radian a tile)^2 of departure
};

/// The plane, of slopes about those of `about` and any value, that the block of `side` tiles a side
/// from tile (i, j) fits best: best gets its slopes and its value next to that of `about`. Returns
/// the sum of the line over the block against it; |sum|^2 / side^2 is its power over the noise.
std::complex<float> scan_planes(const PhaseTiles& tiles,
                                const std::vector<std::complex<float>>& line, std::int32_t i,
                                std::int32_t j, std::int32_t side, const Plane& about,
                                const SlopeSearch& search, Plane& best);

}  // namespace ostracon::steps
