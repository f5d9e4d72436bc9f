#pragma once
// Sums that come out the same in every run: threads and blocks add up in a fixed order. Included by
// .cu files only.

#include <cstdint>

#include "kernels/core/launch.hpp"

namespace ostracon::cuda {

/// Writes to[v] = sum of own[v] over all threads of the block, which must all call it. `to` may be
/// read by them once it returns if it is memory they share.
template <std::int32_t kThreads, std::int32_t kValues, class T>
__device__ void block_sums(const T (&own)[kValues], T* to) {
  __shared__ T part[kValues][kThreads];
  const auto thread = static_cast<std::int32_t>(
      threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z));
  for (std::int32_t v = 0; v < kValues; ++v) part[v][thread] = own[v];
  __syncthreads();
  const std::int32_t lane = thread % 32;
  for (std::int32_t v = thread / 32; v < kValues; v += kThreads / 32) {
    T sum = 0;
    for (std::int32_t i = lane; i < kThreads; i += 32) sum += part[v][i];
    for (std::int32_t distance = 16; distance > 0; distance /= 2)
      sum += __shfl_xor_sync(~0U, sum, distance);
    if (lane == 0) to[v] = sum;
  }
  __syncthreads();
}

/// total[v] = sum over p of parts[p][v], in order of the device's work. Both in its memory.
Result<> sum_parts(const double* parts, std::int32_t count, std::int32_t values, double* total,
                   Device& device);

}  // namespace ostracon::cuda
