#pragma once

#include <vector>

#include "pipeline/raw_lattice/flat_image.hpp"
#include "pipeline/raw_lattice/grid.hpp"

namespace ostracon::raw_lattice {

/// How much of every cell is covered by what no cell of the lattice shows.
struct Damage {
  std::vector<bool> near;    ///< [cells] some of it within a pitch of the centre (a square)
  std::vector<float> share;  ///< [cells] of the cell's own square of one pitch, 0..1
};

/// Compares 12 x 12 points in the square of two pitches about every cell with the same points of
/// all cells of the same place in their groups: damaged is what lies beyond the 5th to 95th
/// percentile by more than 1.05 of their distance (5 standard deviations if they are normal). The
/// percentiles are medians of those of up to 15 bands of the lattice, since damage is in few bands
/// and both values are in all.
/// Points beyond the outermost lines are not looked at, single points are put down to noise.
/// `image` is blurred by an eighth of a pitch.
Damage find_damage(const Image& image, const Grid& grid);

}  // namespace ostracon::raw_lattice
