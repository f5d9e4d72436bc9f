#pragma once
// What the inner decoder's kernel knows of a code and of a call: plain numbers, passed by value.
//
// A base column keeps its Z beliefs rotated so that the layer that used it last wrote them in its
// own lane order, as on the CPU: lane z is bit (z + rotation) mod Z. A layer reads with one
// rotation, relative to the last user's, and writes straight, in place. After an iteration every
// column is back at its `home` rotation. A thread owns lanes 4 t to 4 t + 3 of every column.

#include <cstddef>
#include <cstdint>

#include "pipeline/stages/inner_decoder.hpp"

namespace ostracon::cuda {

inline constexpr std::int32_t kLanes = 384;                 ///< Z of the payload code
inline constexpr std::int32_t kThreads = kLanes / 4;        ///< of a block; four lanes each
inline constexpr std::int32_t kColumnWords = kThreads + 1;  ///< a column, and its first word again
inline constexpr std::int32_t kPuncturedColumns = format::kPuncturedBits / kLanes;
inline constexpr std::int32_t kInformationColumns = format::kInformationBits / kLanes;
inline constexpr std::int32_t kInformationBytes = format::kInformationBits / 8;
/// The CRC is taken in parts of as many bytes, one a thread.
inline constexpr std::int32_t kCrcPart = kInformationBytes / kThreads;
static_assert(kCrcPart * kThreads == kInformationBytes);

inline constexpr std::int32_t kMostEdges = 316, kMostLayers = 46, kMostColumns = 68;

struct EdgePlace {
  std::uint16_t column;
  std::uint16_t begin;  ///< first word of the column in the beliefs
  std::uint16_t read;   ///< lane to read first while iterating
  std::uint16_t home;   ///< lane to read first when all columns are at home
};

/// One rate. Layers are in the order of rules::layer.
struct DecoderPlan {
  std::int32_t columns, layers, edges;
  std::int32_t bits;  ///< sent, of one codeword
  EdgePlace places[kMostEdges];
  std::uint16_t first_edge[kMostLayers + 1];
  std::uint16_t homes[kMostColumns];
  /// [part] x^(bits behind it) modulo the generator of CRC-24B.
  std::uint32_t crc_weights[kThreads];
};

DecoderPlan make_decoder_plan(format::Rate rate);

/// One call. Addresses are in the memory of the device.
struct DecoderCall {
  const Llr* llrs;
  std::uint8_t* payload;
  InnerOutcome* outcomes;
  const std::uint8_t* skip;  ///< may be nullptr
  Llr* beliefs;              ///< may be nullptr
  std::int32_t codewords;
  std::int32_t min_sum_iterations, box_plus_iterations, retry_iterations;
  std::uint32_t* next;      ///< codeword that no block has taken yet; 0 at first
  std::uint32_t* messages;  ///< [block][edge][kThreads]; not used where they are in shared memory
  std::int16_t* sums;       ///< [block][column][kLanes] of beliefs of a window of iterations
};

/// Bytes of shared memory of a block: beliefs, decided bits, four counters; messages if wished.
constexpr std::size_t shared_bytes(const DecoderPlan& plan, bool with_messages) {
  const std::int32_t words = plan.columns * kColumnWords + kInformationBytes / 4 + 4 +
                             (with_messages ? plan.edges * kThreads : 0);
  return static_cast<std::size_t>(words) * sizeof(std::uint32_t);
}

}  // namespace ostracon::cuda
