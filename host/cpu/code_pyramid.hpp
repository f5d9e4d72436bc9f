#pragma once
// An image and its halved sizes, as the code finder and the code sampler look at it.

#include <cstdint>
#include <vector>

#include "core/view.hpp"

namespace ostracon::cpu {

/// Level l has pixels that are means of 2^l x 2^l pixels of the image; odd last rows and columns
/// are left out. Pixel i of a level has its centre at pixel level_to_image(i) of the image.
class CodePyramid {
 public:
  CodePyramid(std::int32_t rows, std::int32_t cols, std::int32_t levels);

  /// Of `image`, which must live as long as its levels are read: level 0 alone at first.
  void set(ImageView<const float> image);
  /// Forms the first levels, as many as there are. Not while others read them.
  void form(std::int32_t levels);

  std::int32_t most_levels() const { return static_cast<std::int32_t>(views_.size()); }
  std::int32_t levels() const { return levels_; }  ///< those that are formed
  ImageView<const float> level(std::int32_t l) const { return views_[static_cast<std::size_t>(l)]; }

 private:
  std::vector<std::vector<float>> pixels_;  // from level 1
  std::vector<ImageView<const float>> views_;
  std::int32_t levels_ = 1;
};

inline float image_to_level(float at, std::int32_t level) {
  const auto scale = static_cast<float>(1 << level);
  return (at + 0.5F) / scale - 0.5F;
}
inline float level_to_image(float at, std::int32_t level) {
  const auto scale = static_cast<float>(1 << level);
  return (at + 0.5F) * scale - 0.5F;
}

/// Bilinear, the border's value beyond the border; the image has at least 2 x 2 pixels.
inline float bilinear(const ImageView<const float>& image, float y, float x) {
  const auto clamped = [](float at, std::int32_t count) {
    const float most = static_cast<float>(count) - 1.001F;
    return at > 0 ? (at < most ? at : most) : 0.0F;
  };
  const float cy = clamped(y, image.rows), cx = clamped(x, image.cols);
  const auto y0 = static_cast<std::int32_t>(cy), x0 = static_cast<std::int32_t>(cx);
  const float fy = cy - static_cast<float>(y0), fx = cx - static_cast<float>(x0);
  const float* above = &image(y0, x0);
  const float* below = above + image.row_stride;
  const float top = above[0] + fx * (above[1] - above[0]);
  return top + fy * (below[0] + fx * (below[1] - below[0]) - top);
}

}  // namespace ostracon::cpu
