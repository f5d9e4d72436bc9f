#include "host/view/denoise.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "host/view/frame_pixels.hpp"
#include "host/view/non_local_means.hpp"
#include "host/view/opencv_filters.hpp"
#include "host/view/stabilised_mean.hpp"

namespace ostracon::view {
namespace {

Error refused(const std::string& what) { return {ErrorCode::kInvalidArgument, what}; }

Result<> check(const FieldFrames& field, const DenoiseOptions& options) {
  const FieldShape& shape = field.shape;
  if (shape.frames < 1 || shape.rows < 1 || shape.cols < 1 || field.bytes.size() != shape.bytes())
    return refused("a field of " + std::to_string(shape.frames) + " frames of " +
                   std::to_string(shape.rows) + " x " + std::to_string(shape.cols) + " px has " +
                   std::to_string(shape.bytes()) + " bytes, not " +
                   std::to_string(field.bytes.size()));
  if (options.frame < 0 || options.frame >= shape.frames)
    return refused("there is no frame " + std::to_string(options.frame) + "; the last one is " +
                   std::to_string(shape.frames - 1));
  if (!(options.sigma_px >= 0.1F && options.sigma_px <= 100))
    return refused("a Gaussian of " + std::to_string(options.sigma_px) +
                   " px is not within 0.1 to 100 px");
  if (options.size_px != 3 && options.size_px != 5)
    return refused("a median over " + std::to_string(options.size_px) + " px: 3 and 5 can be had");
  if (!(options.strength >= 0.01F && options.strength <= 100))
    return refused("a strength of " + std::to_string(options.strength) +
                   " is not within 0.01 to 100");
  return Ok{};
}

std::vector<float> filter_stabilised(ImageView<const float> image, const NoiseModel& noise,
                                     float strength) {
  const Stabiliser stabiliser(noise);
  std::vector<float> levels(static_cast<std::size_t>(image.rows) *
                            static_cast<std::size_t>(image.cols));
  std::transform(image.data, image.data + levels.size(), levels.begin(),
                 [&](float counts) { return stabiliser.forward(counts); });
  auto picture = non_local_means({levels.data(), image.rows, image.cols, image.cols}, strength);
  for (float& value : picture) value = stabiliser.inverse(value);
  return picture;
}

}  // namespace

Result<std::vector<float>> denoise(Backend& backend, const FieldFrames& field,
                                   const DenoiseOptions& options) {
  OSTRACON_TRY(check(field, options));
  const FieldShape& shape = field.shape;
  const auto pixels = frame_pixels(field.bytes, shape, options.frame);
  const ImageView<const float> image{pixels.data(), shape.rows, shape.cols, shape.cols};
  const bool on_gpu = options.filters == FilterLibrary::kOpenCvCuda;
  switch (options.method) {
    case DenoiseMethod::kGaussian:
      return on_gpu ? opencv_cuda::gaussian(image, options.sigma_px)
                    : opencv::gaussian(image, options.sigma_px);
    case DenoiseMethod::kMedian:
      return on_gpu ? opencv_cuda::median(image, shape.type, options.size_px)
                    : opencv::median(image, options.size_px);
    case DenoiseMethod::kNonLocalMeans:
      return filter_stabilised(image, find_noise(image, shape.type, field.counts),
                               options.strength);
    case DenoiseMethod::kMean:
      break;
  }
  return stabilised_mean(backend, field.bytes, shape, field.counts.offset.value_or(0),
                         find_noise(image, shape.type, field.counts));
}

}  // namespace ostracon::view
