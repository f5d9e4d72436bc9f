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
  float min_strength = 15.0F;  ///< chance peaks of noise reach about 14
};

class PitchFinder {
 public:
  virtual ~PitchFinder() = default;

  /// The squared gradient of a scrambled plate has a spectral line at 1/pitch along both axes; the
  /// image itself has none (channel.md, section 3 of the design). Power spectra of several crops
  /// are summed; the strongest pair of lines of nearly equal length, nearly at right angles, wins.
  /// The gradient is formed at twice the sampling, so that pitches near 2 px do not alias.
  ///
  /// nullopt if no pair is min_strength times stronger than the median of its ring.
  virtual Result<std::optional<LatticeSeed>> run(ImageView<const float> mean) = 0;
};

}  // namespace ostracon
