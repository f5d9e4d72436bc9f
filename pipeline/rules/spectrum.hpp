#pragma once
// Rules of drift estimation: what one frequency contributes.

#include "core/view.hpp"

namespace ostracon::rules {

/// Weight of a cross spectrum between one frame and the sum of `others` frames:
/// S / (N (N + (1 + others) S)), with S and N the signal and noise power of one frame
/// (channel.md section 2 of the design).
OSTRACON_HD inline float drift_weight(float signal, float noise, float others) {
  return signal / (noise * (noise + (1.0F + others) * signal) + 1e-30F);
}

}  // namespace ostracon::rules
