#pragma once
// What a low and a high cell look like, learned from the cells.

#include <cstdint>
#include <span>
#include <vector>

#include "pipeline/raw_lattice/flat_image.hpp"
#include "pipeline/raw_lattice/grid.hpp"

namespace ostracon::raw_lattice {

/// Cells of one set (phase_sets), scored.
struct Scores {
  std::vector<float> score;     ///< [set] < 0: low, > 0: high; in no unit
  std::vector<float> distance;  ///< [set] log of the squared distance from the nearer template, in
                                ///< standard deviations of what cells of a value differ by
};

/// The linear discriminant of 12 x 12 points in the square of 1.5 pitches about a cell: weights are
/// C^-1 (mean of high - mean of low), C the covariance within the values, shrunk towards its
/// diagonal by points / (points + cells). Starts from `high` (one a cell of the set), learns from
/// the cells that are `trusted`, in kFolds parts: a cell's score comes from the cells of the other
/// parts, and its sign is the value it counts as in the next round.
/// Scores are 0 where fewer than two cells of either value are left to learn from.
Scores score_cells(const Image& image, const Grid& grid, std::span<const std::int64_t> set,
                   const std::vector<bool>& trusted, std::vector<bool> high);

}  // namespace ostracon::raw_lattice
