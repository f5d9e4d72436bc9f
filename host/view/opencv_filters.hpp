#pragma once
// Filters of OpenCV behind one signature: on the CPU, and on a GPU where OpenCV was built for it.
// Row-major results. What OpenCV throws comes back as kDevice (GPU) or kInvalidArgument.

#include <cstdint>
#include <vector>

#include "core/frames.hpp"
#include "core/result.hpp"
#include "core/view.hpp"

namespace ostracon::view {

namespace opencv {
Result<std::vector<float>> gaussian(ImageView<const float> image, float sigma_px);
/// `size_px`: 3 or 5.
Result<std::vector<float>> median(ImageView<const float> image, std::int32_t size_px);
}  // namespace opencv

/// kUnavailable if this OpenCV has no CUDA modules, or this machine no device for them.
namespace opencv_cuda {
/// `sigma_px`: at most 5, whose window is the widest there is.
Result<std::vector<float>> gaussian(ImageView<const float> image, float sigma_px);
/// Of whole counts 0..255 alone: kInvalidArgument if `type` is another.
Result<std::vector<float>> median(ImageView<const float> image, PixelType type,
                                  std::int32_t size_px);
}  // namespace opencv_cuda

}  // namespace ostracon::view
