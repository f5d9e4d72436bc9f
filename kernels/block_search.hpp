#pragma once
// Ordered statistics of a block by all threads of a CUDA block. Included by .cu files only.

#include "kernels/block_work.hpp"

namespace ostracon::cuda {

/// All public members are called by all threads together, once the block has been received.
class BlockSearch {
 public:
  __device__ BlockSearch(const BlockPlan& plan, ReceivedBlock& memory)
      : plan_(plan),
        memory_(memory),
        columns_(reinterpret_cast<CheckColumn*>(&memory + 1)),
        bits_(8 * static_cast<std::uint32_t>(plan.octets)) {}

  /// The first candidate that loses at most `most` becomes the changes; its loss, or -1.
  __device__ std::int32_t run(std::int32_t most) {
    sort();
    load_columns();
    reduce();
    const std::int32_t pair_bits = plan_.pair_bits < basis_size_ ? plan_.pair_bits : basis_size_;
    if (threadIdx.x == 0) memory_.first = 0;
    __syncthreads();
    if (const std::int32_t loss = cost({}, most); loss >= 0) return accept({}, loss);
    for (std::int32_t begin = 0; begin < basis_size_; begin += kThreads) {
      const std::int32_t i = begin + static_cast<std::int32_t>(threadIdx.x);
      const bool good = i < basis_size_ && cost({i}, most) >= 0;
      if (any(good, i)) return accept_with_first(-1, most);
    }
    for (std::int32_t j = 1; j < pair_bits; ++j) {
      auto i = static_cast<std::int32_t>(threadIdx.x);
      while (i < j && cost({i, j}, most) < 0) i += kThreads;
      if (any(i < j, i)) return accept_with_first(j, most);
    }
    return -1;
  }

 private:
  static constexpr auto kThreads = static_cast<std::int32_t>(kBlockThreads);

  /// Bits of the basis that are changed; -1: none.
  struct Candidate {
    std::int32_t one = -1, two = -1;
  };

  __device__ void sort() const {
    for (std::uint32_t b = threadIdx.x; b < bits_; b += kBlockThreads) {
      const std::uint32_t own = memory_.size[b];
      std::uint32_t before = 0;
      for (std::uint32_t k = 0; k < bits_; ++k)
        before += memory_.size[k] < own || (memory_.size[k] == own && k < b) ? 1U : 0U;
      memory_.order[before] = static_cast<std::uint16_t>(b);
    }
    __syncthreads();
  }

  /// Columns in the order of their bits; the last one is of the syndromes.
  __device__ void load_columns() const {
    const auto parity = static_cast<std::uint32_t>(plan_.parity);
    const auto last = static_cast<std::uint32_t>(plan_.octets) - 1;
    for (std::uint32_t c = threadIdx.x; c <= bits_; c += kBlockThreads) {
      const std::uint32_t bit = c < bits_ ? memory_.order[c] : 0;
      for (std::uint32_t w = 0; w < kCheckWords; ++w) {
        std::uint32_t word = 0;
        for (std::uint32_t j = 4 * w; j < 4 * w + 4 && j < parity; ++j) {
          const std::uint32_t octet =
              c == bits_ ? memory_.syndromes[j]
                         : memory_.field.exp[(j * (last - bit / 8) + 7 - bit % 8) % 255];
          word |= octet << (8 * (j % 4));
        }
        columns_[c].word[w] = word;
      }
    }
    __syncthreads();
  }

