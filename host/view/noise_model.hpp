#pragma once
// How noisy a pixel is, and the scale on which all pixels are equally noisy.

#include <optional>

#include "core/frames.hpp"
#include "core/view.hpp"

namespace ostracon::view {

/// Variance of a pixel whose expectation is x counts: gain * x + floor. Counted electrons give
/// gain counts each about an offset, so that floor = sigma^2 - gain * offset, sigma that of the
/// detector and of rounding.
struct NoiseModel {
  float gain = 0;   ///< counts, >= 0; 0: all pixels are equally noisy
  float floor = 1;  ///< counts^2; > 0 if gain is 0
};

/// What a file says of its counts.
struct StatedCounts {
  std::optional<float> offset;           ///< counts at no electron
  std::optional<float> dn_per_electron;  ///< counts an electron
};

/// The model that `stated` gives, or, where something is missing, one measured on `image`: the
/// variance of mixed second differences in blocks of 16 x 16 px against the blocks' means
/// (Immerkaer 1996), which hardly sees structure wider than 2 px. `type` tells of rounding.
NoiseModel find_noise(ImageView<const float> image, PixelType type, const StatedCounts& stated);

/// The generalised Anscombe transform and its exact unbiased inverse (Maekitalo and Foi 2013).
class Stabiliser {
 public:
  explicit Stabiliser(const NoiseModel& model);
  /// Counts to a scale with unit noise; exact from about 4 electrons on, 0.9 at one electron.
  float forward(float counts) const;
  /// The expectation in counts whose stabilised samples have this mean.
  float inverse(float stabilised) const;

 private:
  float gain_, floor_;
};

}  // namespace ostracon::view
