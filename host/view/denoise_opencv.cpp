#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "host/view/opencv_filters.hpp"

namespace ostracon::view::opencv {
namespace {

/// Applies `filter(from, to)` to the image.
template <class Filter>
Result<std::vector<float>> apply(ImageView<const float> image, const Filter& filter) {
  std::vector<float> out(static_cast<std::size_t>(image.rows) *
                         static_cast<std::size_t>(image.cols));
  try {
    // OpenCV knows no read-only matrix; `from` is only read.
    const cv::Mat from(image.rows, image.cols, CV_32FC1, const_cast<float*>(image.data),
                       static_cast<std::size_t>(image.row_stride) * sizeof(float));
    cv::Mat to(image.rows, image.cols, CV_32FC1, out.data());
    filter(from, to);
  } catch (const cv::Exception& failure) {
    return Error{ErrorCode::kInvalidArgument, std::string("OpenCV: ") + failure.what()};
  }
  return out;
}

}  // namespace

Result<std::vector<float>> gaussian(ImageView<const float> image, float sigma_px) {
  return apply(image, [&](const cv::Mat& from, cv::Mat& to) {
    cv::GaussianBlur(from, to, cv::Size(), static_cast<double>(sigma_px));
  });
}

Result<std::vector<float>> median(ImageView<const float> image, std::int32_t size_px) {
  return apply(image, [&](const cv::Mat& from, cv::Mat& to) { cv::medianBlur(from, to, size_px); });
}

}  // namespace ostracon::view::opencv
