#pragma once

#include <cstdint>
#include <vector>

#include "pipeline/raw_lattice/grid.hpp"

namespace ostracon::raw_lattice {

/// Cells that look alike but for their values: those of one place within the groups. Where that
/// leaves fewer than `least` cells a set, columns, or rows, or both are put together.
/// Result: cell numbers (row * columns + column), ascending, set by set.
std::vector<std::vector<std::int64_t>> phase_sets(const Grid& grid, std::int64_t least);

}  // namespace ostracon::raw_lattice
