#include "host/steps/edge_model.hpp"

#include <cstddef>

namespace ostracon::steps {

EdgeModel::EdgeModel(const ChannelResponse& channel) {
  constexpr std::size_t kMiddleTap = ChannelResponse::kSide / 2;
  for (std::size_t a = 0; a < rules::kPairCells; ++a)
    for (std::size_t b = 0; b < rules::kPairCells; ++b) {
      const std::size_t row = kMiddleTap + a / rules::kPairSide - b / rules::kPairSide;
      const std::size_t col = kMiddleTap + a % rules::kPairSide - b % rules::kPairSide;
      whitener[a][b] = channel.whitener[row * ChannelResponse::kSide + col];
      if (a < b) {
        pair[a][b] = pair[b][a] = channel.pair[rules::pair_index(a, b)];
        pair_square[a][b] = pair_square[b][a] = pair[a][b] * pair[a][b];
      }
    }
}

}  // namespace ostracon::steps
