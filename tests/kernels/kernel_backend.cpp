// Linked into the shared suites in place of host/backends.cpp: they then run on the kernels,
// emulated or on a GPU, and on them alone.

#include "kernels/core/device_backend.hpp"
#include "tests/support/backend_test.hpp"

namespace ostracon {
namespace {

#ifdef OSTRACON_CUDA_EMULATED
constexpr bool kEmulated = true;
#else
constexpr bool kEmulated = false;
#endif

}  // namespace

std::vector<BackendKind> test::tested_backends() { return {BackendKind::kCuda}; }
bool test::kernels_are_emulated() { return kEmulated; }

std::string_view to_string(BackendKind kind) {
  return kind == BackendKind::kCpu ? "cpu" : kEmulated ? "cuda_emulated" : "cuda_kernels";
}

Result<std::unique_ptr<Backend>> make_backend(BackendKind kind, int device_index) {
  if (kind == BackendKind::kCpu)
    return Error{ErrorCode::kUnavailable, "this program tests kernels"};
  OSTRACON_TRY_ASSIGN(auto device, cuda::Device::create(device_index));
  return cuda::make_device_backend(std::move(device));
}

}  // namespace ostracon
