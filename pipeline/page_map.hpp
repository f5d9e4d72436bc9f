#pragma once
// The lattice of a field as seen from a page on it.

#include "pipeline/field.hpp"
#include "pipeline/report.hpp"

namespace ostracon {

/// The map from page modules to pixels: nodes every `field.step` modules from -2 steps to 2 steps
/// beyond the page.
LatticeMap page_map(const LatticeMap& field, const PagePose& pose, std::int32_t rows,
                    std::int32_t cols);

/// Pitch, rotation and mirror of a page from its map, at its middle.
void describe_pose(const LatticeMap& map, std::int32_t rows, std::int32_t cols,
                   const PagePose& pose, FieldReport& report);

}  // namespace ostracon
