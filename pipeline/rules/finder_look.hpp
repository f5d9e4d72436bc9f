#pragma once
// A closer look at what may be a finder pattern: its place, pitch and angle are climbed to where
// the contrast of its modules is largest.

#include <math.h>  // sqrtf: in device code too

#include <cstdint>

#include "core/view.hpp"

// One copy of what is looked with, however often: a kernel would not keep dozens in registers.
#ifdef __CUDA_ARCH__  // the host knows no such pragma
#define OSTRACON_RULE_ROLLED _Pragma("unroll 1")
#else
#define OSTRACON_RULE_ROLLED
#endif

namespace ostracon::rules {

// The pattern: 9 x 9 modules, a light ring about it counted, 33 of them dark.
inline constexpr std::int32_t kPatternSide = 9;
inline constexpr std::int32_t kPatternModules = kPatternSide * kPatternSide;

// Correlations. In noise the first climb may end at a lesser maximum, 13 degrees or a third of the
// pitch off: what is neither poor nor good is climbed to from other starts too.
inline constexpr float kHopelessLook = 0.35F, kDoubtfulLook = 0.45F, kSureLook = 0.8F;

/// The pattern as it is looked at: its middle and pitch in pixels, its angle in radians.
struct Look {
  float y, x, pitch, angle;
};

/// Light less dark, and the correlation of modules with what they must be: both negative where the
/// pattern is inverted.
struct Seen {
  float contrast, correlation;
};

/// From sums over the pattern's modules of value - origin: of the values, of them times +1 where
/// light and -1 where dark, of their squares.
OSTRACON_HD inline Seen seen_of(float value, float signed_value, float square) {
  constexpr float kDark = 33, kLight = 48, kAll = kPatternModules;
  constexpr float kSpread = 0.491F;  // rms of a pattern of 33 and 48 modules of contrast 1
  const float mean = value / kAll;
  const float variance = square / kAll - mean * mean;
  const float light = 0.5F * (value + signed_value);
  const float dark = 0.5F * (value - signed_value);
  const float contrast = light / kLight - dark / kDark;
  return {contrast, contrast * kSpread / sqrtf(variance < 1e-30F ? 1e-30F : variance)};
}

/// The look with coordinate 0 to 3 (y, x, pitch, angle) moved.
OSTRACON_HD inline Look moved(const Look& look, std::int32_t coordinate, float by) {
  return {coordinate == 0 ? look.y + by : look.y, coordinate == 1 ? look.x + by : look.x,
          coordinate == 2 ? look.pitch + by : look.pitch,
          coordinate == 3 ? look.angle + by : look.angle};
}

/// Up the parabola through three values `step` apart.
OSTRACON_HD inline float parabola_step(float before, float here, float after, float step) {
  const float bend = 2 * here - before - after;
  const float by = 0.5F * step * (after - before) / bend;
  if (!(bend > 0)) return after > before ? step : -step;
  return by < -step ? -step : by > step ? step : by;
}

/// One step of every coordinate. `see(look)` tells what is Seen there; `share` of the usual steps.
template <class See>
OSTRACON_HD Look climbed(const See& see, Look look, float share, float sign) {
  OSTRACON_RULE_ROLLED
  for (std::int32_t coordinate = 0; coordinate < 4; ++coordinate) {
    const float scale = coordinate < 2 ? 0.35F : coordinate == 2 ? 0.06F : 0.1F;
    const float step = scale * share * (coordinate < 3 ? look.pitch : 1.0F);
    float before = 0, here = 0, after = 0;
    OSTRACON_RULE_ROLLED
    for (std::int32_t k = -1; k <= 1; ++k) {
      const float value =
          sign * see(moved(look, coordinate, static_cast<float>(k) * step)).contrast;
      before = k < 0 ? value : before;
      here = k == 0 ? value : here;
      after = k > 0 ? value : after;
    }
    look = moved(look, coordinate, parabola_step(before, here, after, step));
  }
  return look;
}

/// All coordinates to a maximum nearby, and what is seen there.
template <class See>
OSTRACON_HD Seen climb_from(const See& see, Look& look, float sign) {
  Seen seen{};
  OSTRACON_RULE_ROLLED
  for (std::int32_t round = 0; round < 4; ++round) {
    look = climbed(see, look, round == 0 ? 1.0F : 0.7F, sign);
    if (round == 1 || round == 2) continue;
    seen = see(look);
    // Most peaks are none: what is clear by now is not looked at any closer.
    if (!(sign * seen.correlation > kHopelessLook)) break;
  }
  return seen;
}

// Where climbs may begin: eight angles of each of five pitches about the peak's.
inline constexpr std::int32_t kLookAngles = 8, kLookPitches = 5, kPeakPitch = 2;

OSTRACON_HD inline Look look_from(const Look& at_peak, std::int32_t start) {
  const std::int32_t pitch = start / kLookAngles, angle = start % kLookAngles;
  constexpr float kRight = 1.57079637F;
  const float of_peak = pitch == 0   ? 0.83F
                        : pitch == 1 ? 0.91F
                        : pitch == 2 ? 1.0F
                        : pitch == 3 ? 1.1F
                                     : 1.2F;
  return {at_peak.y, at_peak.x, at_peak.pitch * of_peak,
          kRight * static_cast<float>(angle) / static_cast<float>(kLookAngles)};
}

/// The three best of some starts, by correlation; of equals the first.
struct BestStarts {
  std::int32_t first = kLookAngles * kPeakPitch, second = first, third = first;
  float most = -2, more = -2, least = -2;

  OSTRACON_HD void add(std::int32_t start, float correlation) {
    if (correlation > most) {
      third = second, least = more;
      second = first, more = most;
      first = start, most = correlation;
    } else if (correlation > more) {
      third = second, least = more;
      second = start, more = correlation;
    } else if (correlation > least) {
      third = start, least = correlation;
    }
  }
};

/// A pattern where it was seen best.
struct Looked {
  Look look;
  Seen seen;
};

/// From the best angle, and from the three best of all starts where that left it doubtful. `sign`
/// is -1 for patterns that are inverted.
template <class See>
OSTRACON_HD Looked look_about(const See& see, const Look& at_peak, float sign) {
  Looked best{};
  bool doubtful = true;
  OSTRACON_RULE_ROLLED
  for (std::int32_t attempt = 0; attempt < 2 && doubtful; ++attempt) {
    const std::int32_t begin = attempt == 0 ? kLookAngles * kPeakPitch : 0;
    const std::int32_t end = attempt == 0 ? begin + kLookAngles : kLookAngles * kLookPitches;
    BestStarts starts;
    OSTRACON_RULE_ROLLED
    for (std::int32_t start = begin; start < end; ++start)
      starts.add(start, sign * see(look_from(at_peak, start)).correlation);
    OSTRACON_RULE_ROLLED
    for (std::int32_t k = 0; k < (attempt == 0 ? 1 : 3) && doubtful; ++k) {
      const std::int32_t start = k == 0 ? starts.first : k == 1 ? starts.second : starts.third;
      Look look = look_from(at_peak, start);
      const Seen there = climb_from(see, look, sign);
      if (attempt > 0 && sign * there.correlation <= sign * best.seen.correlation) continue;
      best = {look, there};
      const float correlation = sign * there.correlation;
      doubtful = correlation > kDoubtfulLook && correlation < kSureLook;
    }
  }
  return best;
}

}  // namespace ostracon::rules
