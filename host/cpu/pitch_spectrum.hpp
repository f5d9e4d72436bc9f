#pragma once
// How clearly a crop of an image shows lattice lines, at every frequency.

#include <array>
#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

#include "core/view.hpp"
#include "host/steps/pitch_search.hpp"

namespace ostracon::cpu {

using steps::kLineSources;
using steps::LineSource;

/// Power spectra of the sources of one crop, or sums over several crops, each over the level of its
/// surroundings: noise alone is exponential with mean 1 a crop.
class PitchSpectrum {
 public:
  /// `crop`: side, px, even; frequencies are of radius up to `highest` cycles a crop.
  PitchSpectrum(std::int32_t crop, std::int32_t highest);

  /// All sources but the gradient, which costs as much as the others together.
  void measure(ImageView<const float> crop);
  /// The gradient of the crop last measured.
  void measure_gradient();

  std::int32_t highest() const { return highest_; }
  /// Power at (ky, kx) cycles a crop over its surroundings; ky in [-highest, highest], kx in
  /// [0, highest].
  const cv::Mat& power(LineSource source) const { return power_[static_cast<std::size_t>(source)]; }

 private:
  void clip(ImageView<const float> crop, cv::Mat& out) const;
  void bounded_size(const cv::Mat& field, int channel, cv::Mat& out, int out_channel) const;
  void normalise(LineSource source, float largest_radius);

  std::int32_t crop_, highest_;
  std::vector<float> window_, fine_window_;  // Hann, of crop_ and of 2 crop_ samples
  cv::Mat spectrum_;                         // of the windowed crop
  std::array<cv::Mat, kLineSources> power_;  // [2 highest + 1][highest + 1]
};

}  // namespace ostracon::cpu
