#pragma once
// The flattened mean of the aligned frames: for registration only, bits are sampled from raw
// frames.
//
//   frames, FlatField, DriftField --> [ FrameAligner ] --mean--> PitchFinder, LatticeTracker

#include "core/result.hpp"
#include "core/view.hpp"
#include "pipeline/field.hpp"

namespace ostracon {

struct FrameAlignerConfig {
  FieldShape shape;
};

class FrameAligner {
 public:
  virtual ~FrameAligner() = default;

  /// mean(y, x) = (average over frames of (raw - black) * row_gain at (y, x) + shift, bilinear) /
  /// shading - 1. Linear interpolation moves no centroid, so positions measured on the mean hold
  /// for the frames. Pixels that fall outside a frame are left out of the average; 0 where no frame
  /// has one, or where it is beyond +-1e6. `mean` has the shape of a frame. Errors:
  /// kInvalidArgument on wrong shapes.
  virtual Result<> run(const FrameStack& frames, const FlatField& flat, const DriftField& drift,
                       ImageView<float> mean) = 0;
};

}  // namespace ostracon
