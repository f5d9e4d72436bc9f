#pragma once

#include <memory>

#include "kernels/core/device.hpp"
#include "pipeline/stages/module_sampler.hpp"

namespace ostracon::cuda {

/// Errors: kInvalidArgument on sizes that are not positive; kOutOfMemory.
Result<std::unique_ptr<ModuleSampler>> make_module_sampler(const ModuleSamplerConfig& config,
                                                           Device& device);

}  // namespace ostracon::cuda
