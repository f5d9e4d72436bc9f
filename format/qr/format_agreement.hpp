#pragma once
// Format information by soft decision: how well each of its words agrees with what is seen.

#include <array>
#include <cstddef>

#include "format/qr/symbol.hpp"

namespace ostracon::format::qr {

inline constexpr std::size_t kFormatWords = kLevels.size() * std::size_t{kMasks};

/// Words by level, in the order of kLevels, then by mask.
constexpr FormatInformation format_of(std::size_t word) {
  return {kLevels[word / kMasks], static_cast<int>(word % kMasks)};
}

/// Of every word the sum of its bits' modules in `light` (positive: light), where the word has a
/// dark one with the other sign.
std::array<float, kFormatWords> format_agreements(const std::array<float, kFormatBits>& light);

}  // namespace ostracon::format::qr
