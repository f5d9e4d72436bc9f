#pragma once
// Soft cancellation where edges are bright: what a module's bit does to the outputs around it
// depends on its neighbours, and all nine outputs are heard.

#include <cstdint>

#include "host/cpu/soft_canceller_kernel.hpp"
#include "host/steps/edge_model.hpp"

namespace ostracon::cpu {

using steps::EdgeModel;

/// rest[c] = usable[c] * (value[c] - what the means of all modules, this one too, make expected).
struct RestRow {
  const float* value;
  const float* usable;  ///< 1 or 0
  RowsAround mean;
  const ChannelResponse* channel;
  const EdgeModel* edges;
  std::int32_t modules;
  float* rest;
};
void find_rest(const RestRow& row);

/// white[c] = usable[c] * (sum of whitener * rest around).
struct WhiteRow {
  RowsAround rest;
  const float* usable;
  const ChannelResponse* channel;
  std::int32_t modules;
  float* white;
};
void whiten(const WhiteRow& row);

/// As cancel(), with the evidence of the outputs around. White rows only need one column and row
/// around.
struct EdgeCancelRow {
  CancelRow linear;
  RowsAround white;
  const EdgeModel* edges;
};
void cancel_edges(const EdgeCancelRow& row);

}  // namespace ostracon::cpu
