#pragma once
// Stage 3b of 9: which page lies on the lattice of a field, how it is turned, and what its header
// says.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "format/page_header.hpp"
#include "pipeline/field.hpp"

namespace ostracon {

/// A finder mark met on the lattice of a field.
struct MarkSeen {
  std::int32_t corner;       ///< 0..3: upper left, upper right, lower left, lower right of its page
  std::int32_t orientation;  ///< 0..7: see orient()
  std::int32_t row, col;     ///< field module of the first module of the 32 x 32 square
  std::int32_t errors;       ///< of 1024 bits, after inversion
  bool inverted;
};

struct LocatedPage {
  PagePose pose;
  format::PageHeader header;
  std::int32_t marks = 0;  ///< of this page that were seen where the header says they must be
};

/// Rows and columns of the soft grid of a field (see FieldLattice): positive = bright.
struct SoftGrid {
  std::int32_t rows = 0, cols = 0;
  const std::int8_t* values = nullptr;
  std::int8_t at(std::int32_t row, std::int32_t col) const {
    return row < 0 || col < 0 || row >= rows || col >= cols
               ? std::int8_t{0}
               : values[static_cast<std::size_t>(row) * static_cast<std::size_t>(cols) +
                        static_cast<std::size_t>(col)];
  }
};

/// Axes of a page turned by (orientation & 3) quarter turns (clockwise as seen on the field), its
/// columns reversed first if orientation & 4. Origin is left at 0.
PagePose orient(std::int32_t orientation);

/// All finder marks: hard decisions against the four marks in eight orientations and two
/// polarities; first 8 of 32 rows with at most 37 % wrong, then all with at most 36 %.
std::vector<MarkSeen> find_marks(const SoftGrid& grid);

/// The page that shows most of itself. Headers are read beside every mark that agrees in
/// orientation, alone and then together. nullopt: `reason` says what was missing.
std::optional<LocatedPage> locate_page(const SoftGrid& grid, std::string& reason);

}  // namespace ostracon
