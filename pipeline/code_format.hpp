#pragma once
// Level and mask of a QR code by soft decision.

#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "format/qr/symbol.hpp"
#include "pipeline/llr.hpp"

namespace ostracon {

/// A word of the format information, and how well both copies in the symbol agree with it.
struct CodeFormat {
  format::qr::FormatInformation information;
  /// Nats by which the word is less likely than the best one: 0 of the best.
  float behind = 0;
};

/// All words that agree with what is known and are at most `margin` nats less likely than the best,
/// the likeliest first, at a tie by level and mask.
///
///   modules  [side * side] ln(P(light) / P(dark)) of every module of the symbol, row-major
///   version  1 to 40
///
/// A word's log-likelihood is the sum of half the LLRs of its light modules less that of its dark
/// ones, over both copies.
std::vector<CodeFormat> likely_formats(std::span<const Llr> modules, int version,
                                       std::optional<format::qr::Level> level = std::nullopt,
                                       std::optional<int> mask = std::nullopt,
                                       float margin = std::numeric_limits<float>::infinity());

/// Whether the format information is likelier with rows for columns: what was taken for a mirrored
/// code is none, or the other way about. Arguments as above.
bool reads_transposed(std::span<const Llr> modules, int version,
                      std::optional<format::qr::Level> level = std::nullopt,
                      std::optional<int> mask = std::nullopt);

}  // namespace ostracon
