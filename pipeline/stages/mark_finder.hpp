#pragma once
// Stage 4b of 9: the finder marks on the lattice of a field, and the headers beside them.
//
//   FieldLattice --soft grid--> [ MarkFinder ] --FinderMarks--> locate_page

#include <array>
#include <cstdint>
#include <vector>

#include "core/result.hpp"
#include "core/view.hpp"
#include "format/page_header.hpp"
#include "pipeline/llr.hpp"

namespace ostracon {

struct MarkFinderConfig {
  std::int32_t rows = 0, cols = 0;  ///< px, of the mean whose lattice is looked at
};

/// A finder mark met on the lattice of a field.
struct FinderMark {
  std::int32_t corner;       ///< 0..3: upper left, upper right, lower left, lower right of its page
  std::int32_t orientation;  ///< 0..7: see orient()
  std::int32_t row, col;     ///< field module of the first module of the 32 x 32 square
  std::int32_t errors;       ///< of 1024 bits, after inversion
  bool inverted;
  /// The header copy that lies at this corner of any page, [row][col] as the page has them, as if
  /// land were bright; 0 where the field ends.
  std::array<Llr, format::kHeaderModules> header;
};

/// Marks that are reported; a field shows 4 and its neighbours'.
inline constexpr std::size_t kMostMarks = 24;

class MarkFinder {
 public:
  virtual ~MarkFinder() = default;

  /// Hard decisions of `soft` (FieldLattice) against the four marks in eight orientations and two
  /// polarities: first 8 of 32 rows with at most 37 % wrong, then all with at most 36 %. Looks near
  /// the field's corners, and everywhere only if that shows none. The kMostMarks of fewest errors
  /// come out, fewest first, those of equal ones by the cell (rules::kMarkCell) that they begin in,
  /// of which a cell has one. `soft` is in the memory of the backend that made this stage and may
  /// have any size, which may be too small for a mark. Errors: kInvalidArgument where a GPU has no
  /// memory for so many modules (less than 1.5 px each); kDevice.
  virtual Result<std::vector<FinderMark>> run(ImageView<const std::int8_t> soft) = 0;
};

}  // namespace ostracon
