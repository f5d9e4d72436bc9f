#pragma once
// The rounds of soft cancellation over a page. Included by soft_canceller.cu alone.

#include <algorithm>

#include "host/steps/edge_model.hpp"
#include "kernels/page_tile.hpp"
#include "pipeline/rules/soft_bit.hpp"
#include "pipeline/rules/soft_cancellation.hpp"

namespace ostracon::cuda::canceller {

inline constexpr std::int32_t kTapSide = ChannelResponse::kSide;
inline constexpr std::int32_t kMiddle = kTapSide / 2;
inline constexpr auto kCells = static_cast<std::int32_t>(rules::kPairCells);
inline constexpr auto kCellSide = static_cast<std::int32_t>(rules::kPairSide);

OSTRACON_HD constexpr std::int32_t tap_of(std::int32_t down, std::int32_t right) {
  return (down + kMiddle) * kTapSide + right + kMiddle;
}

/// A channel as kernels take it.
struct Channel {
  explicit Channel(const ChannelResponse& learned) {
    const steps::EdgeModel edges(learned);
    std::copy(learned.response.begin(), learned.response.end(), response);
    std::copy(learned.whitener.begin(), learned.whitener.end(), whitener);
    bias = learned.bias;
    noise = learned.noise, noise_own = learned.noise_own, noise_around = learned.noise_around;
    for (std::size_t a = 0; a < rules::kPairCells; ++a)
      for (std::size_t b = 0; b < rules::kPairCells; ++b) {
        pair[a][b] = edges.pair[a][b];
        pair_square[a][b] = edges.pair_square[a][b];
        cell_whitener[a][b] = edges.whitener[a][b];
      }
  }
  float response[kTapSide * kTapSide], whitener[kTapSide * kTapSide];
  float bias, noise, noise_own, noise_around;
  float pair[kCells][kCells], pair_square[kCells][kCells], cell_whitener[kCells][kCells];
};

/// A page as it is worked on; planes are [rows][cols].
struct PageState {
  std::int32_t rows, cols;
  const float* output;                  ///< of the matched filter, background taken off
  const std::uint8_t* usable;           ///< 0: nothing can be read
  const float* evidence;                ///< nats
  const float* levels;                  ///< [tile]
  ImageView<const std::uint8_t> known;  ///< without data: nothing is known
  ImageView<const Llr> prior;           ///< without data: none

  __device__ bool holds(std::int32_t r, std::int32_t c) const {
    return r >= 0 && c >= 0 && r < rows && c < cols;
  }
  __device__ std::ptrdiff_t at(std::int32_t r, std::int32_t c) const {
    return std::ptrdiff_t{r} * cols + c;
  }
  /// Mean of a module: of a known one its bit, of an unusable one or beyond the page 0.
  __device__ float mean(std::int32_t r, std::int32_t c) const {
    if (!holds(r, c)) return 0;
    const std::uint8_t bit = known.data != nullptr ? known(r, c) : std::uint8_t{2};
    if (bit < 2) return bit == 0 ? 1.0F : -1.0F;
    if (usable[at(r, c)] == 0) return 0;
    float half = 0.5F * evidence[at(r, c)];
    if (prior.data != nullptr)
      half = fmaf(static_cast<float>(prior(r, c)), 0.5F * kNatsPerLlrStep, half);
    return rules::soft_mean(half);
  }
};

/// A tile with kHalo modules around it, in shared memory.
template <std::int32_t kHalo>
struct HaloTile {
  static constexpr std::int32_t kSide = kTile + 2 * kHalo;
  float values[kSide * kSide];

  /// values = body(row, col) of the page; a barrier must follow.
  template <class Body>
  __device__ void fill(const TilePlace& place, const Body& body) {
    for (std::int32_t k = place.thread; k < kSide * kSide; k += kTileThreads)
      values[k] = body(place.first_row + k / kSide - kHalo, place.first_col + k % kSide - kHalo);
  }
  __device__ float operator()(const TilePlace& place, std::int32_t r, std::int32_t c) const {
    return values[(r - place.first_row + kHalo) * kSide + c - place.first_col + kHalo];
  }
};

/// The 5 x 5 values around a module.
struct Neighbours {
  float values[kTapSide * kTapSide];

