// The twin of denoise_opencv_cuda.cpp for an OpenCV without CUDA modules.
#include "host/view/opencv_filters.hpp"

namespace ostracon::view::opencv_cuda {
namespace {

Error absent() { return {ErrorCode::kUnavailable, "this build's OpenCV has no CUDA modules"}; }

}  // namespace

Result<std::vector<float>> gaussian(ImageView<const float>, float) { return absent(); }

Result<std::vector<float>> median(ImageView<const float>, PixelType, std::int32_t) {
  return absent();
}

}  // namespace ostracon::view::opencv_cuda
