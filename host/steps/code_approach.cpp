#include "host/steps/code_approach.hpp"

#include <algorithm>

namespace ostracon::steps {
namespace {

constexpr float kLeastScore = 0.5F;
// Correlation of known modules where a code is expected, of what those beside it have: less is
// looked for about. Half a module off, a step may go the wrong way.
constexpr float kOfExpected = 0.9F;
constexpr float kLeastStart = 0.3F;  // less is no code
constexpr std::int32_t kMostSteps = 5;
// Px of the coarse level, of a step: a second one would move the map less than noise does.
constexpr float kSettled = 0.2F;
constexpr std::int32_t kShiftPlaces = 16;  // along an axis, more than are tried

}  // namespace

CodeApproach::CodeApproach(const LocatedCode& code, FitStart start, std::int32_t levels)
    : code_(code),
      levels_(levels),
      pitch_(code.map.pitch_px()),
      expected_(start == FitStart::kRough ? -1.0F
                : code.score > 0          ? kOfExpected * code.score
                                          : 1.0F),
      scale_(coarse_scale(pitch_, levels)),
      fine_(start == FitStart::kRough) {}

void CodeApproach::taken(bool within) { next_ = within ? Next::kLook : Next::kNothing; }

void CodeApproach::looked(const CodeLevels& levels) {
  correlation_ = sign() * levels.correlation;
  next_ = Next::kStep;
  if (steps_ > 0 || expected_ < 0) return;
  if (shifted_)
    next_ = correlation_ > kLeastStart ? Next::kStep : Next::kNothing;
  else if (!(correlation_ > expected_))
    next_ = Next::kShift;
}

void CodeApproach::shifted() {
  shifted_ = true;
  next_ = Next::kLook;
}

void CodeApproach::stepped(float moved) {
  ++steps_;
  if (moved < 0) {
    next_ = Next::kNothing;
  } else if (steps_ < kMostSteps && moved >= kSettled) {
    next_ = Next::kLook;
  } else if (fine_) {
    fine_ = false;
    steps_ = kMostSteps;  // one more, the last
    scale_ = fine_scale(pitch_, levels_);
    next_ = Next::kTake;
  } else {
    next_ = correlation_ > kLeastScore ? Next::kFitted : Next::kNothing;
  }
}

LocatedCode CodeApproach::fitted(bool mirrored) const {
  LocatedCode code = code_;
  code.score = correlation_;
  code.mirrored = mirrored;
  if (mirrored) code.map.transpose();
  return code;
}

std::int32_t most_shift(float pitch) {
  return static_cast<std::int32_t>(
      std::min(kMostShift * pitch, 0.5F * static_cast<float>(kShiftPlaces) - 1));
}

}  // namespace ostracon::steps
