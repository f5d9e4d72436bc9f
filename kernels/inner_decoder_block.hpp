#pragma once
// One block of threads at work on one codeword: what pipeline/rules/min_sum.hpp tells, every thread
// four lanes of it. Included by inner_decoder.cu alone. All members are called by all threads of a
// block, and what they answer is the same for all.

#include "kernels/core/crc24b.hpp"
#include "kernels/core/launch.hpp"
#include "kernels/inner_decoder_checks.hpp"
#include "kernels/inner_decoder_plan.hpp"

namespace ostracon::cuda {

/// Where a block keeps a codeword.
struct BlockMemory {
  Bytes* beliefs;             ///< [column][kColumnWords], shared
  std::uint8_t* information;  ///< [kInformationBytes], shared, words aligned
  std::uint32_t* counters;    ///< [4], shared
  Bytes* messages;            ///< [edge][kThreads]
  std::int16_t* sums;         ///< [column][kLanes]
};

class BlockDecoder {
 public:
  __device__ BlockDecoder(const DecoderPlan& plan, const BlockMemory& memory)
      : plan_(plan), memory_(memory), thread_(static_cast<std::int32_t>(threadIdx.x)) {}

  /// Sets all beliefs from the channel, columns at home, and all messages to 0.
  __device__ void load(const Llr* llrs, rules::Amplitude amplitude) const {
    for (std::int32_t c = 0; c < plan_.columns; ++c) {
      Bytes word = 0;
      for (std::int32_t k = 0; k < 4; ++k) {
        const std::int32_t sent = sent_bit(c, k);
        if (sent < 0 || sent >= plan_.bits) continue;
        const auto belief = static_cast<std::uint8_t>(rules::channel(llrs[sent], amplitude));
        word |= static_cast<Bytes>(belief) << (8 * k);
      }
      put(c * kColumnWords, word);
    }
    for (std::int32_t e = 0; e < plan_.edges; ++e) memory_.messages[e * kThreads + thread_] = 0;
    __syncthreads();
  }

  /// One iteration.
  template <class Check>
  __device__ void iterate() const {
    for (std::int32_t i = 0; i < plan_.layers; ++i) {
      const std::int32_t first = plan_.first_edge[i];
      switch (plan_.first_edge[i + 1] - first) {
        case 3:
          work_layer<Check, 3>(first);
          break;
        case 4:
          work_layer<Check, 4>(first);
          break;
        case 5:
          work_layer<Check, 5>(first);
          break;
        case 6:
          work_layer<Check, 6>(first);
          break;
        case 7:
          work_layer<Check, 7>(first);
          break;
        case 8:
          work_layer<Check, 8>(first);
          break;
        case 9:
          work_layer<Check, 9>(first);
          break;
        case 10:
          work_layer<Check, 10>(first);
          break;
        default:
          work_layer<Check, 19>(first);
          break;
      }
    }
  }

  /// True if the signs of the beliefs, all columns at home, fulfil every layer. The first layer
  /// alone, a fifth of the work, finds nearly all that do not.
  __device__ bool fulfilled() const {
    if (__syncthreads_or(static_cast<int>(parity(0, kMostColumns) & kHighBits)) != 0) return false;
    Bytes odd = 0;
    for (std::int32_t i = 1; i < plan_.layers; ++i) odd |= parity(i, kMostColumns);
    return __syncthreads_or(static_cast<int>(odd & kHighBits)) == 0;
  }

  /// Fills the unsent bits from the hard decisions; true if a codeword is then complete. If not,
  /// they are unknown again.
  __device__ bool try_hard_decisions() const {
    const std::int32_t last = plan_.columns - 1;  // perhaps sent in part
    const std::int32_t last_sent = plan_.bits + format::kPuncturedBits - last * kLanes;
    for (std::int32_t c = 0; c < kPuncturedColumns; ++c) solve_column(c, c, 0);
    solve_column(last, plan_.layers - 1, last_sent);
    if (fulfilled()) return true;
    for (std::int32_t c = 0; c < kPuncturedColumns; ++c) put(c * kColumnWords, 0);
    Bytes known = 0;
    for (std::int32_t k = 0; k < 4; ++k)
      if (sent_bit(last, k) < plan_.bits) known |= 0xFFU << (8 * k);
    put(last * kColumnWords, memory_.beliefs[last * kColumnWords + thread_] & known);
    __syncthreads();
    return false;
  }

