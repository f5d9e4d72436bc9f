#pragma once

#include <memory>

#include "kernels/core/device.hpp"
#include "pipeline/stages/flattener.hpp"

namespace ostracon::cuda {

/// Errors: kInvalidArgument on sizes that are not positive or more than 1048560 rows; kOutOfMemory.
Result<std::unique_ptr<Flattener>> make_flattener(const FlattenerConfig& config, Device& device);

}  // namespace ostracon::cuda
