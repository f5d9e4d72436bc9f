#pragma once
// Reads a lattice of bits that is none of our pages: a mask ROM, a foreign plate, a test structure.
// Nothing is known but roughly where the cells lie. No truth is used.
//
//   image, RawLatticeGuess --> [ read_raw_lattice ] --> RawLatticeReading
//
// Pixel coordinates (y, x) have pixel centres at integers.

#include <array>
#include <cstdint>
#include <vector>

#include "core/result.hpp"
#include "core/view.hpp"

namespace ostracon {

/// Where the lines (rows or columns) of a lattice lie along one axis. Line i is at
///   (i / group) * group_pitch + (i % group) * pitch, or i * pitch where lines are not grouped.
struct LatticeAxis {
  std::int32_t lines = 0;           ///< blank ones included
  double pitch = 0;                 ///< px, >= 2
  std::int32_t group = 0;           ///< lines in a group; 0: not grouped
  double group_pitch = 0;           ///< px from the first line of a group to that of the next
  std::vector<std::int32_t> blank;  ///< lines that hold no cells, ascending
};

/// The lattice as a person measured it.
struct RawLatticeGuess {
  LatticeAxis rows, cols;
  std::array<double, 2> origin{};  ///< (y, x) of the centre of the cell in row 0, column 0
  double angle = 0;                ///< radians from +x towards +y, of the direction of a row
  double tolerance_px = 3;   ///< no cell's centre is farther than this from where the guess says
  bool one_is_dark = true;   ///< which of the two values is a 1
  double confidence = 0.99;  ///< a cell less likely than this to be right is of low confidence
};

enum class CellState : std::uint8_t {
  kClear,      ///< read with confidence
  kUndecided,  ///< between the two values
  kUnlike,     ///< looks like neither value
  kDamaged,    ///< within a pitch of pixels that no cell of this lattice shows: covered, dirt
};

struct RawLatticeReading {
  std::int32_t rows = 0, cols = 0;           ///< without blank lines
  std::vector<std::int32_t> row_line;        ///< [rows] the line of the guess that a row is
  std::vector<std::int32_t> col_line;        ///< [cols]
  std::vector<float> llr;                    ///< [rows][cols] ln(P(0) / P(1)); 0: nothing known
  std::vector<CellState> state;              ///< [rows][cols]
  std::vector<std::array<float, 2>> centre;  ///< [rows][cols] (y, x) px, refined

  double separation = 0;  ///< between the values' mean scores, in their standard deviations
  double shift_px = 0;    ///< rms distance of the centres from the guess
  std::array<double, 2> pitch_px{};  ///< (down, right) mean distance of neighbouring lines'
                                     ///< centres, of the same group where lines are grouped
  double angle = 0;                  ///< radians, as in the guess

  std::int64_t count(CellState wanted) const;
};

inline constexpr std::int64_t kMostRawCells = std::int64_t{1} << 22;
inline constexpr std::int64_t kLeastRawCells = 64;

/// Refines the grid, learns what a 0 and a 1 look like, and weighs every cell.
///
///   grid     a polynomial of degree 2 is laid over the guess so that the values of the cells fall
///            into two heaps as far apart as possible; it moves no cell by more than about
///            `tolerance_px`, at most half a pitch
///   damage   pixels outside the range that the same place in other cells shows
///   values   two templates by linear discriminant analysis of the cells' surroundings, started
///            from the brightness of the centres; no cell is scored by templates that it shaped
///   LLR      from the scores' distribution: two Gaussians and a floor for cells that lie outside
///            both, so that |LLR| falls between the values and far from both alike. A damaged or
///            unlike cell has at most 1 nat
///
/// Each value must be that of a tenth of the cells, and damage of at most a tenth. Brightness is
/// flattened by a surface of degree 2, so that long runs of one value do no harm. Deterministic.
/// Errors: kInvalidArgument names the value that cannot be (sizes, pitches, groups, a cell outside
/// the image); kBadInput if pixels are not finite, or the cells show no two values.
Result<RawLatticeReading> read_raw_lattice(ImageView<const float> image,
                                           const RawLatticeGuess& guess);

}  // namespace ostracon
