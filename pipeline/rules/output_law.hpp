#pragma once
// What an equalised module says of its bit.

#include <math.h>  // expf, logf: in device code too

#include "core/view.hpp"

namespace ostracon::rules {

/// How what the taps give spreads: normal about +gain for light and -gain for dark modules, and
/// evenly where a module shows dirt, whose density is `dirt`, that of a module's middle being 1.
struct OutputLaw {
  float gain, twice_variance, dirt;
};

/// ln(P(light) / P(dark)) of what the taps give.
OSTRACON_HD inline float nats_of(const OutputLaw& law, float output) {
  const float beyond = output - law.gain, before = output + law.gain;
  const float light = expf(-beyond * beyond / law.twice_variance) + law.dirt;
  const float dark = expf(-before * before / law.twice_variance) + law.dirt;
  return logf(light / dark);
}

}  // namespace ostracon::rules
