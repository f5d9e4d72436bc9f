#pragma once
// Stage 1 of 9: how bright the field is where, so that all later stages see land and pit alike.
//
//   frames --> [ Flattener ] --FlatField--> every stage that reads frames

#include "core/result.hpp"
#include "pipeline/field.hpp"

namespace ostracon {

struct FlattenerConfig {
  FieldShape shape;
};

class Flattener {
 public:
  virtual ~Flattener() = default;

  /// Measures shading and row flicker in one read of the frames.
  ///
  /// `shading` is the mean over frames of 16 x 16 px cells, smoothed over about 100 px with cells
  /// that stand out (dust, scratches) left out, and so are frames that are dark, saturated or even
  /// among others that are not. `row_gain` is the reciprocal of the row's mean
  /// against its neighbourhood of 49 rows in the same frame, shrunk by the share of that ratio's
  /// variance which noise and pattern explain; exactly 1 where flicker is not seen above them.
  ///
  /// Returns when the result is on the host. Errors: kInvalidArgument if the shape differs from
  /// the config's; kBadInput if the field is blank (its mean, less `black`, is not above 0) or its
  /// sum is beyond a float.
  virtual Result<FlatField> run(const FrameStack& frames) = 0;
};

}  // namespace ostracon
