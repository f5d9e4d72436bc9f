#pragma once
// What the kernel of the block decoder is given, and what its threads share. A CUDA block takes one
// received block after the other; its threads are octets, bits, columns or candidates of it.

#include <cstdint>

#include "format/qr/reed_solomon.hpp"
#include "kernels/core/launch.hpp"
#include "pipeline/stages/block_decoder.hpp"

namespace ostracon::cuda {

inline constexpr std::uint32_t kBlockThreads = 128;
inline constexpr std::uint32_t kParityLanes = 32;  // of a warp; more than any parity has octets
inline constexpr std::uint32_t kMostOctets = 160;
inline constexpr std::uint32_t kMostBits = 8 * format::qr::kMostBlockOctets;
inline constexpr std::uint32_t kCheckWords = 8;  // of 32 rows, more than any parity has bits
static_assert(format::qr::kMostBlockParity < kParityLanes);
static_assert(format::qr::kMostBlockOctets <= kMostOctets);

/// Powers of 2 in GF(2^8), twice, and their logarithms.
struct GaloisTables {
  std::uint8_t exp[510];
  std::uint8_t log[256];
};

struct BlockCall {
  const GaloisTables* field;
  const Llr* llrs;
  std::uint8_t* octets;
  BlockOutcome* outcomes;
  std::uint32_t* next;  ///< block that is to be taken
  std::int32_t blocks;
};

struct BlockPlan {
  std::int32_t octets, parity;  ///< of a block
  std::int32_t least_confidence;
  std::int32_t pair_bits;
  BlockMethod last_method;
  std::int8_t trusted[format::qr::kMostBlockParity + 1];
};

/// A bit for every row of the binary parity-check matrix.
struct CheckColumn {
  std::uint32_t word[kCheckWords];
};

/// In shared memory; bits + 1 columns follow it, the last one of the syndromes.
struct alignas(16) ReceivedBlock {
  GaloisTables field;
  std::uint8_t hard[kMostOctets];  ///< decisions
  std::int16_t doubt[kMostOctets];
  std::uint8_t erased[kMostOctets];          ///< 1: taken for an erasure
  std::uint32_t change[kMostOctets];         ///< of each octet's bits
  std::uint8_t erasures[kParityLanes];       ///< octets
  std::uint8_t most_doubtful[kParityLanes];  ///< octets, descending
  std::uint32_t syndromes[kParityLanes];
  std::uint8_t locator[kParityLanes], evaluator[kParityLanes];  ///< coefficients from x^0 on
  std::int32_t degree, roots;                                   ///< of the locator
  std::int32_t total_doubt, lost;                               ///< sum; how many are erased
  std::int32_t loss, corrected, errors;                         ///< of the changes
  std::uint32_t taken;                                          ///< block
  std::uint32_t first;             ///< complement of the first candidate that is accepted
  std::uint16_t order[kMostBits];  ///< bits by |llr|, ascending
  std::uint8_t size[kMostBits];    ///< |llr|
  std::uint16_t basis[kMostBits];  ///< columns that stand for no row
  std::uint16_t row_bit[32 * kCheckWords];
  std::uint8_t row_size[32 * kCheckWords];
  std::uint16_t least_cost[kCheckWords][33];  ///< [word][set bits]
};

}  // namespace ostracon::cuda
