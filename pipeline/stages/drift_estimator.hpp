#pragma once
// Stage 2 of 9: how far each frame has drifted, row band by row band.
//
//   frames, FlatField --> [ DriftEstimator ] --DriftField--> FrameAligner, ModuleSampler

#include "core/result.hpp"
#include "pipeline/field.hpp"

namespace ostracon {

struct DriftEstimatorConfig {
  FieldShape shape;
  std::int32_t band_rows = 256;  ///< height of a band; a power of two
  std::int32_t band_cols = 512;  ///< width of the crop in its middle; a power of two
  std::int32_t rounds = 2;       ///< of the leave-one-out template
};

class DriftEstimator {
 public:
  virtual ~DriftEstimator() = default;

  /// Shifts from cross spectra weighted by S / (N (N + (1 + n) S)) (S: radial signal power, N:
  /// noise power of the same frames, n: frames in the template), coarse against the sum of the
  /// frames before, then against the sum of all others, to a fraction of a pixel by Newton steps on
  /// the weighted correlation. Shifts up to +-band_rows / 4 px between frames. Pure noise gives
  /// finite shifts without meaning.
  ///
  /// Returns when the result is on the host. Errors: kInvalidArgument on a wrong shape.
  virtual Result<DriftField> run(const FrameStack& frames, const FlatField& flat) = 0;
};

}  // namespace ostracon
