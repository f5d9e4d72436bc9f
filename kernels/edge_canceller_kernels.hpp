#pragma once
// One round of soft cancellation where edges are bright. Included by soft_canceller.cu alone.

#include "kernels/soft_canceller_kernels.hpp"

namespace ostracon::cuda::canceller {

/// What pairs add to the effect of the middle module's bit on the output at `cell`.
__device__ inline float edge_effect(const Channel& channel, const Neighbours& mean,
                                    std::int32_t cell) {
  const std::int32_t middle = kCells - 1 - cell;  // where the middle lies, seen from that output
  const std::int32_t row = cell / kCellSide - 1, col = cell % kCellSide - 1;
  float effect = 0;
  OSTRACON_UNROLL
  for (std::int32_t b = 0; b < kCells; ++b)
    if (b != middle)
      effect = fmaf(channel.pair[middle][b], mean(row + b / kCellSide - 1, col + b % kCellSide - 1),
                    effect);
  return effect;
}

/// What the neighbours make of a module's own output.
struct Around {
  float neighbours = 0;    ///< sum of their means through the response
  float products = 0;      ///< twice those of their pairs
  float interference = 0;  ///< variance that is left of them
};
__device__ inline Around look_around(const Channel& channel, const Neighbours& mean) {
  Around around;
  OSTRACON_UNROLL
  for (std::int32_t k = 0; k < kTapSide * kTapSide; ++k) {
    if (k == ChannelResponse::kCentre) continue;
    const std::int32_t i = k / kTapSide - kMiddle, j = k % kTapSide - kMiddle;
    const float h = channel.response[k], m = mean.values[k];
    around.neighbours = fmaf(h, m, around.neighbours);
    float slope = h, extra = 0;
    if (i >= -1 && i <= 1 && j >= -1 && j <= 1) {
      const std::int32_t a = (i + 1) * kCellSide + j + 1;
      float others = 0;
      OSTRACON_UNROLL
      for (std::int32_t b = 0; b < kCells; ++b) {
        if (b == kCells / 2) continue;
        const float other = mean.cell(b);
        others = fmaf(channel.pair[a][b], other, others);
        extra = fmaf(channel.pair_square[a][b], fmaf(-other, other, 1.0F), extra);
      }
      around.products = fmaf(m, others, around.products);
      slope = h + others;
      extra = fmaf(0.5F, extra, channel.pair_square[a][kCells / 2]);
    }
    around.interference = fmaf(fmaf(-m, m, 1.0F), fmaf(slope, slope, extra), around.interference);
  }
  return around;
}

/// LLR that the nine outputs around add through the effect of the bit on pairs. `white` answers for
/// a cell; `variance` is that of the module's own output.
template <class White>
__device__ float hear(const Channel& channel, const Neighbours& mean, float variance,
                      const White& white) {
  const float own = channel.response[ChannelResponse::kCentre];
  float effect[kCells];
  OSTRACON_UNROLL
  for (std::int32_t a = 0; a < kCells; ++a) effect[a] = edge_effect(channel, mean, a);
  // With g = own * correlation + effect, g' C^-1 r = own * r[0] + effect' whitened r.
  float heard = 0, strength = own * effect[kCells / 2], unknown = 0;
  OSTRACON_UNROLL
  for (std::int32_t a = 0; a < kCells; ++a) {
    float through = 0;
    OSTRACON_UNROLL
    for (std::int32_t b = 0; b < kCells; ++b)
      through = fmaf(channel.cell_whitener[a][b], effect[b], through);
    strength = fmaf(effect[a], through, strength);
    heard = fmaf(effect[a], white(a), heard);
    if (a != kCells / 2) unknown += fmaf(-mean.cell(a), mean.cell(a), 1.0F);
  }
  // Whitening undoes the blur, so what is not believed of an output's own module is noise there.
  const float unknown_share =
      own * own / (channel.whitener[ChannelResponse::kCentre] * static_cast<float>(kCells - 1));
  const float all = fmaf(strength, mean(0, 0), heard);
  return 2.0F * (all / fmaf(unknown, unknown_share, variance));
}

/// As cancel(), with the evidence of the outputs around. `rest`: from find_rest of the same means.
__global__ void __launch_bounds__(kTileThreads)
    cancel_edges(const PageState page, const __grid_constant__ Channel channel, const float* rest,
                 float* evidence) {
  __shared__ HaloTile<kMiddle> means;
  __shared__ HaloTile<kMiddle + 1> rests;
  __shared__ HaloTile<1> whites;
  const TilePlace place = tile_place();
  means.fill(place, [&](std::int32_t r, std::int32_t c) { return page.mean(r, c); });
  rests.fill(place, [&](std::int32_t r, std::int32_t c) {
    return page.holds(r, c) ? rest[page.at(r, c)] : 0.0F;
  });
  __syncthreads();
  whites.fill(place, [&](std::int32_t r, std::int32_t c) {
    if (!page.holds(r, c) || page.usable[page.at(r, c)] == 0) return 0.0F;
    float white = 0;
    OSTRACON_UNROLL
    for (std::int32_t k = 0; k < kTapSide * kTapSide; ++k)
      white = fmaf(channel.whitener[k],
                   rests(place, r + k / kTapSide - kMiddle, c + k % kTapSide - kMiddle), white);
    return white;
  });
  __syncthreads();
  const float level = page.levels[tile_index()];
  for_each_module(page.rows, page.cols, [&](std::int32_t r, std::int32_t c) {
    const Neighbours mean(means, place, r, c);
    const Around around = look_around(channel, mean);
    const std::ptrdiff_t at = page.at(r, c);
    const float left =
        fmaf(-0.5F, around.products, page.output[at] - channel.bias - around.neighbours);
    const float own = rules::cancelled_llr(left, around.neighbours, around.interference, level,
                                           channel.response[ChannelResponse::kCentre],
                                           channel.noise, channel.noise_own, channel.noise_around);
    const float variance = fmaf(level, channel.noise, around.interference);
    const float heard = hear(channel, mean, variance, [&](std::int32_t cell) {
      return whites(place, r + cell / kCellSide - 1, c + cell % kCellSide - 1);
    });
    const float before = page.evidence[at];
    evidence[at] = fmaf(rules::kCancellationDamping, own + heard - before, before);
  });
}

}  // namespace ostracon::cuda::canceller
