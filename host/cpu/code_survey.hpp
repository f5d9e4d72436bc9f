#pragma once
// The search for codes with nothing known: every pitch and angle.

#include <vector>

#include "host/cpu/code_patch.hpp"
#include "host/cpu/code_pyramid.hpp"
#include "pipeline/stages/code_finder.hpp"

namespace ostracon::cpu {

/// How much is searched, and for what.
struct SurveyExtent {
  std::int32_t most_side;  ///< px of each level of the pyramid, about its middle
  std::size_t enough;      ///< codes after which no larger ones are looked for
};

/// Some codes that are clear, fitted, from the strongest peaks of each level, the finest first, no
/// more of which are formed than are looked at; none if there are not enough.
std::vector<LocatedCode> glance_codes(const CodeFinderConfig& config, CodePyramid& pyramid,
                                      const SurveyExtent& extent);

/// Codes of the image, fitted, none over another. Forms all levels.
std::vector<LocatedCode> survey_codes(const CodeFinderConfig& config, CodePyramid& pyramid,
                                      const SurveyExtent& extent);

/// Levels of a pyramid for the pitches of `config`; the last has 16 px a side at least.
std::int32_t levels_for(const CodeFinderConfig& config);

}  // namespace ostracon::cpu
