#pragma once

#include <memory>

#include "kernels/core/device.hpp"
#include "pipeline/stages/soft_canceller.hpp"

namespace ostracon::cuda {

/// The soft canceller on a GPU. Soft bits differ from those of host/cpu/soft_canceller.hpp only
/// where sums in another order round otherwise. `run` waits for nothing. Must not outlive `device`.
/// Errors: kInvalidArgument with sizes that are not positive or more tiles than a launch can have;
/// kOutOfMemory; kDevice.
Result<std::unique_ptr<SoftCanceller>> make_soft_canceller(const SoftCancellerConfig& config,
                                                           Device& device);

}  // namespace ostracon::cuda
