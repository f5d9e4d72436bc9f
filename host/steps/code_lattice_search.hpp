#pragma once
// The search for codes whose pitch and angle are known.

#include <vector>

#include "core/result.hpp"
#include "host/steps/code_array.hpp"
#include "host/steps/code_passes.hpp"

namespace ostracon::steps {

/// Codes of the whole image that lie as `known`, some of its codes, have it in `lattice`; fitted.
Result<std::vector<LocatedCode>> search_lattice(CodePasses& passes, const CodeLattice& lattice,
                                                const std::vector<LocatedCode>& known);

/// Of proposed codes those that are there, fitted.
Result<std::vector<LocatedCode>> fit_all(CodePasses& passes, std::vector<LocatedCode> proposed);

}  // namespace ostracon::steps
