#pragma once
// The blur of the imaging from modules whose bits are known.

#include <cstdint>

#include "core/view.hpp"

namespace ostracon {

/// What the matched filter gives at a known module and at its four neighbours, per known bit.
struct PulseResponse {
  double centre = 0, beside = 0;  ///< sums of sign * grid
  std::int64_t count = 0;

  /// Adds a region of known bits (0 land, 1 pit; anything else is not used). `grid` has one more
  /// module on every side; grid(r + 1, c + 1) is the filter's output at known(r, c).
  void add(ImageView<const float> grid, ImageView<const std::uint8_t> known);
};

/// The ratio beside / centre that a pulse of true blur `blur` gives through a filter matched to
/// `assumed`: triangle (square * square) blurred by both, at distances 1 and 0.
double response_ratio(double blur, double assumed);

/// The blur (sigma, modules, 0.05 to 0.9) whose ratio is the measured one, by bisection.
float estimate_blur(const PulseResponse& response, float assumed);

}  // namespace ostracon
