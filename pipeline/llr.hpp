#pragma once

#include <cstdint>

namespace ostracon {

/// Quantised log-likelihood ratio ln(P(0)/P(1)): positive = land, before descrambling (the inner
/// decoder's input is after descrambling). In [-127, 127]; 0 = erased.
using Llr = std::int8_t;

inline constexpr float kNatsPerLlrStep = 0.375f;  // 3/8 nat a step: docs/format.md

}  // namespace ostracon
