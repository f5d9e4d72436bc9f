#include "host/steps/code_patch_scale.hpp"

#include <algorithm>
#include <cmath>

#include "pipeline/rules/image_level.hpp"

namespace ostracon::steps {
namespace {

constexpr float kMargin = 4;  // modules about the code

PatchScale scale_for(float pitch_px, std::int32_t levels, float most) {
  std::int32_t level = 0;
  while (level + 1 < levels && pitch_px > most) {
    pitch_px *= 0.5F;
    ++level;
  }
  // The spline's weights spread as far as those of a box of 2.2 pixels.
  return {level, std::clamp(static_cast<std::int32_t>(std::lround(pitch_px)) - 1, 1, 16)};
}

}  // namespace

PatchScale fine_scale(float pitch_px, std::int32_t levels) {
  return scale_for(pitch_px, levels, 5.5F);
}
PatchScale coarse_scale(float pitch_px, std::int32_t levels) {
  return scale_for(pitch_px, levels, 3.8F);
}

bool extent_of(const CodeMap& map, std::int32_t side, const PatchScale& scale,
               const LevelSize& level, PatchExtent& extent) {
  std::array<float, 2> low = map.at(map.middle, map.middle), high = low;
  const float last = static_cast<float>(side - 1) + kMargin;
  for (const float row : {-kMargin, map.middle, last})
    for (const float col : {-kMargin, map.middle, last}) {
      const std::array<float, 2> place = map.at(row, col);
      for (std::size_t axis = 0; axis < 2; ++axis) {
        low[axis] = std::min(low[axis], place[axis]);
        high[axis] = std::max(high[axis], place[axis]);
      }
    }
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const auto pixels = static_cast<float>(axis == 0 ? level.rows : level.cols);
    const float first = rules::image_to_level(low[axis], scale.level);
    const float end = rules::image_to_level(high[axis], scale.level);
    // Half of a code beyond the image, at most.
    if (!(first > -pixels) || !(end < 2 * pixels) || !(first < pixels) || !(end > 0)) return false;
    extent.first[axis] = static_cast<std::int32_t>(std::floor(first)) - scale.box / 2 - 2;
    extent.count[axis] = static_cast<std::int32_t>(std::ceil(end - first)) + scale.box + 4;
  }
  return true;
}

}  // namespace ostracon::steps
