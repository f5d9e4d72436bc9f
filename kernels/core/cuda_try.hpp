#pragma once
// Every status of the CUDA runtime becomes a Result. Included below kernels/ only.

#include <cuda_runtime_api.h>

#include <string>
#include <utility>

#include "core/result.hpp"

namespace ostracon::cuda {

/// `call`: what was asked for, as a person reads it.
inline Error to_error(cudaError_t status, std::string call, const char* file = __builtin_FILE(),
                      int line = __builtin_LINE()) {
  ErrorCode code = ErrorCode::kDevice;
  if (status == cudaErrorMemoryAllocation) code = ErrorCode::kOutOfMemory;
  if (status == cudaErrorNoDevice || status == cudaErrorInsufficientDriver)
    code = ErrorCode::kUnavailable;
  return Error{code, std::move(call) + ": " + cudaGetErrorString(status), file, line};
}

}  // namespace ostracon::cuda

/// Returns a CUDA failure of `call` from the enclosing function as an Error that names the call.
#define OSTRACON_CUDA_TRY(call)                                                     \
  do {                                                                              \
    if (const cudaError_t ostracon_status = (call); ostracon_status != cudaSuccess) \
      return ::ostracon::cuda::to_error(ostracon_status, #call);                    \
  } while (false)
