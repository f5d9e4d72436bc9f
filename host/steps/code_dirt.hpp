#pragma once
// Dirt over QR codes, bright or dark: told from modules by what the known ones must be, by levels
// that no module has, and by its extent. Shared by the backends; the means of one code in and out.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "host/steps/code_response.hpp"

namespace ostracon::steps {

/// What most codes of an image show: medians. Dirt bends the fit of a code, and in its known
/// modules looks like noise, but most codes have little of it.
struct CommonFit {
  CodeEqualiser code;  ///< its signal's level, contrast and centre; no slope, no taps
  float noise = 0;     ///< in contrasts
};
/// A contrast of 0 where no code shows.
CommonFit common_fit(std::span<const CodeEqualiser> codes);

/// A fit that dirt in known modules has not bent: those that are farther from what the others
/// explain than their median distance allows are left out, and taken in again where they fit. It
/// sets out from the code's own fit and from the common one; the closer of the two is taken. The
/// code as it was if its noise is that of others, or too few modules are left. `means` as in
/// sums_of.
CodeEqualiser fit_beside_dirt(const CodeEqualiser& code, const CommonFit& common,
                              const TapDesign& design, std::span<const float> means,
                              const KnownModules& known);

/// Modules at the border of dirt that look like it, [row * side + column], some of them twice: one
/// in eight is wrong.
using DoubtfulModules = std::vector<std::size_t>;

/// Makes means that show dirt no numbers: those that no module has, no two or four modules
/// together, and what continues these. True if there are any; `doubtful` has their borders. The
/// code's contrast is not 0.
bool erase_dirt(const CodeEqualiser& code, const CommonFit& common, std::int32_t side,
                std::span<float> means, DoubtfulModules& doubtful);

/// The most that is said of a doubtful module, in steps of LLRs: 1.9 nats.
inline constexpr std::int32_t kDoubtfulLlr = 5;

/// Makes LLRs no surer than those modules are.
void lower_doubtful(const DoubtfulModules& doubtful, std::span<Llr> modules);

}  // namespace ostracon::steps
