#pragma once
// What a finder pattern looks like to a correlation: pixels that are light and pixels that are
// dark.

#include <array>
#include <cstdint>
#include <vector>

namespace ostracon::steps {

/// Sides of the square of pixels whose mean every place of a template looks at.
inline constexpr std::int32_t kTemplateBox = 2;

struct PixelOffset {
  std::int32_t y, x;
};

/// Places about a pixel. The contrast there is the mean over `light` less that over `dark`.
struct FinderTemplate {
  std::vector<PixelOffset> light, dark;
  std::int32_t reach = 0;  ///< the farthest, along either axis, px
};

/// A module of the finder pattern and its light surroundings, from its middle.
struct FinderModule {
  std::int32_t row, col;  ///< -4 to 4
  bool dark;
};

/// The 9 x 9 modules: 3 x 3 dark, a light ring, a dark one, a light one.
const std::array<FinderModule, 81>& finder_modules();

/// Rings that lie within one ring of the pattern at nearly every angle.
FinderTemplate ring_template(float pitch_px);

/// The modules' centres; axes are (y, x) px a module.
FinderTemplate square_template(std::array<float, 2> down, std::array<float, 2> right);

}  // namespace ostracon::steps
