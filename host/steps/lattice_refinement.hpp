#pragma once
// Local quadratics through what the tiles say of a phase.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "host/steps/lattice_growth.hpp"

namespace ostracon::steps {

/// One replacement of a phase by local quadratic fits, over tiles up to `reach_tiles` away, to what
/// every tile says its phase is (its own quadrature about the phase so far).
struct FitPass {
  std::int32_t reach_tiles = 7;  ///< at most kMostReachTiles
  /// Fits are added to what the phase, smooth already, leaves: bends too sharp for one quadratic
  /// come back (twicing), at the price of more noise than a refinement of the same reach.
  bool sharpen = false;
};
inline constexpr std::int32_t kMostReachTiles = 10;

/// Fits on the host; a backend may do it its own way.
class PhaseFitter {
 public:
  virtual ~PhaseFitter() = default;
  /// All passes, one after the other; `phase` has its residual then. Errors: those of a device.
  virtual Result<> fit(const PhaseTiles& tiles, std::span<const FitPass> passes,
                       SmoothPhase& phase);
};

inline constexpr std::size_t kTapPowers = 5;  ///< of a coordinate: 0 to 4

/// taps[power][k]: window times power of the distance k - reach, in units of the reach.
using QuadraticTaps = std::array<std::vector<float>, kTapPowers>;
QuadraticTaps window_taps(std::int32_t reach);

/// rms in turns of what blocks of 4 x 4 tiles say together about the phase, of those with a clear
/// line. `sums` are of the line against the phase.
float residual_of(std::span<const std::complex<float>> sums);
inline constexpr std::int32_t kResidualBlock = 4;  ///< tiles a side

}  // namespace ostracon::steps
