#pragma once

#include <memory>

#include "kernels/core/device.hpp"
#include "pipeline/stages/equaliser.hpp"

namespace ostracon::cuda {

/// The equaliser on a GPU. Soft bits differ from those of host/cpu/equaliser.hpp only where sums in
/// another order round otherwise. Must not outlive `device`. Errors: kInvalidArgument with sizes
/// that are not positive or more tiles than a launch can have; kOutOfMemory; kDevice.
Result<std::unique_ptr<Equaliser>> make_equaliser(const EqualiserConfig& config, Device& device);

}  // namespace ostracon::cuda
