#pragma once
// What the code samplers of all backends decide between the means of modules and their LLRs.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "host/steps/code_dirt.hpp"
#include "host/steps/code_response.hpp"
#include "pipeline/located_code.hpp"
#include "pipeline/rules/code_window.hpp"

namespace ostracon::steps {

rules::CodeTerms terms_of(const CodeMap& map);

/// Where a code's modules lie among those of all codes.
struct CodePlace {
  std::int32_t version, side;
  std::int32_t wide;    ///< side + 2 margin
  std::size_t modules;  ///< index of its first module
  std::size_t sampled;  ///< and of its first mean: [wide * wide]
  std::size_t end_modules() const { return modules + cell(side, 0, side); }
  std::size_t end_sampled() const { return sampled + cell(wide, 0, wide); }
};
/// Code after code. All versions exist.
std::vector<CodePlace> code_places(std::span<const LocatedCode> codes);

/// Of every code's means.
std::vector<CodeSums> sums_of(std::span<const CodePlace> places, std::span<const float> means);

struct CodeEqualisation {
  CodeEqualiser equaliser;
  DoubtfulModules doubtful;
};

/// Learns the response from all codes, finds dirt, whose means become no numbers, and learns again.
/// `sums` are those of the means; they are spoilt.
std::vector<CodeEqualisation> equalisation_of(std::span<const CodePlace> places,
                                              std::span<float> means, std::span<CodeSums> sums);

}  // namespace ostracon::steps
