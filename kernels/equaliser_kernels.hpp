#pragma once
// The equaliser's passes over a page. Included by equaliser.cu alone.

#include "host/steps/equaliser_taps.hpp"
#include "kernels/page_median.hpp"
#include "kernels/page_sums.hpp"
#include "kernels/page_tile.hpp"
#include "pipeline/rules/damage.hpp"
#include "pipeline/rules/soft_bit.hpp"
#include "pipeline/stages/equaliser.hpp"

namespace ostracon::cuda::equaliser {

using Mask = ImageView<std::uint8_t>;
using ConstMask = ImageView<const std::uint8_t>;
using Grid = ImageView<const float>;

/// Taps as kernels take them.
struct Taps {
  explicit Taps(const steps::TrainedTaps& trained) : bias(trained.bias) {
    for (std::size_t k = 0; k < trained.taps.size(); ++k) tap[k] = trained.taps[k];
  }
  float tap[steps::kTaps];
  float bias;
};

/// Bits of the greatest weight, 0 if none is positive.
__global__ void __launch_bounds__(kTileThreads) find_most_weight(Grid weight, std::uint32_t* most) {
  float own = 0;
  for (auto r = static_cast<std::int32_t>(blockIdx.x); r < weight.rows;
       r += static_cast<std::int32_t>(gridDim.x))
    for (auto c = static_cast<std::int32_t>(threadIdx.x); c < weight.cols; c += kTileThreads)
      own = fmaxf(own, weight(r, c));
  for (std::int32_t distance = 16; distance > 0; distance /= 2)
    own = fmaxf(own, __shfl_xor_sync(~0U, own, distance));
  if (threadIdx.x % 32 == 0) atomicMax(most, __float_as_uint(own));
}

struct SeenCall {
  Grid grid, weight;
  const std::uint32_t* most;    ///< weight, its bits
  const std::uint8_t* slipped;  ///< of every slip tile; nullptr: none is
  Mask usable;
  float* deviation;  ///< [rows + 2][cols + 2]: |mean of 3 x 3|, with one module around the page
  std::uint32_t* sample;  ///< of the deviations of usable modules
};

/// usable = 1 where at least half of the usual number of frames saw the module, its tile not
/// slipped. The taps reach one module further than most of their weight; the inner 3 x 3 must be
/// seen.
__global__ void __launch_bounds__(kTileThreads) find_seen(const SeenCall call) {
  const float least = fmaxf(0.5F, 0.5F * __uint_as_float(*call.most));
  const std::int32_t rows = call.usable.rows, cols = call.usable.cols;
  for_each_module(rows + 2, cols + 2, [&](std::int32_t i, std::int32_t j) {
    double sum = 0;
    bool seen = true;
    OSTRACON_UNROLL
    for (std::int32_t down = 0; down < 3; ++down) {
      const float* row = &call.grid(i + down, j);
      sum += double{row[0]} + double{row[1]} + double{row[2]};
      const float* weight = &call.weight(i + down, j);
      seen = seen && weight[0] >= least && weight[1] >= least && weight[2] >= least;
    }
    const float deviation = fabsf(static_cast<float>(sum * (1.0 / 9)));
    call.deviation[std::ptrdiff_t{i} * (cols + 2) + j] = deviation;
    const std::int32_t r = i - 1, c = j - 1;
    if (r < 0 || c < 0 || r >= rows || c >= cols) return;
    constexpr std::int32_t kSlip = steps::kSlipTile;
    if (call.slipped != nullptr)
      seen = seen && call.slipped[r / kSlip * steps::tiles(cols, kSlip) + c / kSlip] == 0;
    call.usable(r, c) = seen ? 1 : 0;
    constexpr std::int32_t kStep = rules::kDamageSampleStep;
    if (r % kStep == 0 && c % kStep == 0)
      call.sample[std::ptrdiff_t{r / kStep} * steps::tiles(cols, kStep) + c / kStep] =
          seen ? __float_as_uint(deviation) : PageMedian::kNone;
  });
}

/// usable = 0 where the 3 x 3 mean is further from 0 than data can bring it, and around.
__global__ void __launch_bounds__(kTileThreads)
    erase_damage(const float* deviation, const float* median, Mask usable) {
  const float limit = rules::damage_limit(rules::kDamageSigmas, *median);
  for_each_module(usable.rows, usable.cols, [&](std::int32_t r, std::int32_t c) {
    bool damaged = false;
    OSTRACON_UNROLL
    for (std::int32_t i = 0; i < 3; ++i) {
      const float* row = deviation + std::ptrdiff_t{r + i} * (usable.cols + 2) + c;
      damaged = damaged || row[0] > limit || row[1] > limit || row[2] > limit;
    }
    if (damaged) usable(r, c) = 0;
  });
}

inline constexpr std::int32_t kTapThreads = 384;
inline constexpr std::int32_t kTapSquares = steps::kTapUnknowns * (steps::kTapUnknowns + 1) / 2;
inline constexpr std::int32_t kTapSums = kTapSquares + steps::kTapUnknowns;
static_assert(kTapSums <= kTapThreads && kTapThreads % kTile == 0);
inline constexpr std::int32_t kHaloSide = kTile + 2 * kEqualiserMargin;

/// Normal equations, a thread for each of their numbers: the lower triangle of the squares, row by
/// row, then the products with the target. Parts: [block][kTapSums].
__global__ void __launch_bounds__(kTapThreads)
    accumulate_taps(Grid grid, ConstMask known, ConstMask usable, double* parts) {
  __shared__ double tile[kHaloSide * kHaloSide];
  __shared__ std::uint32_t trained[kTile], land[kTile];
  const auto thread = static_cast<std::int32_t>(threadIdx.x);
  const std::int32_t lane = thread % kTile, warp = thread / kTile;
  std::int32_t i = 0;
  while (i < steps::kTapUnknowns && (i + 1) * (i + 2) / 2 <= thread) ++i;
  const bool with_target = thread >= kTapSquares;
  const std::int32_t left = with_target ? thread - kTapSquares : i;
  const std::int32_t right = with_target ? 0 : thread - i * (i + 1) / 2;
  const auto offset = [](std::int32_t k) {
    return k / steps::kTapSide * kHaloSide + k % steps::kTapSide;
  };
  const std::int32_t left_offset = offset(left), right_offset = offset(right);
  const std::int32_t tile_cols = steps::tiles(known.cols, kTile);
  const std::int32_t count = tile_cols * steps::tiles(known.rows, kTile);
  double sum = 0;
  for (auto t = static_cast<std::int32_t>(blockIdx.x); t < count;
       t += static_cast<std::int32_t>(gridDim.x)) {
    const std::int32_t row = t / tile_cols * kTile, col = t % tile_cols * kTile;
    bool any = false;
    for (std::int32_t r = warp; r < kTile; r += kTapThreads / kTile) {
      const bool inside = row + r < known.rows && col + lane < known.cols;
      const std::uint8_t bit = inside ? known(row + r, col + lane) : std::uint8_t{2};
      const bool use = bit < 2 && usable(row + r, col + lane) != 0;
      const std::uint32_t all = __ballot_sync(~0U, use),
                          lands = __ballot_sync(~0U, use && bit == 0);
      if (lane == 0) trained[r] = all, land[r] = lands;
      any = any || all != 0;
    }
    if (__syncthreads_or(any) == 0) continue;
    for (std::int32_t k = thread; k < kHaloSide * kHaloSide; k += kTapThreads) {
      const std::int32_t r = row + k / kHaloSide, c = col + k % kHaloSide;
      tile[k] = r < grid.rows && c < grid.cols ? double{grid(r, c)} : 0;
    }
    __syncthreads();
    for (std::int32_t r = 0; r < kTile; ++r)
      for (std::uint32_t rest = trained[r]; rest != 0; rest &= rest - 1) {
        const std::int32_t c = __ffs(static_cast<int>(rest)) - 1;
        const double* x = tile + r * kHaloSide + c;
        const double target = (land[r] >> c & 1U) != 0 ? 1 : -1;
        const double a = left == steps::kTaps ? 1 : x[left_offset];
        const double b = with_target ? target : (right == steps::kTaps ? 1 : x[right_offset]);
        sum += a * b;
      }
    __syncthreads();  // before the next tile takes its place
  }
  if (thread < kTapSums) parts[std::ptrdiff_t{blockIdx.x} * kTapSums + thread] = sum;
}

inline constexpr std::int32_t kClassSums = 6;  ///< sums, squares and counts of land and pit

/// What taps make of the modules they were trained on. Parts: [block][kClassSums].
__global__ void __launch_bounds__(kTileThreads)
    measure_classes(Grid grid, ConstMask known, ConstMask usable, const __grid_constant__ Taps taps,
                    double* parts) {
  double own[kClassSums] = {};
  const std::int64_t modules = std::int64_t{known.rows} * known.cols;
  const std::int64_t step = std::int64_t{gridDim.x} * kTileThreads;
  for (std::int64_t m = std::int64_t{blockIdx.x} * kTileThreads + threadIdx.x; m < modules;
       m += step) {
    const auto r = static_cast<std::int32_t>(m / known.cols);
    const auto c = static_cast<std::int32_t>(m % known.cols);
    const std::uint8_t bit = known(r, c);
    if (bit >= 2 || usable(r, c) == 0) continue;
    double value = double{taps.bias};
    OSTRACON_UNROLL
    for (std::int32_t k = 0; k < steps::kTaps; ++k)
      value += double{taps.tap[k] * grid(r + k / steps::kTapSide, c + k % steps::kTapSide)};
    const double is_land = bit == 0 ? 1 : 0, is_pit = 1 - is_land;
    own[0] += is_land * value, own[1] += is_pit * value;
    own[2] += is_land * value * value, own[3] += is_pit * value * value;
    own[4] += is_land, own[5] += is_pit;
  }
  block_sums<kTileThreads>(own, parts + std::ptrdiff_t{blockIdx.x} * kClassSums);
}

/// Sums over a tile of usable modules: their squared distances from the nearer class and their
/// number; of known ones the agreement, and of each class the number and the filter's output.
enum TileSum : std::uint8_t {
  kError,
  kUsable,
  kAgreement,
  kLand,
  kPit,
  kLandOutput,
  kPitOutput,
  kTileSums
};

/// value = the taps' answer; sums: [tile][kTileSums].
__global__ void __launch_bounds__(kTileThreads)
    apply_taps(Grid grid, ConstMask known, ConstMask usable, const __grid_constant__ Taps taps,
               float* value, float* sums) {
  __shared__ float tile[kHaloSide][kHaloSide];
  const TilePlace place = tile_place();
  for (std::int32_t k = place.thread; k < kHaloSide * kHaloSide; k += kTileThreads) {
    const std::int32_t r = place.first_row + k / kHaloSide, c = place.first_col + k % kHaloSide;
    tile[k / kHaloSide][k % kHaloSide] = r < grid.rows && c < grid.cols ? grid(r, c) : 0;
  }
  __syncthreads();
  float own[kTileSums] = {};
  for_each_module(known.rows, known.cols, [&](std::int32_t r, std::int32_t c) {
    float x = taps.bias;
    OSTRACON_UNROLL
    for (std::int32_t i = 0; i < steps::kTapSide; ++i) {
      const float* from = &tile[r - place.first_row + i][place.col];
      const float* tap = taps.tap + i * steps::kTapSide;
      x += tap[0] * from[0] + tap[1] * from[1] + tap[2] * from[2] + tap[3] * from[3] +
           tap[4] * from[4];
    }
    value[std::ptrdiff_t{r} * known.cols + c] = x;
    if (usable(r, c) == 0) return;
    const float off = fminf(fabsf(fabsf(x) - 1.0F), 2.0F);
    own[kError] += off * off;
    own[kUsable] += 1;
    const std::uint8_t bit = known(r, c);
    if (bit >= 2) return;
    const float clipped = fminf(fmaxf(x, -2.0F), 2.0F);
    const float is_land = bit == 0 ? 1.0F : 0.0F, is_pit = 1 - is_land;
    const float output = tile[r - place.first_row + kEqualiserMargin][place.col + kEqualiserMargin];
    own[kAgreement] += (is_land - is_pit) * clipped;
    own[kLand] += is_land, own[kPit] += is_pit;
    own[kLandOutput] += is_land * output, own[kPitOutput] += is_pit * output;
  });
  block_sums<kTileThreads>(own, sums + tile_index() * kTileSums);
}

/// levels: [tile].
__global__ void __launch_bounds__(kTileThreads)
    write_soft_bits(const float* value, const float* levels, rules::SoftClasses classes,
                    ConstMask usable, ImageView<Llr> llrs) {
  const float level = levels[tile_index()];
  for_each_module(llrs.rows, llrs.cols, [&](std::int32_t r, std::int32_t c) {
    const Llr bit = rules::soft_bit(value[std::ptrdiff_t{r} * llrs.cols + c], level, classes);
    llrs(r, c) = usable(r, c) == 0 ? Llr{0} : bit;
  });
}

__global__ void __launch_bounds__(kTileThreads) erase_page(ImageView<Llr> llrs, Mask usable) {
  for_each_module(llrs.rows, llrs.cols, [&](std::int32_t r, std::int32_t c) {
    llrs(r, c) = 0;
    usable(r, c) = 0;
  });
}

}  // namespace ostracon::cuda::equaliser
