#pragma once
// Pictures of a field for a person to look at, with less noise. The reading chain never uses them.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/frames.hpp"
#include "core/result.hpp"
#include "host/view/noise_model.hpp"
#include "pipeline/backend.hpp"

namespace ostracon::view {

enum class DenoiseMethod {
  kGaussian,       ///< of one frame, by OpenCV
  kMedian,         ///< of one frame, by OpenCV
  kNonLocalMeans,  ///< of one frame, on a scale with equal noise (non_local_means.hpp)
  kMean            ///< of all frames, aligned (stabilised_mean.hpp)
};

/// Whose Gaussian and median.
enum class FilterLibrary { kOpenCv, kOpenCvCuda };

struct DenoiseOptions {
  DenoiseMethod method = DenoiseMethod::kMean;
  FilterLibrary filters = FilterLibrary::kOpenCv;
  std::int32_t frame = 0;    ///< of all methods but kMean
  float sigma_px = 1;        ///< of the Gaussian, 0.1 to 100
  std::int32_t size_px = 3;  ///< side of the median's window: 3 or 5
  float strength = 1;  ///< of non-local means, 0.01 to 100: differences that are taken for noise
};

/// The frames of one field, in host memory.
struct FieldFrames {
  std::span<const std::byte> bytes;  ///< shape.bytes(), native-endian
  FieldShape shape;
  StatedCounts counts;
};

/// rows x cols counts, row-major. Errors: kInvalidArgument if an option is beyond its range, the
/// frame is not there, or the bytes are not what the shape says; kUnavailable if this build or
/// machine lacks the filters asked for; those of stabilised_mean.
Result<std::vector<float>> denoise(Backend& backend, const FieldFrames& field,
                                   const DenoiseOptions& options);

}  // namespace ostracon::view
