#pragma once
// Stage 3a of 9: pitch and angle of the lattice, with nothing known but the image.
//
//   mean --> [ PitchFinder ] --LatticeSeed--> LatticeTracker

#include <optional>

#include "core/result.hpp"
#include "core/view.hpp"
#include "pipeline/field.hpp"

namespace ostracon {

struct PitchFinderConfig {
  std::int32_t rows = 0, cols = 0;  ///< of the mean
  float min_pitch_px = 1.8F, max_pitch_px = 14.0F;
  float min_strength = 36.0F;  ///< nats: both lines together, and a third of it each
};

class PitchFinder {
 public:
  virtual ~PitchFinder() = default;

  /// The detail of a scrambled plate (the size of its high-passed image, or of its gradient) has a
  /// spectral line at 1/pitch along both axes, for detail fades where equal modules do not meet.
  /// Bright edges weaken it, but then the image itself has lines. Each spectrum is measured against
  /// the median of the ring about it; a line's strength is the logarithm of one over the chance
  /// that noise reaches its power. Crops are looked at alone, for warp moves the lines, and summed.
  /// The strongest pair of lines of nearly equal length, nearly at right angles, wins. All is
  /// formed at twice the sampling, so that pitches near 2 px do not alias. What stands far out of
  /// its crop is damage and left out.
  ///
  /// nullopt if no pair is min_strength strong.
  virtual Result<std::optional<LatticeSeed>> run(ImageView<const float> mean) = 0;
};

}  // namespace ostracon