  /// Takes the information bits from the beliefs, eight a byte; true if their CRC is right.
  __device__ bool decide() const {
    const auto* beliefs = reinterpret_cast<const std::int8_t*>(memory_.beliefs);
    std::uint8_t* own = memory_.information + thread_ * kCrcPart;
    for (std::int32_t i = 0; i < kCrcPart; ++i) {
      const std::int32_t bit = 8 * (thread_ * kCrcPart + i), c = bit / kLanes;
      std::uint32_t byte = 0;
      for (std::int32_t b = 0; b < 8; ++b) {
        const std::int32_t lane = wrapped(bit % kLanes + b + kLanes - plan_.homes[c]);
        byte = 2 * byte + (beliefs[4 * c * kColumnWords + lane] < 0 ? 1U : 0U);
      }
      own[i] = static_cast<std::uint8_t>(byte);
    }
    std::uint32_t& crc = memory_.counters[1];
    if (thread_ == 0) crc = 0;
    __syncthreads();
    atomicXor(&crc, crc24b_product(crc24b_of_part(own, kCrcPart), plan_.crc_weights[thread_]));
    __syncthreads();
    return crc == 0;
  }

  /// Sum over all threads. Counter 2.
  __device__ std::int32_t total(std::int32_t own) const {
    std::uint32_t& sum = memory_.counters[2];
    __syncthreads();  // the last total has been read
    if (thread_ == 0) sum = 0;
    __syncthreads();
    atomicAdd(&sum, static_cast<std::uint32_t>(own));
    __syncthreads();
    return static_cast<std::int32_t>(sum);
  }

  /// sums = keep * sums + times * beliefs.
  __device__ void add_up(std::int32_t keep, std::int32_t times) const {
    for_each_own([&](std::int32_t c, std::int32_t k, std::int32_t) {
      std::int16_t& sum = memory_.sums[c * kLanes + 4 * thread_ + k];
      sum = static_cast<std::int16_t>((keep == 0 ? 0 : sum) + times * belief(c, k));
    });
  }

  /// The beliefs of a first pass that has failed.
  __device__ void hand_out_means(Llr* out) const {
    for_each_own([&](std::int32_t c, std::int32_t k, std::int32_t sent) {
      out[sent] = rules::mean_belief(memory_.sums[c * kLanes + 4 * thread_ + k]);
    });
  }

  /// The beliefs of a decoded codeword.
  __device__ void hand_out_bits(Llr* out) const {
    for_each_own([&](std::int32_t c, std::int32_t k, std::int32_t sent) {
      out[sent] = belief(c, k) < 0 ? Llr{-127} : Llr{127};
    });
  }

  /// Hard decisions of sent bits that are not erased and whose belief has the other sign.
  __device__ std::int32_t count_flips(const Llr* llrs) const {
    std::int32_t flips = 0;
    for_each_own([&](std::int32_t c, std::int32_t k, std::int32_t sent) {
      flips += llrs[sent] != 0 && (llrs[sent] < 0) != (belief(c, k) < 0) ? 1 : 0;
    });
    return total(flips);
  }

 private:
  __device__ static std::int32_t wrapped(std::int32_t lane) {
    return lane >= kLanes ? lane - kLanes : lane;
  }

  /// The sent bit that lane 4 t + k of column `c` is at home; negative: one never written.
  __device__ std::int32_t sent_bit(std::int32_t c, std::int32_t k) const {
    return c * kLanes + wrapped(4 * thread_ + k + plan_.homes[c]) - format::kPuncturedBits;
  }

