#pragma once
// From sums over cells and rows to the brightness of a field.

#include <cstdint>
#include <vector>

#include "core/result.hpp"
#include "pipeline/field.hpp"

namespace ostracon::steps {

inline constexpr std::int32_t kCellPx = 16;
inline constexpr std::int32_t kGlance = 16;  ///< every so many rows tell whether a frame is blank
inline constexpr std::int32_t kSquareRows = 8;  ///< every so many rows tell the variance

/// The first row of a frame that is glanced at; in such rows every second pixel.
inline std::int32_t first_glance(const FieldShape& shape) {
  return (kGlance < shape.rows ? kGlance : shape.rows) / 2;
}
inline std::int64_t glanced_pixels(const FieldShape& shape) {
  const std::int64_t rows = (shape.rows - first_glance(shape) + kGlance - 1) / kGlance;
  return rows * ((shape.cols + 1) / 2);
}

/// Sums over the pixels of a frame that are glanced at, each less the black level.
struct GlanceSums {
  double sum = 0, square = 0;
};

/// Frames that are dark, saturated or even take no part in the shading, unless all are.
///   sums  [frame]
std::vector<bool> find_pictures(const std::vector<GlanceSums>& sums, std::int64_t pixels);

/// What was added up over a field's frames.
struct FlatSums {
  std::int32_t cell_rows = 0, cell_cols = 0;
  std::vector<float> cells;     ///< [cell_rows][cell_cols] mean over the pictures, less black
  std::int32_t pictures = 0;    ///< frames in `cells` and `square`
  double square = 0;            ///< of all the pictures' pixels less black
  std::vector<float> row_mean;  ///< [frame][row] less black
};

/// Smooths the cells into shading and turns row means into gains (pipeline/stages/flattener.hpp).
/// kBadInput if the field is blank or its sum beyond a float.
Result<FlatField> make_flat_field(const FieldShape& shape, FlatSums sums);

}  // namespace ostracon::steps
