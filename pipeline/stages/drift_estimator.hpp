#pragma once
// Stage 2 of 9: how far each frame has drifted, row band by row band.
//
//   frames, FlatField --> [ DriftEstimator ] --DriftField--> FrameAligner, ModuleSampler

#include "core/result.hpp"
#include "pipeline/field.hpp"

namespace ostracon {

struct DriftEstimatorConfig {
  FieldShape shape;
  std::int32_t band_rows = 128;   ///< height of a band; a power of two
  std::int32_t band_cols = 1024;  ///< width of the crop in its middle; a power of two
};

class DriftEstimator {
 public:
  virtual ~DriftEstimator() = default;

  /// Shifts from cross spectra weighted by S / (N (N + (1 + n) S)) (S: radial signal power, N:
  /// noise power of the same frames, n: frames in the template): coarse against the sum of the
  /// frames before, all bands of a frame together, then band by band against the sum of all others
  /// to a fraction of a pixel. Between and beyond the bands a track follows the cubic spline that
  /// is most likely given what each band knows; a band that knows nothing leans on the others.
  /// Shifts up to 7/16 of band_rows and 64 px between frames.
  ///
  /// Frames that are blank, blurred or show something else are left out: shift and weight 0, and
  /// the fault named. Frames of unequal contrast or noise get weights. Pure noise gives finite
  /// shifts without meaning.
  ///
  /// Returns when the result is on the host. Errors: kInvalidArgument on a wrong shape.
  virtual Result<DriftField> run(const FrameStack& frames, const FlatField& flat) = 0;
};

}  // namespace ostracon
