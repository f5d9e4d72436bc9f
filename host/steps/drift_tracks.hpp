#pragma once
// Smooth motion of every frame from what its bands say.

#include <cstdint>
#include <vector>

namespace ostracon::steps {

/// One axis of the motion of one frame: shifts measured at the bands.
struct BandTrack {
  std::vector<double> shift;     ///< px
  std::vector<double> variance;  ///< px^2, of the measurement; > 0
};

/// What all frames of a field have in common in the way they move along one axis. A track is a
/// constant, a slope of rms `slope` px a frame height and an integrated random walk whose second
/// derivative has rms `bend`; `jitter` px rms are left in a band's mean of what jumps from row to
/// row.
struct MotionPrior {
  double slope = 0, bend = 0, jitter = 0;
};

/// The prior of the greatest likelihood of all tracks on a grid of values (constants marginalised,
/// so a motion is not smoothed away because others stand still).
///   places  of the bands, in frame heights, ascending
MotionPrior fit_motion(const std::vector<double>& places, const std::vector<BandTrack>& tracks);

/// The expected track under the prior, given the measurements: a cubic smoothing spline. A band
/// that says little leans on the others; one that lies far outside counts little.
std::vector<double> smooth_track(const std::vector<double>& places, const BandTrack& track,
                                 const MotionPrior& prior, const std::vector<double>& wanted);

}  // namespace ostracon::steps
