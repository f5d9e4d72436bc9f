#pragma once

#include <memory>

#include "kernels/core/device.hpp"
#include "pipeline/stages/lattice_tracker.hpp"

namespace ostracon::cuda {

/// The lattice tracker on a GPU: equaliser, demodulation, refinement and soft values on the device,
/// growth and map (host/steps) on the host. Agrees with host/cpu/lattice_tracker.hpp but for the
/// order of sums. Must not outlive `device`. Errors: those of the CPU's; kInvalidArgument for a
/// seed of more than 16 px a module; kOutOfMemory; kDevice.
Result<std::unique_ptr<LatticeTracker>> make_lattice_tracker(const LatticeTrackerConfig& config,
                                                             Device& device);

}  // namespace ostracon::cuda
