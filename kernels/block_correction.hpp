#pragma once
// Bounded-distance decoding of a block by all threads of a CUDA block. Included by .cu files only.

#include "kernels/block_work.hpp"
#include "pipeline/rules/block_confidence.hpp"

namespace ostracon::cuda {

/// One received block on its way. All members are called by all threads together.
class BlockCorrection {
 public:
  __device__ BlockCorrection(const BlockPlan& plan, const Llr* llrs, ReceivedBlock& memory)
      : plan_(plan), llrs_(llrs), memory_(memory) {}

  /// Hard decisions, their doubt, the octets with an erased bit, and the syndromes; whether all of
  /// these are 0.
  __device__ bool receive() const {
    clear_sums();
    for (auto i = thread(); i < plan_.octets; i += threads()) {
      std::uint32_t octet = 0;
      std::int32_t doubt = 0;
      bool erased = false;
      for (std::int32_t b = 0; b < 8; ++b) {
        const Llr llr = llrs_[8 * i + b];
        octet = 2 * octet + (llr < 0 ? 1U : 0U);
        doubt += rules::doubt(llr);
        erased |= llr == 0;
        memory_.size[8 * i + b] = static_cast<std::uint8_t>(llr < 0 ? -llr : llr);
      }
      memory_.hard[i] = static_cast<std::uint8_t>(octet);
      memory_.doubt[i] = static_cast<std::int16_t>(doubt);
      memory_.erased[i] = erased ? 1 : 0;
      atomicAdd(&memory_.total_doubt, doubt);
      if (!erased) continue;
      const std::int32_t place = atomicAdd(&memory_.lost, 1);
      if (place < plan_.parity) memory_.erasures[place] = static_cast<std::uint8_t>(i);
    }
    __syncthreads();
    const std::int32_t j = thread() % static_cast<std::int32_t>(kParityLanes);
    std::uint32_t sum = 0;
    for (auto i = thread() / static_cast<std::int32_t>(kParityLanes); i < plan_.octets;
         i += threads() / static_cast<std::int32_t>(kParityLanes))
      sum ^= scaled(memory_.hard[i], j * (plan_.octets - 1 - i));
    if (j < plan_.parity) atomicXor(&memory_.syndromes[j], sum);
    __syncthreads();
    return __syncthreads_or(j < plan_.parity && memory_.syndromes[j] != 0 ? 1 : 0) == 0;
  }

  /// The octets whose bits' doubt sums to most become most_doubtful.
  __device__ void rank() const {
    for (auto i = thread(); i < plan_.octets; i += threads()) {
      const std::int32_t own = memory_.doubt[i];
      std::int32_t before = 0;
      for (std::int32_t k = 0; k < plan_.octets; ++k)
        before += memory_.doubt[k] > own || (memory_.doubt[k] == own && k < i) ? 1 : 0;
      if (before < plan_.parity) memory_.most_doubtful[before] = static_cast<std::uint8_t>(i);
    }
    __syncthreads();
  }
  __device__ void erase_most_doubtful(std::int32_t count) const {
    __syncthreads();
    for (auto i = thread(); i < plan_.octets; i += threads()) memory_.erased[i] = 0;
    __syncthreads();
    if (thread() < count) {
      memory_.erasures[thread()] = memory_.most_doubtful[thread()];
      memory_.erased[memory_.most_doubtful[thread()]] = 1;
    }
    if (thread() == 0) memory_.lost = count;
    __syncthreads();
  }

  /// The changes that lead to the codeword that differs in e octets beside the erased ones, where
  /// 2 e + erased <= parity, and what they lose; false if there is none.
  __device__ bool correct() const {
    __syncthreads();
    if (thread() < static_cast<std::int32_t>(kParityLanes)) solve_key();
    __syncthreads();
    if (2 * memory_.degree > plan_.parity + memory_.lost) return false;
    for (auto i = thread(); i < plan_.octets; i += threads()) memory_.change[i] = error_of(i);
    __syncthreads();
    return memory_.roots == memory_.degree;
  }

  __device__ std::int32_t most_loss() const {
    return rules::most_loss(8 * plan_.parity, memory_.total_doubt, plan_.least_confidence);
  }

 private:
  static __device__ std::int32_t thread() { return static_cast<std::int32_t>(threadIdx.x); }
  static __device__ std::int32_t threads() { return static_cast<std::int32_t>(kBlockThreads); }

