#pragma once
// The search for codes with nothing known: every pitch and angle.

#include <vector>

#include "core/result.hpp"
#include "host/steps/code_passes.hpp"

namespace ostracon::steps {

/// How much is searched, and for what.
struct SurveyExtent {
  std::int32_t most_side;  ///< px of each level, about its middle
  std::size_t enough;      ///< codes after which no larger ones are looked for
};

/// Some codes that are clear, fitted, from the strongest peaks of each level, the finest first, no
/// more of which are formed than are looked at; none if there are not enough.
Result<std::vector<LocatedCode>> glance_codes(const CodeFinderConfig& config, CodePasses& passes,
                                              const SurveyExtent& extent);

/// Codes of the image, fitted, none over another. Forms all levels.
Result<std::vector<LocatedCode>> survey_codes(const CodeFinderConfig& config, CodePasses& passes,
                                              const SurveyExtent& extent);

}  // namespace ostracon::steps
