#pragma once
// Reads a code from modules that were decided already: format information by the nearest of its
// words, blocks by the plain Reed-Solomon decoder. (Soft decisions: pipeline.)

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "format/qr/contents.hpp"
#include "format/qr/stream_reader.hpp"
#include "format/qr/symbol.hpp"

namespace ostracon::format::qr {

struct SymbolReading {
  int version = 0;  ///< by the side; 0: the matrix is none of a QR code
  /// How the matrix had to be turned into a symbol: transposed, light and dark exchanged.
  bool mirrored = false;
  bool inverted = false;
  FormatInformation format;
  int format_errors = 0;  ///< bits of the better copy that differ from its word
  /// Codewords that were corrected in all blocks; none: a block could not be, or no word of format
  /// information is within 3 bits, and the rest is void.
  std::optional<int> corrected;
  StreamReading stream;

  /// Whether the code was read, to its end and by all rules.
  bool proper() const { return corrected.has_value() && stream.end == StreamEnd::kProper; }
};

/// The format information nearest to the modules, and in how many bits its better copy differs.
struct NearestFormat {
  FormatInformation format;
  int errors = 0;
};
NearestFormat nearest_format(const Matrix& symbol);

/// All codewords of the symbol in transmitted order, mask removed.
std::vector<std::uint8_t> codewords_of(const Matrix& matrix, int mask);

/// `codewords`, all in transmitted order, corrected block by block -> the data codewords, and how
/// many codewords of all were corrected. None if a block is beyond its parity.
struct CorrectedData {
  std::vector<std::uint8_t> data;
  int corrected = 0;
};
std::optional<CorrectedData> correct_blocks(std::span<const std::uint8_t> codewords, int version,
                                            Level level);

/// The matrix as it is; and mirrored, if it cannot be read so. A size that does not match the
/// modules is a matrix that is no QR code.
SymbolReading read_symbol(const Matrix& matrix);

}  // namespace ostracon::format::qr
