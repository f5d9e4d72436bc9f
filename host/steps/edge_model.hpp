#pragma once
// What bright edges make of a page's channel, as tables to be looked up module by module.

#include <array>

#include "pipeline/stages/soft_canceller.hpp"

namespace ostracon::steps {

/// Matrices over the 3 x 3 cells, from a ChannelResponse.
struct EdgeModel {
  using Matrix = std::array<std::array<float, rules::kPairCells>, rules::kPairCells>;
  explicit EdgeModel(const ChannelResponse& channel);

  Matrix pair{}, pair_square{};  ///< symmetric, 0 on the diagonal
  Matrix whitener{};             ///< ChannelResponse::whitener between two cells
};

}  // namespace ostracon::steps
