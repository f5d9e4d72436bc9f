#pragma once
// The search for codes with nothing known: every pitch and angle.

#include <vector>

#include "host/cpu/code_patch.hpp"
#include "host/cpu/code_pyramid.hpp"
#include "pipeline/stages/code_finder.hpp"

namespace ostracon::cpu {

/// All codes of the image, fitted, none over another.
std::vector<LocatedCode> survey_codes(const CodeFinderConfig& config, const CodePyramid& pyramid);

/// Levels of a pyramid for the pitches of `config`; the last has 16 px a side at least.
std::int32_t levels_for(const CodeFinderConfig& config);

}  // namespace ostracon::cpu