  template <std::int32_t kHalo>
  __device__ Neighbours(const HaloTile<kHalo>& tile, const TilePlace& place, std::int32_t r,
                        std::int32_t c) {
    OSTRACON_UNROLL
    for (std::int32_t k = 0; k < kTapSide * kTapSide; ++k)
      values[k] = tile(place, r + k / kTapSide - kMiddle, c + k % kTapSide - kMiddle);
  }
  __device__ float operator()(std::int32_t down, std::int32_t right) const {
    return values[tap_of(down, right)];
  }
  /// Of a cell of the 3 x 3 around.
  __device__ float cell(std::int32_t k) const {
    return (*this)(k / kCellSide - 1, k % kCellSide - 1);
  }
};

/// One round without bright edges: evidence from what the neighbours' means leave of the outputs.
template <std::int32_t kReach>
__global__ void __launch_bounds__(kTileThreads)
    cancel(const PageState page, const __grid_constant__ Channel channel, float* evidence) {
  __shared__ HaloTile<kReach> means;
  const TilePlace place = tile_place();
  means.fill(place, [&](std::int32_t r, std::int32_t c) { return page.mean(r, c); });
  __syncthreads();
  const float level = page.levels[tile_index()];
  for_each_module(page.rows, page.cols, [&](std::int32_t r, std::int32_t c) {
    // Sum of response^2 over the neighbours: their variance if nothing is believed of them.
    float all = 0, around = 0, believed = 0;
    OSTRACON_UNROLL
    for (std::int32_t i = -kReach; i <= kReach; ++i) OSTRACON_UNROLL
    for (std::int32_t j = -kReach; j <= kReach; ++j) {
      if (i == 0 && j == 0) continue;
      const float h = channel.response[tap_of(i, j)];
      const float term = h * means(place, r + i, c + j);
      all += h * h;
      around += term;
      believed = fmaf(term, term, believed);
    }
    const std::ptrdiff_t at = page.at(r, c);
    const float rest = page.output[at] - channel.bias - around;
    const float fresh =
        rules::cancelled_llr(rest, around, fmaxf(all - believed, 0.0F), level,
                             channel.response[ChannelResponse::kCentre], channel.noise,
                             channel.noise_own, channel.noise_around);
    const float before = page.evidence[at];
    evidence[at] = fmaf(rules::kCancellationDamping, fresh - before, before);
  });
}

/// rest = what the means of all modules leave of every usable output.
template <bool kBrightEdges>
__global__ void __launch_bounds__(kTileThreads)
    find_rest(const PageState page, const __grid_constant__ Channel channel, float* rest) {
  __shared__ HaloTile<kMiddle> means;
  const TilePlace place = tile_place();
  means.fill(place, [&](std::int32_t r, std::int32_t c) { return page.mean(r, c); });
  __syncthreads();
  for_each_module(page.rows, page.cols, [&](std::int32_t r, std::int32_t c) {
    const Neighbours mean(means, place, r, c);
    const std::ptrdiff_t at = page.at(r, c);
    float left = page.output[at] - channel.bias;
    OSTRACON_UNROLL
    for (std::int32_t k = 0; k < kTapSide * kTapSide; ++k)
      left = fmaf(-channel.response[k], mean.values[k], left);
    if (kBrightEdges) {
      OSTRACON_UNROLL
      for (std::int32_t a = 0; a < kCells; ++a) {
        float others = 0;
        OSTRACON_UNROLL
        for (std::int32_t b = a + 1; b < kCells; ++b)
          others = fmaf(channel.pair[a][b], mean.cell(b), others);
        left = fmaf(-others, mean.cell(a), left);
      }
    }
    rest[at] = page.usable[at] != 0 ? left : 0;
  });
}

/// The page's own evidence as soft bits.
__global__ void __launch_bounds__(kTileThreads)
    write_evidence(const float* evidence, const std::uint8_t* usable, ImageView<Llr> llrs) {
  for_each_module(llrs.rows, llrs.cols, [&](std::int32_t r, std::int32_t c) {
    const std::ptrdiff_t at = std::ptrdiff_t{r} * llrs.cols + c;
    constexpr auto kMost = static_cast<float>(rules::kMostLlrSteps);
    const float steps = rintf(evidence[at] * (rules::kCancellationScale / kNatsPerLlrStep));
    llrs(r, c) = usable[at] == 0 ? Llr{0} : static_cast<Llr>(fminf(fmaxf(steps, -kMost), kMost));
  });
}

/// Takes a page in.
__global__ void __launch_bounds__(kTileThreads)
    take_in(ImageView<const float> grid, ImageView<const std::uint8_t> mask,
            ImageView<const Llr> llrs, float* output, std::uint8_t* usable, float* evidence) {
  for_each_module(mask.rows, mask.cols, [&](std::int32_t r, std::int32_t c) {
    const std::ptrdiff_t at = std::ptrdiff_t{r} * mask.cols + c;
    output[at] = grid(r + kMiddle, c + kMiddle);
    usable[at] = mask(r, c);
    evidence[at] = static_cast<float>(llrs(r, c)) * kNatsPerLlrStep;
  });
}

}  // namespace ostracon::cuda::canceller
