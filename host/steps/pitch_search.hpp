#pragma once
// From spectral lines to the lattice that has them, and in which crops to look for them.

#include <cstdint>
#include <optional>
#include <vector>

#include "core/result.hpp"
#include "pipeline/stages/pitch_finder.hpp"

namespace ostracon::steps {

/// What is looked at for a line. The size of the detail (high-passed image) and of the gradient of
/// a scrambled plate repeat with the lattice: detail fades where equal modules do not meet. Bright
/// edges work against both, but they show in the image itself.
enum class LineSource : std::uint8_t { kFineDetail, kCoarseDetail, kImage, kGradient };
inline constexpr std::size_t kLineSources = 4;

inline constexpr float kLeastLine = 10.0F;  ///< nats that each line of a pair must have

/// The filters of a source, and what is left out of it.
inline constexpr float kFinePx[2] = {0.75F, 4.0F};  ///< Gaussians, px: detail lies between them
inline constexpr float kCoarsePx[2] = {2.0F, 9.0F};
inline constexpr float kGradientPx = 1.3F;
inline constexpr float kMostSigma = 3.0F;  ///< of what is let through: damage must not outshine
inline constexpr std::int32_t kSampleRows = 3, kSampleCols = 5;  ///< that a median is taken of

/// A line of a spectrum.
struct Line {
  float fy, fx;    ///< cycles per px; fx >= 0
  float strength;  ///< nats
  float in_image;  ///< nats of the image alone
};

/// The spectra of crops, on a backend.
class LineFinder {
 public:
  virtual ~LineFinder() = default;
  /// All sources but the gradient, which costs as much as the others together, of the crop whose
  /// first pixel is (top, left).
  virtual Result<> measure(std::int32_t top, std::int32_t left) = 0;
  /// The gradient of the crop last measured.
  virtual Result<> measure_gradient() = 0;
  /// Adds the crop last measured to the sum over crops.
  virtual Result<> keep() = 0;
  /// The local maxima of the crop last measured (`crops` is 1) or of the sum over so many, in the
  /// first `sources`, of at least kLeastLine; in any order.
  virtual Result<std::vector<Line>> lines(std::int32_t crops, std::size_t sources) = 0;
};

/// The side of the crops of an image, px, even: one that transforms quickly.
std::int32_t crop_side(const PitchFinderConfig& config);
/// The highest frequency of a line, cycles a crop.
std::int32_t highest_line(const PitchFinderConfig& config, std::int32_t crop);

/// Looks at the middle of the image, then around it, until a lattice is clear.
Result<std::optional<LatticeSeed>> find_pitch(const PitchFinderConfig& config, LineFinder& finder);

/// The strongest pair of lines of nearly equal length, nearly at right angles; its centre is 0.
std::optional<LatticeSeed> strongest_pair(std::vector<Line> lines, float min_strength);

/// n samples of a Hann window.
std::vector<float> hann(std::int32_t n);
/// Fourier transform of a Gaussian at the n frequencies of a transform, in its order.
std::vector<float> gaussian(std::int32_t n, float sigma_px);

}  // namespace ostracon::steps
