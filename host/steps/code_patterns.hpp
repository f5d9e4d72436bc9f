#pragma once
// What is known of a symbol before it is read: lists of modules, from format/qr/symbol.hpp.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "format/qr/symbol.hpp"

namespace ostracon::steps {

/// A module whose value the version settles.
struct KnownModule {
  std::int16_t row, col;
  float light;  ///< +1, or -1 where it is dark
};

/// Rows are read eight modules at a time, the last beyond its end.
inline constexpr std::size_t kSpareLights = 8;

/// Rows first, then columns. Made at the first call, lives for ever; any thread.
struct CodePattern {
  std::int32_t side = 0;
  std::vector<KnownModule> finders;  ///< finder patterns and their separators
  std::vector<KnownModule> others;   ///< timing, alignment, version information, the dark module
  std::vector<float> light;          ///< [side][side]: +1, -1, or 0 where the version does not say;
                                     ///< and kSpareLights more, 0
  double lights = 0, darks = 0;      ///< known modules of either kind

  std::size_t index(std::int32_t row, std::int32_t col) const {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(side) +
           static_cast<std::size_t>(col);
  }
};

const CodePattern& code_pattern(std::int32_t version);

/// Whether the symbol is seen as in a mirror: the values (positive: light) [side][side] of a
/// picture taken for an unmirrored one have format information that reads better with rows and
/// columns changed. A soft decision by correlation with all 32 words, both copies.
bool reads_mirrored(std::int32_t version, std::span<const float> values);
/// The same from sums over both copies of every bit of the format's word, the least significant
/// first: [0] as the symbol is seen, [1] with rows and columns changed.
using FormatSums = std::array<std::array<float, format::qr::kFormatBits>, 2>;
bool reads_mirrored(const FormatSums& seen);

}  // namespace ostracon::steps
