#pragma once
// The one way a kernel is started, and the words kernels are written in. Included by .cu files
// only.
//
// The same .cu files compile for tests without a GPU: OSTRACON_CUDA_EMULATED puts threads that are
// fibers in the place of the CUDA runtime (tests/support/cuda_emulation.hpp).

#ifdef OSTRACON_CUDA_EMULATED
#include "tests/support/cuda_emulation.hpp"
#define OSTRACON_UNROLL
#define OSTRACON_ROLLED
#else
#include <cuda_runtime.h>

#include <string>
#include <utility>

#include "kernels/core/cuda_try.hpp"
#define OSTRACON_UNROLL _Pragma("unroll")
#define OSTRACON_ROLLED _Pragma("unroll 1")
#endif

#include "kernels/core/device.hpp"

namespace ostracon::cuda {

#ifndef OSTRACON_CUDA_EMULATED

/// The block's shared memory of the size that launch() was given, aligned to 16 bytes.
template <class T>
__device__ T* dynamic_shared() {
  extern __shared__ __align__(16) unsigned char ostracon_shared[];
  return reinterpret_cast<T*>(ostracon_shared);
}

/// Puts `kernel` into the device. kDevice names the kernel and the numbers.
template <class... Parameters, class... Arguments>
Result<> launch(void (*kernel)(Parameters...), dim3 grid, dim3 block, std::size_t shared_bytes,
                Device& device, Arguments&&... arguments) {
  OSTRACON_TRY(device.make_current());
  cudaLaunchConfig_t config{};
  config.gridDim = grid;
  config.blockDim = block;
  config.dynamicSmemBytes = shared_bytes;
  config.stream = device.stream();
  const cudaError_t status =
      cudaLaunchKernelEx(&config, kernel, std::forward<Arguments>(arguments)...);
  if (status == cudaSuccess) return Ok{};
  const char* name = "";
  if (cudaFuncGetName(&name, reinterpret_cast<const void*>(kernel)) != cudaSuccess) name = "?";
  return to_error(status, std::string("launch of ") + name + " with " + std::to_string(grid.x) +
                              " x " + std::to_string(grid.y) + " x " + std::to_string(grid.z) +
                              " blocks of " + std::to_string(block.x * block.y * block.z) +
                              " threads and " + std::to_string(shared_bytes) +
                              " bytes of shared memory");
}

/// Blocks of `kernel` that run at once on one multiprocessor and on the whole device; 0 where one
/// alone needs more than there is. To be called before the first launch with that much memory.
struct Residency {
  int per_multiprocessor;
  int on_device;
};
template <class... Parameters>
Result<Residency> residency(void (*kernel)(Parameters...), int threads, std::size_t shared_bytes,
                            Device& device) {
  if (shared_bytes > device.most_shared_bytes()) return Residency{0, 0};
  OSTRACON_TRY(device.make_current());
  OSTRACON_CUDA_TRY(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                         static_cast<int>(shared_bytes)));
  int blocks = 0;
  OSTRACON_CUDA_TRY(
      cudaOccupancyMaxActiveBlocksPerMultiprocessor(&blocks, kernel, threads, shared_bytes));
  return Residency{blocks, blocks * device.multiprocessors()};
}

#endif

}  // namespace ostracon::cuda
