#pragma once

#include "pipeline/backend.hpp"

namespace ostracon::cuda {

/// kUnavailable when this build has no CUDA backend (cuda_backend_absent.cpp) or the machine no
/// device.
Result<std::unique_ptr<Backend>> make_backend();

}  // namespace ostracon::cuda