  __device__ std::int8_t belief(std::int32_t c, std::int32_t k) const {
    return static_cast<std::int8_t>(memory_.beliefs[c * kColumnWords + thread_] >> (8 * k));
  }

  /// Calls visit(column, k, sent bit) for every sent bit of this thread, columns at home.
  template <class Visit>
  __device__ void for_each_own(const Visit& visit) const {
    for (std::int32_t c = kPuncturedColumns; c < plan_.columns; ++c)
      for (std::int32_t k = 0; k < 4; ++k)
        if (sent_bit(c, k) < plan_.bits) visit(c, k, sent_bit(c, k));
  }

  /// This thread's word of the column that begins at `begin`.
  __device__ void put(std::int32_t begin, Bytes word) const {
    memory_.beliefs[begin + thread_] = word;
    if (thread_ == 0) memory_.beliefs[begin + kThreads] = word;
  }

  /// The four lanes from `rotation` + 4 t on of the column that begins at `begin`.
  __device__ Bytes rotated(std::int32_t begin, std::uint32_t rotation) const {
    const std::uint32_t ahead = static_cast<std::uint32_t>(thread_) + (rotation >> 2);
    const std::uint32_t behind = ahead - static_cast<std::uint32_t>(kThreads);  // huge if negative
    const Bytes* words = memory_.beliefs + begin + (ahead < behind ? ahead : behind);
    return permute(words[0], words[1], 0x3210U + 0x1111U * (rotation & 3U));
  }

  /// Signs of a layer's sum without column `without`; all columns at home.
  __device__ Bytes parity(std::int32_t layer, std::int32_t without) const {
    Bytes sum = 0;
    for (std::int32_t e = plan_.first_edge[layer]; e < plan_.first_edge[layer + 1]; ++e)
      if (plan_.places[e].column != without)
        sum ^= rotated(plan_.places[e].begin, plan_.places[e].home);
    return sum;
  }

  /// The bits of column `c` from `first_bit` on, by a layer all of whose other columns are known.
  __device__ void solve_column(std::int32_t c, std::int32_t layer, std::int32_t first_bit) const {
    std::int32_t e = plan_.first_edge[layer];
    while (plan_.places[e].column != c) ++e;
    const Bytes signs = parity(layer, c);
    auto* column = reinterpret_cast<std::uint8_t*>(memory_.beliefs + c * kColumnWords);
    for (std::int32_t k = 0; k < 4; ++k) {
      const std::int32_t lane = wrapped(4 * thread_ + k + plan_.places[e].home);
      if (wrapped(lane + plan_.homes[c]) < first_bit) continue;
      const auto sign = static_cast<std::uint8_t>(signs >> (8 * k));
      column[lane] = sign;
      if (lane < 4) column[kLanes + lane] = sign;
    }
    __syncthreads();
  }

  /// One layer of kEdges edges: replies, and its columns' new beliefs.
  template <class Check, std::int32_t kEdges>
  __device__ void work_layer(std::int32_t first) const {
    const EdgePlace* places = plan_.places + first;
    Bytes* messages = memory_.messages + first * kThreads + thread_;
    Bytes visiting[kEdges];
    Checks<Check> checks;
    OSTRACON_UNROLL
    for (std::int32_t e = 0; e < kEdges; ++e) {
      visiting[e] =
          subtract_saturated(rotated(places[e].begin, places[e].read), messages[e * kThreads]);
      checks.absorb(visiting[e]);
    }
    const Replies<Check> replies(checks);
    __syncthreads();  // only when every lane has read may the columns turn to this layer's order
    OSTRACON_UNROLL
    for (std::int32_t e = 0; e < kEdges; ++e) {
      const Bytes reply = replies.to(visiting[e]);
      messages[e * kThreads] = reply;
      put(places[e].begin, add_saturated(visiting[e], reply));
    }
    __syncthreads();
  }

  const DecoderPlan& plan_;
  const BlockMemory& memory_;
  std::int32_t thread_;
};

}  // namespace ostracon::cuda
