#pragma once
// The k-th smallest of many values, by one block. Included by .cu files only, after launch.hpp.

#include <cstdint>

#include "kernels/core/float_bits.hpp"
#include "kernels/core/launch.hpp"

namespace ostracon::cuda {

/// Shared memory of a selection.
struct SelectMemory {
  std::uint32_t histogram[256];
  std::uint32_t digit, rank;
};

/// Finds the bin of the histogram that holds the value of this rank, and its rank there. For the
/// first warp.
__device__ inline void find_digit(SelectMemory& memory, std::uint32_t rank) {
  constexpr std::uint32_t kBins = 8;  // of a lane
  const std::uint32_t lane = threadIdx.x;
  std::uint32_t own = 0;
  for (std::uint32_t i = 0; i < kBins; ++i) own += memory.histogram[kBins * lane + i];
  std::uint32_t behind = own;
  for (unsigned by = 1; by < 32; by *= 2) {
    const std::uint32_t before = __shfl_up_sync(~0U, behind, by);
    if (lane >= by) behind += before;
  }
  std::uint32_t before = behind - own;
  if (rank < before || rank >= behind) return;
  std::uint32_t bin = kBins * lane;
  while (rank >= before + memory.histogram[bin]) before += memory.histogram[bin++];
  memory.digit = bin;
  memory.rank = rank - before;
}

/// The value of rank `rank` (0: the smallest) of value_at(0) .. value_at(count - 1), none negative;
/// rank < count. All threads of the block call it, at least a warp, and get it.
template <class Values>
__device__ float block_select(const Values& value_at, std::int32_t count, std::int32_t rank,
                              SelectMemory& memory) {
  const auto thread = static_cast<std::int32_t>(threadIdx.x);
  const auto threads = static_cast<std::int32_t>(blockDim.x);
  std::uint32_t found = 0, known = 0;
  auto left = static_cast<std::uint32_t>(rank);
  for (int shift = 24; shift >= 0; shift -= 8) {
    for (std::int32_t i = thread; i < 256; i += threads) memory.histogram[i] = 0;
    __syncthreads();
    for (std::int32_t i = thread; i < count; i += threads) {
      const std::uint32_t bits = bits_of(value_at(i));
      if ((bits & known) == found) atomicAdd(&memory.histogram[(bits >> shift) & 0xFFU], 1U);
    }
    __syncthreads();
    if (thread < 32) find_digit(memory, left);
    __syncthreads();
    found |= memory.digit << shift;
    known |= 0xFFU << shift;
    left = memory.rank;
  }
  return float_of(found);
}

}  // namespace ostracon::cuda
