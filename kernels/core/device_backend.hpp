#pragma once

#include <memory>

#include "kernels/core/device.hpp"
#include "pipeline/backend.hpp"

namespace ostracon::cuda {

/// The stages whose kernels are written, on `device`; makers of the others answer kUnavailable.
/// It is no whole backend, so make_backend() does not hand it out: it is for tests and benches.
std::unique_ptr<Backend> make_device_backend(std::unique_ptr<Device> device);

}  // namespace ostracon::cuda
