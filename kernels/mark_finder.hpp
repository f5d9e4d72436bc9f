#pragma once

#include <memory>

#include "kernels/core/device.hpp"
#include "pipeline/stages/mark_finder.hpp"

namespace ostracon::cuda {

/// The search for finder marks on a GPU; finds what host/cpu/mark_finder.hpp finds, bit for bit.
/// Must not outlive `device`. Errors: kInvalidArgument, of `run` too, where a lattice has more
/// modules than the mean has room for at 1.5 px each; kOutOfMemory; kDevice.
Result<std::unique_ptr<MarkFinder>> make_mark_finder(const MarkFinderConfig& config,
                                                     Device& device);

}  // namespace ostracon::cuda
