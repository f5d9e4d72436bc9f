#pragma once
// Pairs of modules of a 3 x 3 neighbourhood. Where two of them differ there is an edge, and bright
// edges make the light depend on products of bits: a second-order Volterra term.

#include <cstddef>

#include "core/view.hpp"

namespace ostracon::rules {

inline constexpr std::size_t kPairSide = 3;
inline constexpr std::size_t kPairCells = kPairSide * kPairSide;
inline constexpr std::size_t kPairCentre = kPairCells / 2;
inline constexpr std::size_t kPairs = kPairCells * (kPairCells - 1) / 2;

/// Place of the pair of cells a < b (row-major) among all pairs, ordered by a, then b.
OSTRACON_HD constexpr std::size_t pair_index(std::size_t a, std::size_t b) {
  return a * kPairCells - a * (a + 1) / 2 + b - a - 1;
}
static_assert(pair_index(0, 1) == 0 && pair_index(1, 2) == kPairCells - 1 &&
              pair_index(kPairCells - 2, kPairCells - 1) == kPairs - 1);

}  // namespace ostracon::rules
