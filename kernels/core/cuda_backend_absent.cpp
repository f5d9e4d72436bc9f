// Linked in place of the CUDA backend where it is not compiled, so that no caller needs an #ifdef.
#include "kernels/core/cuda_backend.hpp"

namespace ostracon::cuda {
namespace {

Error absent() {
  return {ErrorCode::kUnavailable, "this build has no CUDA backend: it was made without nvcc"};
}

}  // namespace

Result<std::unique_ptr<Backend>> make_backend(int) { return absent(); }
Result<std::vector<DeviceInfo>> list_devices() { return absent(); }

}  // namespace ostracon::cuda
