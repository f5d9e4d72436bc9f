// The rules for choosing a mask: long runs, 2 x 2 blocks, what looks like a finder, and a share of
// dark modules far from a half, each with the points of table 11.

#include <algorithm>
#include <cstdlib>

#include "format/qr/encoder.hpp"

namespace ostracon::format::qr {
namespace {

constexpr int kRunPoints = 3;  // of 5 modules; one more for every further module
constexpr int kBlockPoints = 3;
constexpr int kFinderPoints = 40;
constexpr int kSharePoints = 10;  // for every whole 5 % away from a half

/// Rules 1 and 3 along one row or column; `at(i)` is its module i.
template <class At>
int line_penalty(int side, const At& at) {
  int points = 0;
  int run = 0;
  // The last 11 modules, the latest in the lowest bit: 1:1:3:1:1 with four light modules before or
  // behind it.
  constexpr unsigned kWindow = 0x7FF;
  constexpr unsigned kLightBefore = 0b00001011101;
  constexpr unsigned kLightBehind = 0b10111010000;
  unsigned window = 0;
  for (int i = 0; i < side; ++i) {
    run = i > 0 && at(i) == at(i - 1) ? run + 1 : 1;
    if (run >= 5) points += run == 5 ? kRunPoints : 1;
    window = (window << 1U | (at(i) ? 1U : 0U)) & kWindow;
    if (i >= 10 && (window == kLightBefore || window == kLightBehind)) points += kFinderPoints;
  }
  return points;
}

}  // namespace

int mask_penalty(const Matrix& matrix) {
  const int side = matrix.side;
  const auto dark = [&](int row, int column) {
    return matrix.modules[static_cast<unsigned>(row * side + column)] != 0;
  };
  int points = 0;
  for (int i = 0; i < side; ++i) {
    points += line_penalty(side, [&](int column) { return dark(i, column); });
    points += line_penalty(side, [&](int row) { return dark(row, i); });
  }
  for (int row = 1; row < side; ++row) {
    for (int column = 1; column < side; ++column) {
      const bool here = dark(row, column);
      const bool block = here == dark(row - 1, column) && here == dark(row, column - 1) &&
                         here == dark(row - 1, column - 1);
      points += block ? kBlockPoints : 0;
    }
  }
  const auto share = std::count_if(matrix.modules.begin(), matrix.modules.end(),
                                   [](std::uint8_t module) { return module != 0; });
  const int twentieths = std::abs(20 * static_cast<int>(share) - 10 * side * side) / (side * side);
  return points + kSharePoints * twentieths;
}

}  // namespace ostracon::format::qr
