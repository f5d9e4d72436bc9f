// Compiled where OpenCV has its CUDA modules; denoise_opencv_cuda_absent.cpp is its twin.
#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/core/cuda.hpp>
#include <opencv2/cudafilters.hpp>
#include <string>

#include "host/view/opencv_filters.hpp"

namespace ostracon::view::opencv_cuda {
namespace {

constexpr float kMostSigma = 5;  // px: three of them a side in a window of 31

/// Uploads the image as `type`, filters it, and brings it back as floats.
template <class MakeFilter>
Result<std::vector<float>> apply(ImageView<const float> image, int type,
                                 const MakeFilter& make_filter) {
  std::vector<float> out(static_cast<std::size_t>(image.rows) *
                         static_cast<std::size_t>(image.cols));
  try {
    if (cv::cuda::getCudaEnabledDeviceCount() < 1)
      return Error{ErrorCode::kUnavailable, "OpenCV finds no CUDA device"};
    const cv::Mat from(image.rows, image.cols, CV_32FC1, const_cast<float*>(image.data),
                       static_cast<std::size_t>(image.row_stride) * sizeof(float));
    cv::Mat typed;
    from.convertTo(typed, type);
    const cv::cuda::GpuMat input(typed);
    cv::cuda::GpuMat output;
    make_filter()->apply(input, output);
    output.download(typed);
    typed.convertTo(cv::Mat(image.rows, image.cols, CV_32FC1, out.data()), CV_32FC1);
  } catch (const cv::Exception& failure) {
    return Error{ErrorCode::kDevice, std::string("OpenCV: ") + failure.what()};
  }
  return out;
}

}  // namespace

Result<std::vector<float>> gaussian(ImageView<const float> image, float sigma_px) {
  if (!(sigma_px <= kMostSigma))
    return Error{ErrorCode::kInvalidArgument, "a Gaussian of " + std::to_string(sigma_px) +
                                                  " px is beyond OpenCV's on a GPU, " +
                                                  std::to_string(kMostSigma) + " px"};
  const int side = 2 * static_cast<int>(std::ceil(3 * sigma_px)) + 1;
  return apply(image, CV_32FC1, [&] {
    return cv::cuda::createGaussianFilter(CV_32FC1, CV_32FC1, cv::Size(side, side),
                                          static_cast<double>(sigma_px));
  });
}

Result<std::vector<float>> median(ImageView<const float> image, PixelType type,
                                  std::int32_t size_px) {
  if (type != PixelType::kU8)
    return Error{
        ErrorCode::kInvalidArgument,
        "OpenCV's median on a GPU is for uint8 frames; these are " + std::string(to_string(type))};
  return apply(image, CV_8UC1, [&] { return cv::cuda::createMedianFilter(CV_8UC1, size_px); });
}

}  // namespace ostracon::view::opencv_cuda
