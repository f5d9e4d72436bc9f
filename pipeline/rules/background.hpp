#pragma once
// Rules of uneven light: what is left of a page's outputs, averaged over a Gaussian window.

#include <numbers>

#include "core/view.hpp"

namespace ostracon::rules {

/// Of the window, modules: less than the errors of a shading taken over 40 px.
inline constexpr double kBackgroundSigma = 4;
/// Of a window that must be usable.
inline constexpr float kLeastBackgroundShare = 0.1F;

/// Whether the windows' means are more than noise and data make.
///   found    sum of their squares over the usable modules
///   squares  of what was averaged
///   count    of usable modules; > 0
OSTRACON_HD inline bool light_is_uneven(double found, double squares, double count) {
  constexpr double kModulesInWindow = 4 * std::numbers::pi * kBackgroundSigma * kBackgroundSigma;
  // Neighbouring outputs share pixels and interference, so that a mean of many scatters like one of
  // as many fewer.
  constexpr double kCorrelated = 4;
  constexpr double kBeyondChance = 2;
  const double by_chance = squares / count * kCorrelated / kModulesInWindow;
  return found / count > kBeyondChance * by_chance;
}

}  // namespace ostracon::rules
