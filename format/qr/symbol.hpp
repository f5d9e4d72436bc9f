#pragma once
// The symbol of a QR code (ISO/IEC 18004:2015, model 2): what lies where, for versions 1 to 40.
// Module index = row * side + column, (0, 0) at the corner between the three finders' arms (upper
// left) of the symbol as it was made; 1 = dark. A quiet zone of 4 light modules around is no part.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace ostracon::format::qr {

inline constexpr int kMinVersion = 1;
inline constexpr int kMaxVersion = 40;
inline constexpr int kMasks = 8;
inline constexpr int kFormatBits = 15;
inline constexpr int kVersionBits = 18;
inline constexpr int kFirstVersionWithInformation = 7;

/// By strength: some 7, 15, 25 and 30 % of a symbol's codewords can be wrong.
enum class Level : std::uint8_t { kL, kM, kQ, kH };
inline constexpr std::array<Level, 4> kLevels = {Level::kL, Level::kM, Level::kQ, Level::kH};

constexpr char letter_of(Level level) { return "LMQH"[static_cast<std::size_t>(level)]; }

/// Modules of one side.
constexpr int side_of(int version) { return 17 + 4 * version; }

/// The version with so long a side; 0 if there is none.
constexpr int version_of_side(int side) {
  return side >= side_of(kMinVersion) && side <= side_of(kMaxVersion) && side % 4 == 1
             ? (side - 17) / 4
             : 0;
}

struct Matrix {
  int side = 0;
  std::vector<std::uint8_t> modules;  ///< side * side, row-major, 1 = dark

  bool operator==(const Matrix&) const = default;
};

// --- Modules ------------------------------------------------------------------------------------

enum class Role : std::uint8_t {
  kData,  ///< codeword bits and remainder bits: the only ones that are masked
  kFinder,
  kSeparator,
  kTiming,
  kAlignment,
  kFormat,
  kVersion,
  kDarkModule,  ///< the one beside the lower left finder, always dark
};

/// Rows (and columns) of the centres of alignment patterns, ascending; a pattern stands at every
/// pair of them but the three that fall on finders. Empty for version 1.
std::vector<int> alignment_centres(int version);

struct Symbol {
  int version = 0;
  int side = 0;
  std::vector<Role> role;           ///< [side * side]
  std::vector<std::uint8_t> value;  ///< [side * side], 1 = dark; 0 where role is kData or kFormat
  /// Module of every codeword bit in transmitted order, most significant bit of a codeword first;
  /// then those of the 0 to 7 remainder bits, which are 0 before masking.
  std::vector<std::uint16_t> data_modules;
  /// [data_modules.size()] bit m: mask m inverts that module (mask_inverts below, as a table).
  std::vector<std::uint8_t> masks;
};

/// The symbol of a version from 1 to 40. Made at the first call, lives for ever; any thread.
const Symbol& symbol_of(int version);

/// Whether `mask` (0 to 7) inverts the data module (row, column).
constexpr bool mask_inverts(int mask, int row, int column) {
  const int product = row * column;
  switch (mask) {
    case 0:
      return (row + column) % 2 == 0;
    case 1:
      return row % 2 == 0;
    case 2:
      return column % 3 == 0;
    case 3:
      return (row + column) % 3 == 0;
    case 4:
      return (row / 2 + column / 3) % 2 == 0;
    case 5:
      return product % 2 + product % 3 == 0;
    case 6:
      return (product % 2 + product % 3) % 2 == 0;
    default:
      return ((row + column) % 2 + product % 3) % 2 == 0;
  }
}

// --- Codewords ----------------------------------------------------------------------------------

/// Reed-Solomon blocks of one version and level (table 9). The short ones come first; long ones
/// have one data codeword more. All have the same number of parity codewords.
struct BlockLayout {
  int short_blocks = 0;
  int long_blocks = 0;
  int short_data = 0;  ///< data codewords of a short block
  int parity = 0;      ///< parity codewords of any block

  constexpr int blocks() const { return short_blocks + long_blocks; }
  constexpr int data_of(int block) const { return short_data + (block < short_blocks ? 0 : 1); }
  constexpr int data_codewords() const { return blocks() * short_data + long_blocks; }
  constexpr int codewords() const { return data_codewords() + blocks() * parity; }
};

BlockLayout block_layout(int version, Level level);

/// Codewords of a symbol, data and parity.
int codeword_count(int version);

/// 0, 3, 4 or 7.
int remainder_bits(int version);

/// Where codewords are transmitted: blocks one after the other, each its data and then its parity
/// -> index in transmitted order (so bit b of codeword i lies at data_modules[8 * order[i] + b]).
std::vector<std::uint16_t> transmission_order(int version, Level level);

// --- Format and version information -------------------------------------------------------------

struct FormatInformation {
  Level level = Level::kL;
  int mask = 0;

  bool operator==(const FormatInformation&) const = default;
};

/// The 15 bits as they stand in the symbol: BCH(15,5) of level and mask, xor 101010000010010.
/// Any two of the 32 words differ in at least 7 bits.
std::uint16_t format_word(FormatInformation information);

/// The 18 bits, BCH(18,6), of a version from 7 to 40. Any two differ in at least 8 bits.
std::uint32_t version_word(int version);

/// Modules of bit i of the format word, i = 0 the least significant: [copy][i]. Copy 0 is the one
/// around the upper left finder.
std::array<std::array<std::uint16_t, kFormatBits>, 2> format_modules(int version);

/// Modules of bit i of the version word, i = 0 the least significant: [copy][i]. Copy 0 is the one
/// beside the upper right finder. Of versions from 7 on.
std::array<std::array<std::uint16_t, kVersionBits>, 2> version_modules(int version);

}  // namespace ostracon::format::qr
