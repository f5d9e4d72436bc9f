#pragma once
// Whether a proposed code is one, and where exactly.

#include "host/cpu/code_patch.hpp"
#include "host/cpu/code_pyramid.hpp"
#include "pipeline/located_code.hpp"

namespace ostracon::cpu {

/// Correlations of pixels at the centres of known modules with what they must be.
struct CodeEvidence {
  float finders = 0;   ///< of finder patterns and separators
  float others = 0;    ///< of timing and alignment patterns and version information
  float contrast = 0;  ///< light less dark, of the former
  /// What proposals are ranked by.
  float rank() const { return finders + others; }
};

CodeEvidence weigh(const CodePyramid& pyramid, const LocatedCode& code);

/// How well a code is known before it is fitted.
enum class FitStart : std::uint8_t {
  kRough,  ///< to some tenths of a module, from finder patterns alone
  /// Pitch and angle from other codes, its place to three modules; its score is what they
  /// have, 0 if it is not known.
  kKnown,
};

/// The map, whether the code is mirrored, and its score, from all its modules. False if there is no
/// such code.
bool fit_code(const CodePyramid& pyramid, CodePatch& patch, FitStart start, LocatedCode& code);

}  // namespace ostracon::cpu
