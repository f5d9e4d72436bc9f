#pragma once
// The search for codes whose pitch and angle are known.

#include <vector>

#include "host/cpu/code_pyramid.hpp"
#include "host/steps/code_array.hpp"
#include "pipeline/located_code.hpp"

namespace ostracon::cpu {

/// Codes of the whole image that lie as `known`, some of its codes, have it in `lattice`; fitted.
std::vector<LocatedCode> search_lattice(const CodePyramid& pyramid,
                                        const steps::CodeLattice& lattice,
                                        const std::vector<LocatedCode>& known);

/// Of proposed codes those that are there, fitted.
std::vector<LocatedCode> fit_all(const CodePyramid& pyramid,
                                 const std::vector<LocatedCode>& proposed);

}  // namespace ostracon::cpu
