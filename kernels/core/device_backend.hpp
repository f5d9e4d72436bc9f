#pragma once

#include <memory>

#include "kernels/core/device.hpp"
#include "pipeline/backend.hpp"

namespace ostracon::cuda {

/// All stages, on `device`.
std::unique_ptr<Backend> make_device_backend(std::unique_ptr<Device> device);

}  // namespace ostracon::cuda
