#pragma once

#include "pipeline/backend.hpp"

namespace ostracon::cuda {

/// kUnavailable when this build has no CUDA backend (cuda_backend_absent.cpp), the machine no such
/// device, or no cuFFT.
Result<std::unique_ptr<Backend>> make_backend(int device);
/// kUnavailable when this build has no CUDA backend, or the machine no driver or device.
Result<std::vector<DeviceInfo>> list_devices();

}  // namespace ostracon::cuda
