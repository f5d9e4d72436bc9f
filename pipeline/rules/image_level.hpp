#pragma once
// An image of halved size, as finders of codes look at it: places in it, and pixels between pixels.

#include <cstdint>

#include "core/view.hpp"

namespace ostracon::rules {

/// Pixel i of level l, whose pixels are means of 2^l x 2^l pixels of the image, has its centre at
/// pixel level_to_image(i, l) of the image.
OSTRACON_HD inline float image_to_level(float at, std::int32_t level) {
  const auto scale = static_cast<float>(1 << level);
  return (at + 0.5F) / scale - 0.5F;
}
OSTRACON_HD inline float level_to_image(float at, std::int32_t level) {
  const auto scale = static_cast<float>(1 << level);
  return (at + 0.5F) * scale - 0.5F;
}

/// Bilinear, the border's value beyond the border; the image has at least 2 x 2 pixels.
OSTRACON_HD inline float bilinear(const ImageView<const float>& image, float y, float x) {
  const auto clamped = [](float at, std::int32_t count) {
    const float most = static_cast<float>(count) - 1.001F;
    return at > 0 ? (at < most ? at : most) : 0.0F;
  };
  // Of a large image that limit is rounded to the last pixel, which has none behind it.
  const auto before = [](float at, std::int32_t count) {
    const auto pixel = static_cast<std::int32_t>(at);
    return pixel < count - 2 ? pixel : count - 2;
  };
  const float cy = clamped(y, image.rows), cx = clamped(x, image.cols);
  const std::int32_t y0 = before(cy, image.rows), x0 = before(cx, image.cols);
  const float fy = cy - static_cast<float>(y0), fx = cx - static_cast<float>(x0);
  const float* above = &image(y0, x0);
  const float* below = above + image.row_stride;
  const float top = above[0] + fx * (above[1] - above[0]);
  return top + fy * (below[0] + fx * (below[1] - below[0]) - top);
}

}  // namespace ostracon::rules
