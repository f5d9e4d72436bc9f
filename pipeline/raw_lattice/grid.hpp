#pragma once
// The guess as a function from cells to pixels, and the corrections laid over it.

#include <array>
#include <cstdint>
#include <vector>

#include "pipeline/raw_lattice/raw_lattice.hpp"

namespace ostracon::raw_lattice {

/// The lines of one axis that hold cells.
struct Lines {
  std::vector<std::int32_t> line;   ///< their number in the guess
  std::vector<double> offset;       ///< px from line 0
  std::vector<double> in_group;     ///< [-1, 1]: place within the group, 0 if not grouped
  std::vector<std::int32_t> phase;  ///< place within the group, 0-based; 0 if not grouped
  std::int32_t phases = 1;
  double pitch = 0;
  double middle = 0, half = 1;  ///< px: (offset - middle) / half is in [-1, 1]

  std::int32_t count() const { return static_cast<std::int32_t>(line.size()); }
};

/// 1, v, u, v^2, u v, u^2, where v, u in [-1, 1] go down and right across the lattice.
inline constexpr std::size_t kTerms = 6;
using Terms = std::array<double, kTerms>;
Terms terms_at(double v, double u);

struct Grid {
  Lines rows, cols;
  std::array<double, 2> origin{};
  double cosine = 1, sine = 0;  ///< of the angle

  std::array<Terms, 2> warp{};          ///< (y, x) px, a factor of every term
  std::array<double, 2> in_group_px{};  ///< (rows, cols): what the last line of a group is moved by

  std::int64_t cells() const { return std::int64_t{rows.count()} * cols.count(); }
  /// Pixel (y, x) of a point `down` and `right` pitches from the centre of a cell.
  std::array<double, 2> at(std::int32_t row, std::int32_t col, double down = 0,
                           double right = 0) const;
};

/// kInvalidArgument as read_raw_lattice, but for the image.
Result<Grid> make_grid(const RawLatticeGuess& guess);

/// kInvalidArgument names a cell whose centre lies outside the image, or a pitch that is more than
/// the image.
Result<> check_inside(const Grid& grid, std::int32_t image_rows, std::int32_t image_cols);

}  // namespace ostracon::raw_lattice
