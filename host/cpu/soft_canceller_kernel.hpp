#pragma once
// The inner loops of soft cancellation, compiled for every instruction set.

#include <array>
#include <cstdint>

#include "pipeline/llr.hpp"
#include "pipeline/stages/soft_canceller.hpp"

namespace ostracon::cpu {

/// Arrays are readable and writable up to the next multiple of this many modules.
inline constexpr std::int32_t kCancelLanes = 8;

/// Rows of a page with a margin: those above to below, each from two columns before.
using RowsAround = std::array<const float*, ChannelResponse::kSide>;

/// mean[c] = soft_mean((evidence[c] + prior[c]) / 2) where free[c] is 1, fixed[c] where it
/// is 0. All floats, LLRs in nats.
struct MeanRow {
  const float* evidence;
  const Llr* prior;  ///< steps; nullptr: none
  const float* free;
  const float* fixed;
  std::int32_t modules;
  float* mean;
};
void update_means(const MeanRow& row);

/// evidence[c] += damping * (cancelled evidence - evidence[c]).
struct CancelRow {
  const float* value;  ///< matched filter output less the bias
  const float* level;
  RowsAround mean;
  const ChannelResponse* channel;
  std::int32_t reach;  ///< 1: the outer ring of the response is nothing; 2
  float damping;
  std::int32_t modules;
  float* evidence;
};
void cancel(const CancelRow& row);

}  // namespace ostracon::cpu
