#pragma once
// Rules of sampling: which pixels of a frame a module is read from, and at which phase.

#include <math.h>  // floorf: in device code too

#include <cstdint>

#include "core/view.hpp"

namespace ostracon::rules {

/// Sub-pixel phases at which the pulse is tabled.
inline constexpr std::int32_t kPulsePhases = 64;

/// Taps of a tabled pulse: `width` a row, of which `used` from `first` on are not 0.
struct PulseTaps {
  std::int32_t width, used, first;
};

/// The first pixel of a module's window, the phases of its first tap along both axes, and whether
/// all pixels that are read lie inside the frame; 0 where they do not.
struct ModuleWindow {
  std::int32_t y0, x0;
  std::int32_t phase_y, phase_x;
  bool inside;
};

/// The window about (y, x) in a frame of `rows` x `cols` px: `used` rows by `width` columns.
OSTRACON_HD inline ModuleWindow module_window(float y, float x, const PulseTaps& taps,
                                              std::int32_t rows, std::int32_t cols) {
  const float half = 0.5F * static_cast<float>(taps.width);
  const float left = x - half;
  const float top = y - half;
  // Written so that a NaN or a far value fails the test before it is turned into an integer.
  if (!(left >= -1.0F) || !(top >= -1.0F - static_cast<float>(taps.first)) ||
      !(left < static_cast<float>(cols)) || !(top < static_cast<float>(rows)))
    return {};
  const auto x0 = static_cast<std::int32_t>(floorf(left)) + 1;
  const auto tap_y0 = static_cast<std::int32_t>(floorf(top)) + 1;
  const std::int32_t y0 = tap_y0 + taps.first;
  if (x0 < 0 || y0 < 0 || x0 + taps.width > cols || y0 + taps.used > rows) return {};
  const auto phases = static_cast<float>(kPulsePhases);
  const float along_y = (static_cast<float>(tap_y0) - top) * phases * 0.99999F;
  const float along_x = (static_cast<float>(x0) - left) * phases * 0.99999F;
  return {y0, x0, static_cast<std::int32_t>(along_y), static_cast<std::int32_t>(along_x), true};
}

}  // namespace ostracon::rules
