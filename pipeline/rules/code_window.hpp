#pragma once
// How much of a pixel counts for a module of a QR code.

#include "core/view.hpp"

namespace ostracon::rules {

/// The share of a pixel `width` modules wide that lies in the unit interval about a module's
/// centre, from which the pixel's centre is `distance` modules away. 0 to 1; `width` > 0.
OSTRACON_HD inline float pixel_in_module(float distance, float width) {
  const float away = distance < 0 ? -distance : distance;
  const float share = (0.5F + 0.5F * width - away) / width;
  return share < 0 ? 0.0F : share > 1 ? 1.0F : share;
}

}  // namespace ostracon::rules
