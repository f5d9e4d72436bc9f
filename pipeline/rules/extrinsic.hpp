#pragma once
// Rule of the turns between decoder and canceller.

#include <cmath>

#include "core/view.hpp"
#include "pipeline/llr.hpp"

namespace ostracon::rules {

/// Of what the decoder adds, this share is believed: its messages run in loops.
inline constexpr float kExtrinsicShare = 0.5F;

/// What the decoder adds to a bit that went in as `llr` and came out as `belief`, damped; halves to
/// even.
OSTRACON_HD inline Llr extrinsic_steps(Llr belief, Llr llr) {
  const int added = static_cast<int>(belief) - static_cast<int>(llr);
  const float steps = rintf(kExtrinsicShare * static_cast<float>(added));
  const float low = steps < -127.0F ? -127.0F : steps;
  return static_cast<Llr>(low > 127.0F ? 127.0F : low);
}

/// A soft bit with the scrambler's bit taken off, or put on.
OSTRACON_HD inline Llr scrambled(Llr llr, unsigned bit) {
  return bit != 0 ? static_cast<Llr>(-llr) : llr;
}

}  // namespace ostracon::rules
