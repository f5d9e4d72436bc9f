#pragma once
// The search of a code finder, the same on every backend.

#include <vector>

#include "core/result.hpp"
#include "host/steps/code_passes.hpp"

namespace ostracon::steps {

/// Of the image of `passes`, as CodeFinder::run gives them out. Errors: those of the passes.
Result<std::vector<LocatedCode>> search_codes(const CodeFinderConfig& config, CodePasses& passes);

}  // namespace ostracon::steps
