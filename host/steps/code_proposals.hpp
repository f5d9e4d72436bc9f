#pragma once
// Three finder patterns that can belong to one symbol.

#include <array>
#include <cstdint>
#include <vector>

#include "host/steps/code_marks.hpp"
#include "pipeline/located_code.hpp"

namespace ostracon::steps {

struct CodeProposal {
  std::array<std::size_t, 3> marks{};  ///< upper left, upper right, lower left
  float arm = 0;     ///< from one pattern's middle to the next, modules as the patterns show them
  LocatedCode code;  ///< affine; right of up is clockwise; score not yet known
};

/// Every triple of like polarity, pitch and angle in a right angle of equal arms, once for each
/// version that its arms can have; short arms first.
std::vector<CodeProposal> propose_codes(const std::vector<CodeMark>& marks);

/// The symbol of a version whose finder patterns have their middles at these pixels (y, x).
LocatedCode code_through(std::int32_t version, std::array<float, 2> upper_left,
                         std::array<float, 2> upper_right, std::array<float, 2> lower_left,
                         bool inverted);

/// Whether a pixel (y, x) lies within a code.
bool holds(const LocatedCode& code, std::array<float, 2> place);

/// Whether the middle of one lies within the other.
bool overlap(const LocatedCode& a, const LocatedCode& b);

}  // namespace ostracon::steps
