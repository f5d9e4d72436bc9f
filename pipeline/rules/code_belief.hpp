#pragma once
// What the known modules of a code say of all of them, and what is believed of each.

#include <math.h>  // sqrt: in device code too

#include "core/view.hpp"

namespace ostracon::rules {

/// What function modules say of all.
struct CodeLevels {
  float centre = 0;       ///< half way between light and dark
  float contrast = 0;     ///< half of light less dark; negative where inverted
  float noise = 0;        ///< rms of function modules about their levels
  float correlation = 0;  ///< of function modules with what they must be; negative where inverted
};

/// Function modules' values less `origin`, of one kind.
struct CodeLevelSums {
  double count = 0, value = 0, square = 0;
};

OSTRACON_HD inline CodeLevels measure_levels(const CodeLevelSums& dark, const CodeLevelSums& light,
                                             double origin) {
  const auto at_least = [](double value, double least) { return value < least ? least : value; };
  const double low = dark.value / dark.count, high = light.value / light.count;
  const double all = dark.count + light.count;
  const double within =
      at_least(dark.square - dark.value * low + light.square - light.value * high, 0.0) / all;
  const double between = (high - low) * (high - low) * dark.count * light.count / (all * all);
  const double correlation = sqrt(between / at_least(between + within, 1e-30));
  return {static_cast<float>(origin + 0.5 * (low + high)), static_cast<float>(0.5 * (high - low)),
          static_cast<float>(sqrt(within)),
          static_cast<float>(high < low ? -correlation : correlation)};
}

/// What is believed of a module whose value says something about it through `gain`.
struct Belief {
  float centre = 0, gain = 0;
  float sign = 1;  ///< of light less dark
};

OSTRACON_HD inline Belief belief_of(const CodeLevels& levels) {
  const float square = levels.contrast * levels.contrast;
  const float noise = levels.noise * levels.noise, least = 0.01F * square;
  const float most = noise < least ? least : noise;
  return {levels.centre, most > 0 ? fabsf(levels.contrast) / most : 0.0F,
          levels.contrast < 0 ? -1.0F : 1.0F};
}

/// The bit of a module of this value, -1 to 1: x (27 + x^2) / (27 + 9 x^2), where x = gain * (value
/// - centre) within -3 to 3, which is tanh to 0.03. Of a known one (`light` is +1 or -1, otherwise
/// 0) sign times that.
OSTRACON_HD inline float believed_bit(const Belief& belief, float light, float value) {
  const float free = belief.gain * (value - belief.centre);
  const float x = free > -3 ? (free < 3 ? free : 3.0F) : -3.0F, square = x * x;
  return light == 0 ? x * (27 + square) / (9 * square + 27) : belief.sign * light;
}

}  // namespace ostracon::rules
