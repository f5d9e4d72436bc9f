// Linked in place of the CUDA backend where there is none, so that no caller needs an #ifdef.
#include "kernels/core/cuda_backend.hpp"

namespace ostracon::cuda {

Result<std::unique_ptr<Backend>> make_backend() {
  return Error{ErrorCode::kUnavailable,
               "this build has no CUDA backend: only the inner decoder has kernels yet"};
}

}  // namespace ostracon::cuda
