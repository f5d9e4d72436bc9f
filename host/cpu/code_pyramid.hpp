#pragma once
// An image and its halved sizes, as the code finder and the code sampler look at it.

#include <cstdint>
#include <vector>

#include "core/view.hpp"
#include "host/steps/code_passes.hpp"
#include "pipeline/rules/image_level.hpp"

namespace ostracon::cpu {

/// Levels as steps::LevelSize tells them.
class CodePyramid {
 public:
  explicit CodePyramid(const std::vector<steps::LevelSize>& levels);

  /// Of `image`, which must live as long as its levels are read: level 0 alone at first.
  void set(ImageView<const float> image);
  /// Forms one level more. Not while others read them.
  void form_next();

  std::int32_t levels() const { return levels_; }  ///< those that are formed
  ImageView<const float> level(std::int32_t l) const { return views_[static_cast<std::size_t>(l)]; }

 private:
  std::vector<std::vector<float>> pixels_;  // from level 1
  std::vector<ImageView<const float>> views_;
  std::int32_t levels_ = 1;
};

using rules::bilinear;
using rules::image_to_level;
using rules::level_to_image;

}  // namespace ostracon::cpu