  /// Gauss and Jordan's elimination, a row a bit, from the least reliable bit on. All threads go
  /// through the pivots together and know the rows that are unused.
  __device__ void reduce() {
    const auto rows = static_cast<std::uint32_t>(8 * plan_.parity);
    std::uint32_t unused[kCheckWords];
    OSTRACON_UNROLL
    for (std::uint32_t w = 0; w < kCheckWords; ++w)
      unused[w] = rows >= 32 * w + 32 ? ~0U : rows > 32 * w ? (1U << (rows - 32 * w)) - 1U : 0U;
    if (threadIdx.x < kCheckWords) memory_.least_cost[threadIdx.x][0] = 0;
    __syncthreads();
    std::uint32_t at = 0;
    for (std::uint32_t pivots = 0; pivots < rows; ++at) {
      const CheckColumn column = columns_[at];  // which no thread changes any more
      // Unrolled, and `left` apart, so that neither array is indexed at run time and leaves
      // registers.
      std::uint32_t word = kCheckWords, bit = 0, left = 0;
      OSTRACON_UNROLL
      for (std::uint32_t w = kCheckWords; w-- > 0;)
        if (const std::uint32_t free = column.word[w] & unused[w]; free != 0) {
          word = w;
          bit = free & (0U - free);
        }
      if (word == kCheckWords) {
        add_to_basis(at);
        continue;
      }
      ++pivots;
      OSTRACON_UNROLL
      for (std::uint32_t w = 0; w < kCheckWords; ++w)
        if (w == word) left = unused[w] &= ~bit;
      for (std::uint32_t c = at + 1 + threadIdx.x; c <= bits_; c += kBlockThreads) {
        if ((columns_[c].word[word] & bit) == 0) continue;
        OSTRACON_UNROLL
        for (std::uint32_t w = 0; w < kCheckWords; ++w)
          columns_[c].word[w] ^= w == word ? column.word[w] & ~bit : column.word[w];
      }
      if (threadIdx.x == 0) take_row(word, bit, rows_of(left, word, rows), at);
      __syncthreads();
    }
    for (; at < bits_; ++at) add_to_basis(at);
    __syncthreads();
  }
  __device__ void add_to_basis(std::uint32_t at) {
    if (threadIdx.x == 0) memory_.basis[basis_size_] = static_cast<std::uint16_t>(at);
    ++basis_size_;
  }
  /// How many rows of a word stand for a bit.
  static __device__ std::uint32_t rows_of(std::uint32_t unused, std::uint32_t word,
                                          std::uint32_t rows) {
    const std::uint32_t all = rows >= 32 * word + 32 ? 32 : rows - 32 * word;
    return all - static_cast<std::uint32_t>(__popc(unused));
  }
  /// Pivots come in ascending order of size. `count`: the word's rows with this one.
  __device__ void take_row(std::uint32_t word, std::uint32_t bit, std::uint32_t count,
                           std::uint32_t at) const {
    const std::uint32_t row = 32 * word + static_cast<std::uint32_t>(__popc(bit - 1));
    const std::uint16_t of = memory_.order[at];
    memory_.row_bit[row] = of;
    memory_.row_size[row] = memory_.size[of];
    memory_.least_cost[word][count] =
        static_cast<std::uint16_t>(memory_.least_cost[word][count - 1] + memory_.size[of]);
  }

  /// Which rows a candidate changes.
  __device__ std::uint32_t difference(Candidate candidate, std::uint32_t w) const {
    std::uint32_t word = columns_[bits_].word[w];
    if (candidate.one >= 0) word ^= columns_[memory_.basis[candidate.one]].word[w];
    if (candidate.two >= 0) word ^= columns_[memory_.basis[candidate.two]].word[w];
    return word;
  }
  __device__ std::int32_t size_of(std::int32_t basis_bit) const {
    return basis_bit < 0 ? 0 : memory_.size[memory_.order[memory_.basis[basis_bit]]];
  }

  /// What a candidate loses; -1 if that is more than `most`.
  __device__ std::int32_t cost(Candidate candidate, std::int32_t most) const {
    const std::int32_t changed = size_of(candidate.one) + size_of(candidate.two);
    std::int32_t least = changed;
    // The later a word, the more its rows cost; a wrong candidate ends early.
    for (std::uint32_t w = kCheckWords; w-- > 0 && least <= most;)
      least += memory_.least_cost[w][__popc(difference(candidate, w))];
    if (least > most) return -1;
    std::int32_t loss = changed;
    for (std::uint32_t w = 0; w < kCheckWords; ++w)
      for (std::uint32_t left = difference(candidate, w); left != 0; left &= left - 1)
        loss +=
            memory_.row_size[32 * w + static_cast<std::uint32_t>(__popc((left & (0U - left)) - 1))];
    return loss <= most ? loss : -1;
  }

  /// Whether any thread's candidate is good; the first one is remembered.
  __device__ bool any(bool good, std::int32_t i) const {
    if (good) atomicMax(&memory_.first, ~static_cast<std::uint32_t>(i));
    return __syncthreads_or(good ? 1 : 0) != 0;
  }
  __device__ std::int32_t accept_with_first(std::int32_t other, std::int32_t most) const {
    const Candidate candidate{static_cast<std::int32_t>(~memory_.first), other};
    return accept(candidate, cost(candidate, most));
  }

  __device__ std::int32_t accept(Candidate candidate, std::int32_t loss) const {
    for (std::uint32_t i = threadIdx.x; i < kMostOctets; i += kBlockThreads) memory_.change[i] = 0;
    __syncthreads();
    if (threadIdx.x == 0) {
      memory_.corrected = 0;
      if (candidate.one >= 0) flip(memory_.order[memory_.basis[candidate.one]]);
      if (candidate.two >= 0) flip(memory_.order[memory_.basis[candidate.two]]);
    }
    for (std::uint32_t row = threadIdx.x; row < 32 * kCheckWords; row += kBlockThreads)
      if (((difference(candidate, row / 32) >> (row % 32)) & 1U) != 0) flip(memory_.row_bit[row]);
    __syncthreads();
    for (std::uint32_t i = threadIdx.x; i < kMostOctets; i += kBlockThreads)
      if (memory_.change[i] != 0) atomicAdd(&memory_.corrected, 1);
    __syncthreads();
    return loss;
  }
  __device__ void flip(std::uint32_t bit) const {
    atomicXor(&memory_.change[bit / 8], 0x80U >> (bit % 8));
  }

  const BlockPlan& plan_;
  ReceivedBlock& memory_;
  CheckColumn* columns_;
  std::uint32_t bits_;
  std::int32_t basis_size_ = 0;
};

}  // namespace ostracon::cuda
