#pragma once
// Which module of a page carries what.

#include <cstdint>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "core/uuid.hpp"
#include "format/page_header.hpp"

namespace ostracon::format {

inline constexpr std::int32_t kFinderSide = 32;
inline constexpr std::int32_t kPilotSpacing = 32;  ///< pilots at rows, cols = 16 mod 32

/// Bit of the finder mark of corner 0..3 (UL, UR, LL, LR) at (row, col) in 0..31 counted from the
/// mark's own upper left module. Different in each corner and in none of the 8 orientations equal.
std::uint8_t finder_bit(std::int32_t corner, std::int32_t row, std::int32_t col);

/// Upper left module of the finder / of the header copy of `corner` on a page of rows x cols.
struct ModulePosition {
  std::int32_t row, col;
};
ModulePosition finder_origin(std::int32_t corner, std::int32_t rows, std::int32_t cols);
ModulePosition header_origin(std::int32_t corner, std::int32_t rows, std::int32_t cols);

enum class ModuleKind : std::uint8_t { kData, kFiller, kPilot, kBorder, kHeader, kFinder };

/// What decides where a module's bit comes from.
struct PageGeometry {
  std::int32_t rows = 1280, cols = 1280;
  std::int32_t zone_rows = 2, zone_cols = 2;
  Rate rate = Rate::kFourFifths;
  bool operator==(const PageGeometry&) const = default;
};

/// 2 x 2 zones from 512 modules a side up, else 1 x 1.
PageGeometry default_geometry(std::int32_t rows, std::int32_t cols, Rate rate);

class PageLayout {
 public:
  /// kInvalidArgument with a sentence if the sides are not 256..4096, or no codeword fits.
  static Result<PageLayout> create(const PageGeometry& geometry);
  /// As above with the step given (from a header); kBadInput if it does not give every colour
  /// enough modules.
  static Result<PageLayout> create(const PageGeometry& geometry, std::uint16_t interleaver_step,
                                   std::uint16_t codewords);

  const PageGeometry& geometry() const { return geometry_; }
  std::int32_t codewords() const { return codewords_; }
  std::uint16_t interleaver_step() const { return step_; }

  /// Module index (row * cols + col) of every bit of codeword `codeword`, codeword_bits(rate)
  /// entries in code bit order. Codewords are numbered zone by zone: codeword / (codewords() /
  /// zones) is its zone, zones in row-major order.
  std::span<const std::uint32_t> modules_of(std::int32_t codeword) const;

  ModuleKind kind(std::int32_t row, std::int32_t col) const;
  /// rows x cols, row-major.
  std::span<const ModuleKind> kinds() const { return kinds_; }

  /// Known bits of kFinder, kBorder, kPilot and kFiller modules, row-major, 0 or 1; 2 = not known
  /// without the header (kHeader, kData).
  std::span<const std::uint8_t> known_bits() const { return known_; }

 private:
  struct Builder;
  PageLayout() = default;

  PageGeometry geometry_;
  std::int32_t codewords_ = 0;
  std::uint16_t step_ = 0;
  std::vector<ModuleKind> kinds_;
  std::vector<std::uint8_t> known_;
  std::vector<std::uint32_t> modules_;
};

/// Scrambler bit of module `module` (row * cols + col) of page `page_index` of plate `plate`:
/// added modulo 2 to every code bit after coding.
std::uint64_t scrambler_seed(const Uuid& plate, std::uint32_t page_index);
// bit = pn_bit(scrambler_seed(plate, page_index), module)

/// The whole page as bits, row-major, one per byte.
///   payload   codewords() * kPayloadBytes bytes, codeword after codeword
///   modules   rows * cols entries
void encode_page(const PageLayout& layout, const PageHeader& header,
                 std::span<const std::uint8_t> payload, std::span<std::uint8_t> modules);

/// Modules of the gap between pages: bit at plate module coordinates (row, col), which may be
/// negative; aperiodic PN.
std::uint8_t gap_bit(std::int64_t row, std::int64_t col);

}  // namespace ostracon::format
