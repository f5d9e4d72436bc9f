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

/// A part of a warp that works on one thing.
template <int kLanes>
struct LaneGroup {
  static_assert(kLanes < kWarpLanes && kWarpLanes % kLanes == 0);
  int lane;       ///< of this thread in its group
  unsigned mask;  ///< of the group's lanes in their warp

  static __device__ LaneGroup own() {
    const int of_warp = static_cast<int>(threadIdx.x) % kWarpLanes;
    const int before = of_warp / kLanes * kLanes;
    return {of_warp - before, ((1U << kLanes) - 1) << before};
  }
  /// The sum over the group, all lanes of which call it; every lane gets it.
  template <class T>
  __device__ T sum(T value) const {
    for (int bits = kLanes / 2; bits > 0; bits /= 2) value += __shfl_xor_sync(mask, value, bits);
    return value;
  }
};

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

/// Shared memory for several sums over a block at once.
template <int kThreads, int kMost>
struct TotalMemory {
  static constexpr int kSlices = 8;                // that a sum is taken in
  static constexpr int kRow = kThreads + kSlices;  // so that no two slices share a bank
  static_assert(kMost * kSlices <= kThreads);

  float own[kMost * kRow];
  double slice[kMost * kSlices];
  double total[kMost];
};

/// The sums of kCount values of every thread, all of which call it: in memory.total, for every
/// thread to read. Three barriers, and no shuffle.
template <int kCount, int kThreads, int kMost>
__device__ void block_totals(const float (&own)[kCount], TotalMemory<kThreads, kMost>& memory) {
  using Memory = TotalMemory<kThreads, kMost>;
  static_assert(kCount <= kMost);
  constexpr int kSlices = Memory::kSlices, kRow = Memory::kRow;
  const auto thread = static_cast<int>(threadIdx.x);
  OSTRACON_UNROLL
  for (int k = 0; k < kCount; ++k) memory.own[k * kRow + thread] = own[k];
  __syncthreads();
  if (thread < kCount * kSlices) {
    const float* from = memory.own + thread / kSlices * kRow + thread % kSlices;
    double sum = 0;
    for (int k = 0; k < kThreads; k += kSlices) sum += static_cast<double>(from[k]);
    memory.slice[thread] = sum;
  }
  __syncthreads();
  if (thread < kCount) {
    double sum = 0;
    for (int k = 0; k < kSlices; ++k) sum += memory.slice[thread * kSlices + k];
    memory.total[thread] = sum;
  }
  __syncthreads();
}

}  // namespace ostracon::cuda
