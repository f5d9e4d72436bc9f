#pragma once
// Whether a proposed code is one, and where exactly.

#include "host/cpu/code_patch.hpp"
#include "host/cpu/code_pyramid.hpp"
#include "host/steps/code_passes.hpp"
#include "pipeline/located_code.hpp"

namespace ostracon::cpu {

using steps::CodeEvidence;
using steps::FitStart;

CodeEvidence weigh(const CodePyramid& pyramid, const LocatedCode& code);

/// The map, whether the code is mirrored, and its score, from all its modules. False if there is no
/// such code.
bool fit_code(const CodePyramid& pyramid, CodePatch& patch, FitStart start, LocatedCode& code);

}  // namespace ostracon::cpu
