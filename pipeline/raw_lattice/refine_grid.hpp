#pragma once

#include "pipeline/raw_lattice/block_contrast.hpp"
#include "pipeline/raw_lattice/grid.hpp"

namespace ostracon::raw_lattice {

/// Lays corrections over `grid` (its warp and in_group_px) so that the sum of the blocks' gains
/// (BlockContrast) is largest: first a search of all offsets, pitches and angles within
/// `tolerance_px`, then all terms by steps of at least 1/64 pitch. `image` is blurred by about the
/// size of a value's mark. Cells move by at most about the tolerance, and at most half a pitch.
void refine_grid(const Image& image, double tolerance_px, Grid& grid);

}  // namespace ostracon::raw_lattice
