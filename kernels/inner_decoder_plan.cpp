#include "kernels/inner_decoder_plan.hpp"

#include <algorithm>
#include <iterator>

#include "kernels/core/crc24b.hpp"
#include "pipeline/rules/min_sum.hpp"

namespace ostracon::cuda {

DecoderPlan make_decoder_plan(format::Rate rate) {
  DecoderPlan plan{};
  plan.layers = format::active_check_rows(rate);
  plan.columns = format::payload_code().information_cols + plan.layers;
  plan.bits = format::codeword_bits(rate);
  std::uint16_t shifts[kMostEdges]{};
  for (std::int32_t i = 0; i < plan.layers; ++i) {
    plan.first_edge[i] = static_cast<std::uint16_t>(plan.edges);
    for (const format::BaseEdge& edge : format::payload_code().edges) {
      if (edge.row != rules::layer(i)) continue;
      shifts[plan.edges] = edge.shift;
      plan.places[plan.edges++] = {edge.col, static_cast<std::uint16_t>(edge.col * kColumnWords), 0,
                                   0};
      plan.homes[edge.col] = edge.shift;
    }
  }
  plan.first_edge[plan.layers] = static_cast<std::uint16_t>(plan.edges);

  // What is read is relative to the rotation in which the last user left the column.
  std::uint16_t rotations[kMostColumns];
  std::copy(std::begin(plan.homes), std::end(plan.homes), std::begin(rotations));
  for (std::int32_t e = 0; e < plan.edges; ++e) {
    EdgePlace& place = plan.places[e];
    const std::int32_t shift = shifts[e] + kLanes;
    place.read = static_cast<std::uint16_t>((shift - rotations[place.column]) % kLanes);
    place.home = static_cast<std::uint16_t>((shift - plan.homes[place.column]) % kLanes);
    rotations[place.column] = shifts[e];
  }

  std::uint32_t weight = 1;
  for (std::int32_t part = kThreads - 1; part >= 0; --part) {
    plan.crc_weights[part] = weight;
    for (std::int32_t bit = 0; bit < 8 * kCrcPart; ++bit) weight = crc24b_times_x(weight);
  }
  return plan;
}

}  // namespace ostracon::cuda
