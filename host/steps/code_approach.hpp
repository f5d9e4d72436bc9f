#pragma once
// The fit of one code, look by look: what is to be done next, decided from what was seen.

#include <cstdint>

#include "host/steps/code_fit.hpp"
#include "host/steps/code_passes.hpp"
#include "host/steps/code_patch_scale.hpp"
#include "pipeline/located_code.hpp"

namespace ostracon::steps {

/// A code is looked at in coarse pixels, moved, and looked at again until it stays where it is; one
/// that was known roughly then once in fine pixels. A known one that is not where it was expected
/// is first searched for about.
class CodeApproach {
 public:
  CodeApproach(const LocatedCode& code, FitStart start, std::int32_t levels);

  enum class Next : std::uint8_t {
    kTake,     ///< see whether the map lies within the image, at another scale
    kLook,     ///< at all modules
    kShift,    ///< move the map by whole pixels, at most kMostShift modules
    kStep,     ///< move it by what the last look says
    kFitted,   ///< map and score are final
    kNothing,  ///< there is no such code
  };
  Next next() const { return next_; }

  /// Answers to the above, each to its own question. `moved` as CodeFit::move tells it.
  void taken(bool within);
  void looked(const CodeLevels& levels);
  void shifted();
  void stepped(float moved);

  CodeMap& map() { return code_.map; }
  const CodeMap& map() const { return code_.map; }
  std::int32_t version() const { return code_.version; }
  const PatchScale& scale() const { return scale_; }
  float sign() const { return code_.inverted ? -1.0F : 1.0F; }  ///< of light less dark
  /// Px of the level in one of the image.
  float pixel() const { return 1.0F / static_cast<float>(1 << scale_.level); }
  /// Of kFitted, as the symbol was made.
  LocatedCode fitted(bool mirrored) const;

 private:
  LocatedCode code_;
  std::int32_t levels_;
  float pitch_;     // at first
  float expected_;  // correlation below which a code is searched for about; -1: never
  PatchScale scale_;
  Next next_ = Next::kTake;
  std::int32_t steps_ = 0;
  bool fine_, shifted_ = false;
  float correlation_ = 0;  // of the last look
};

inline constexpr float kMostShift = 3;  ///< modules

/// The most that a code is shifted along each axis, px of a level in which a module has `pitch`.
std::int32_t most_shift(float pitch);

}  // namespace ostracon::steps
