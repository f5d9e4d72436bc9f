#pragma once
// Where a QR code lies in an image: what the code finder hands to the sampler and to reports.

#include <array>
#include <cmath>
#include <cstdint>
#include <utility>

namespace ostracon {

/// A smooth map from the modules of a code to pixels (y, x): a quadratic in rows and columns
/// counted from the code's middle. Centres of modules and of pixels are at integers.
struct CodeMap {
  float middle = 0;  ///< (side - 1) / 2, the row and the column of the middle
  /// (y, x) of 1, row, col, row^2, row * col, col^2.
  std::array<std::array<float, 2>, 6> terms{};

  std::array<float, 2> at(float row, float col) const {
    const float v = row - middle, u = col - middle;
    std::array<float, 2> place{};
    for (std::size_t axis = 0; axis < 2; ++axis)
      place[axis] = terms[0][axis] +
                    v * (terms[1][axis] + v * terms[3][axis] + u * terms[4][axis]) +
                    u * (terms[2][axis] + u * terms[5][axis]);
    return place;
  }

  /// Rows for columns.
  void transpose() {
    std::swap(terms[1], terms[2]);
    std::swap(terms[3], terms[5]);
  }

  /// Pixels a module in the code's middle: the root of a module's area.
  float pitch_px() const {
    return std::sqrt(std::abs(terms[1][0] * terms[2][1] - terms[1][1] * terms[2][0]));
  }
};

struct LocatedCode {
  CodeMap map;               ///< of the symbol as it was made: mirrored pictures are mirrored back
  std::int32_t version = 0;  ///< 1 to 40
  bool inverted = false;     ///< dark modules are the brighter ones
  bool mirrored = false;     ///< the picture shows the symbol as a mirror does
  /// Correlation of the pixels at the centres of function modules with what they must be, 0 to 1.
  float score = 0;
};

}  // namespace ostracon
