#pragma once
// Sums over a warp or a block in one fixed order. Included by .cu files only, after launch.hpp.

#include "kernels/core/launch.hpp"

namespace ostracon::cuda {

inline constexpr int kWarpLanes = 32;

/// The sum over the 32 lanes of a warp, all of which call it; every lane gets it.
template <class T>
__device__ T warp_sum(T value) {
  for (int bits = kWarpLanes / 2; bits > 0; bits /= 2) value += __shfl_xor_sync(~0U, value, bits);
  return value;
}

/// The sum over a block of whole warps, all threads of which call it; every thread gets it.
/// `scratch` is shared memory of a value a warp, free for other use once all have come back and
/// passed a barrier.
template <class T>
__device__ T block_sum(T value, T* scratch) {
  const auto thread = static_cast<int>(threadIdx.x);
  const T own = warp_sum(value);
  if (thread % kWarpLanes == 0) scratch[thread / kWarpLanes] = own;
  __syncthreads();
  T sum = scratch[0];
  for (int warp = 1; warp < static_cast<int>(blockDim.x) / kWarpLanes; ++warp) sum += scratch[warp];
  return sum;
}

}  // namespace ostracon::cuda