  __device__ void clear_sums() const {
    if (thread() < static_cast<std::int32_t>(kParityLanes)) memory_.syndromes[thread()] = 0;
    if (thread() == 0) memory_.total_doubt = memory_.lost = 0;
    __syncthreads();
  }

  /// octet * 2^log, log >= 0.
  __device__ std::uint8_t scaled(std::uint32_t octet, std::int32_t log) const {
    return octet == 0 ? std::uint8_t{0} : memory_.field.exp[memory_.field.log[octet] + log % 255];
  }
  __device__ std::uint32_t product(std::uint32_t a, std::uint32_t b) const {
    return a == 0 || b == 0 ? 0U : memory_.field.exp[memory_.field.log[a] + memory_.field.log[b]];
  }

  /// By the first warp: Berlekamp and Massey's algorithm from the erasures' locator on, a lane a
  /// coefficient; beside each locator its product with the syndromes.
  __device__ void solve_key() const {
    const std::int32_t lane = thread(), lost = memory_.lost;
    std::uint32_t locator = lane == 0 ? 1 : 0;
    std::uint32_t discrepancies = memory_.syndromes[lane];
    for (std::int32_t i = 0; i < lost; ++i) {
      const std::uint32_t by = memory_.field.exp[plan_.octets - 1 - memory_.erasures[i]];
      locator ^= product(from_below(locator), by);
      discrepancies ^= product(from_below(discrepancies), by);
    }
    std::uint32_t auxiliary = locator, auxiliary_discrepancies = discrepancies;
    std::int32_t degree = lost;
    for (std::int32_t r = lost; r < plan_.parity; ++r) {
      const std::uint32_t discrepancy = __shfl_sync(~0U, discrepancies, r);
      auxiliary = from_below(auxiliary);
      auxiliary_discrepancies = from_below(auxiliary_discrepancies);
      const std::uint32_t old_locator = locator, old_discrepancies = discrepancies;
      locator ^= product(auxiliary, discrepancy);
      discrepancies ^= product(auxiliary_discrepancies, discrepancy);
      if (discrepancy != 0 && 2 * degree <= r + lost) {
        const std::uint32_t inverse = memory_.field.exp[255 - memory_.field.log[discrepancy]];
        auxiliary = product(old_locator, inverse);
        auxiliary_discrepancies = product(old_discrepancies, inverse);
        degree = r + 1 + lost - degree;
      }
    }
    memory_.locator[lane] = static_cast<std::uint8_t>(locator);
    memory_.evaluator[lane] = static_cast<std::uint8_t>(lane < degree ? discrepancies : 0);
    if (lane == 0) {
      memory_.degree = degree;
      memory_.roots = memory_.loss = memory_.corrected = memory_.errors = 0;
    }
  }
  /// The coefficient of the lane below; 0 in the first.
  static __device__ std::uint32_t from_below(std::uint32_t coefficient) {
    const std::uint32_t below = __shfl_up_sync(~0U, coefficient, 1);
    return threadIdx.x == 0 ? 0U : below;
  }

  /// Chien's search and Forney's formula at one octet; counts what is to be changed.
  __device__ std::uint32_t error_of(std::int32_t i) const {
    const std::int32_t log = 255 - (plan_.octets - 1 - i);  // of the inverse locator
    std::uint32_t even = 0, odd = 0, evaluator = 0;
    for (std::int32_t c = 0; c <= memory_.degree; ++c) {
      const std::uint32_t term = scaled(memory_.locator[c], c * log);
      if (c % 2 == 0)
        even ^= term;
      else
        odd ^= term;
      evaluator ^= scaled(memory_.evaluator[c], c * log);
    }
    if (even != odd) return 0;
    atomicAdd(&memory_.roots, 1);
    if (evaluator == 0) return 0;
    const std::uint32_t error =
        memory_.field.exp[memory_.field.log[evaluator] + 255 - memory_.field.log[odd]];
    std::int32_t loss = 0;
    for (std::int32_t b = 0; b < 8; ++b)
      loss += (error & (0x80U >> b)) != 0 ? memory_.size[8 * i + b] : 0;
    atomicAdd(&memory_.loss, loss);
    atomicAdd(&memory_.corrected, 1);
    if (memory_.erased[i] == 0) atomicAdd(&memory_.errors, 1);
    return error;
  }

  const BlockPlan& plan_;
  const Llr* llrs_;
  ReceivedBlock& memory_;
};

}  // namespace ostracon::cuda
