#pragma once
#include <memory>

#include "pipeline/stages/lattice_tracker.hpp"

namespace ostracon::cpu {
Result<std::unique_ptr<LatticeTracker>> make_lattice_tracker(const LatticeTrackerConfig& config);
}  // namespace ostracon::cpu
