#pragma once
// Sums over the modules of a page whose whole 5 x 5 neighbourhood is known and usable. Included by
// soft_canceller.cu alone.

#include "host/steps/channel_response.hpp"
#include "kernels/page_sums.hpp"
#include "kernels/soft_canceller_kernels.hpp"

namespace ostracon::cuda::canceller {

inline constexpr auto kUnknowns = static_cast<std::int32_t>(steps::kUnknowns);
inline constexpr auto kLinear = static_cast<std::int32_t>(steps::kLinear);
inline constexpr std::int32_t kStripRows = kTileRows;  ///< a strip: as many modules as threads
inline constexpr std::int32_t kWords = kTileThreads / 32;

struct Training {
  const float* output;
  const std::uint8_t* usable;
  ImageView<const std::uint8_t> known;

  __device__ std::int32_t strips() const {
    return steps::tiles(known.rows, kStripRows) * steps::tiles(known.cols, kTile);
  }
};

/// This thread's module of a strip, and the signs of its regressors: bit k is set where regressor k
/// is -1. All of the block's threads make it.
struct TrainingModule {
  std::int32_t row, col;
  bool whole = false;  ///< its neighbourhood is known; else there are no regressors
  std::uint64_t signs = 0;

  __device__ TrainingModule(const Training& page, std::int32_t strip) {
    constexpr std::int32_t kWide = kTile + 2 * kMiddle, kHigh = kStripRows + 2 * kMiddle;
    __shared__ std::uint8_t bits[kHigh][kWide];
    const std::int32_t across = steps::tiles(page.known.cols, kTile);
    const std::int32_t first_row = strip / across * kStripRows, first_col = strip % across * kTile;
    const auto thread = static_cast<std::int32_t>(threadIdx.x);
    for (std::int32_t k = thread; k < kHigh * kWide; k += kTileThreads) {
      const std::int32_t r = first_row + k / kWide - kMiddle, c = first_col + k % kWide - kMiddle;
      const bool inside = r >= 0 && c >= 0 && r < page.known.rows && c < page.known.cols;
      const bool use = inside && page.usable[std::ptrdiff_t{r} * page.known.cols + c] != 0;
      bits[k / kWide][k % kWide] = use ? page.known(r, c) : std::uint8_t{2};
    }
    __syncthreads();
    row = first_row + thread / kTile;
    col = first_col + thread % kTile;
    std::uint32_t pits = 0, most = bits[thread / kTile + kMiddle][thread % kTile + kMiddle];
    if (most >= 2) return;
    for (std::int32_t k = 0; k < kTapSide * kTapSide; ++k) {
      const std::uint32_t bit = bits[thread / kTile + k / kTapSide][thread % kTile + k % kTapSide];
      most = most < bit ? bit : most;
      pits |= (bit & 1U) << k;
    }
    whole = most < 2;
    if (!whole) return;
    signs = pits;
    std::int32_t next = kLinear;
    for (std::int32_t a = 0; a < kCells; ++a)
      for (std::int32_t b = a + 1; b < kCells; ++b, ++next) {
        const std::uint32_t differ = pits >> cell_tap(a) ^ pits >> cell_tap(b);
        signs |= std::uint64_t{differ & 1U} << next;
      }
  }
  __device__ static std::int32_t cell_tap(std::int32_t cell) {
    return tap_of(cell / kCellSide - 1, cell % kCellSide - 1);
  }
  __device__ double regressor(std::int32_t k) const { return (signs >> k & 1U) != 0 ? -1.0 : 1.0; }
  __device__ double value(const Training& page) const {
    return double{page.output[std::ptrdiff_t{row} * page.known.cols + col]};
  }
};

inline constexpr std::int32_t kTriangle = kUnknowns * (kUnknowns + 1) / 2;
inline constexpr std::int32_t kTriangleAThread = (kTriangle + kTileThreads - 1) / kTileThreads;
inline constexpr std::int32_t kResponseSums = kTriangle + kUnknowns + 2;
inline constexpr std::int32_t kQuarters = 4;  // of a strip, added up by different threads
static_assert(kQuarters * (kUnknowns + 1) <= kTileThreads);

/// Normal equations of the response. Regressors are signs, so that a sum of products of two of them
/// is a count of differing bits: 32 modules in a word. Parts: [block][kResponseSums], the lower
/// triangle row by row, products with the output, the output's square and the number of modules.
__global__ void __launch_bounds__(kTileThreads)
    accumulate_response(const Training page, double* parts) {
  __shared__ std::uint64_t signs[kTileThreads];
  __shared__ std::uint32_t words[kUnknowns][kWords + 1];
  __shared__ double outputs[kTileThreads];
  const auto thread = static_cast<std::int32_t>(threadIdx.x);
  std::int32_t left[kTriangleAThread], right[kTriangleAThread], differ[kTriangleAThread] = {};
  OSTRACON_UNROLL
  for (std::int32_t q = 0; q < kTriangleAThread; ++q) {
    const std::int32_t pair = thread + q * kTileThreads;
    std::int32_t i = 0;
    while (pair < kTriangle && (i + 1) * (i + 2) / 2 <= pair) ++i;
    left[q] = i;
    right[q] = pair < kTriangle ? pair - i * (i + 1) / 2 : 0;
  }
  const std::int32_t regressor = thread / kQuarters, quarter = thread % kQuarters;
  std::int32_t count = 0;
  double sum = 0;
  for (auto strip = static_cast<std::int32_t>(blockIdx.x); strip < page.strips();
       strip += static_cast<std::int32_t>(gridDim.x)) {
    const TrainingModule module(page, strip);
    signs[thread] = module.signs;
    outputs[thread] = module.whole ? module.value(page) : 0;
    const std::int32_t modules = __syncthreads_count(module.whole);
    if (modules == 0) continue;
    count += modules;
    for (std::int32_t k = thread; k < kUnknowns * kWords; k += kTileThreads) {
      const std::int32_t i = k / kWords, w = k % kWords;
      std::uint32_t word = 0;
      for (std::int32_t n = 0; n < 32; ++n) {
        const std::int32_t m = (n + thread) % 32;  // so that lanes read different banks
        word |= static_cast<std::uint32_t>(signs[w * 32 + m] >> i & 1U) << m;
      }
      words[i][w] = word;
    }
    __syncthreads();
    OSTRACON_UNROLL
    for (std::int32_t q = 0; q < kTriangleAThread; ++q)
      for (std::int32_t w = 0; w < kWords; ++w)
        differ[q] += __popc(words[left[q]][w] ^ words[right[q]][w]);
    if (regressor <= kUnknowns)
      for (std::int32_t m = quarter; m < kTileThreads; m += kQuarters) {
        const double y = outputs[m];
        const bool minus = regressor < kUnknowns && (signs[m] >> regressor & 1U) != 0;
        sum += regressor == kUnknowns ? y * y : (minus ? -y : y);
      }
    __syncthreads();  // before the next strip takes their place
  }
  double* part = parts + std::ptrdiff_t{blockIdx.x} * kResponseSums;
  OSTRACON_UNROLL
  for (std::int32_t q = 0; q < kTriangleAThread; ++q)
    if (thread + q * kTileThreads < kTriangle)
      part[thread + q * kTileThreads] = static_cast<double>(count - 2 * differ[q]);
  __syncthreads();
  outputs[thread] = sum;
  __syncthreads();
  if (thread == 0) part[kResponseSums - 1] = static_cast<double>(count);
  if (regressor > kUnknowns || quarter != 0) return;
  for (std::int32_t q = 1; q < kQuarters; ++q) sum += outputs[thread + q];
  part[kTriangle + regressor] = sum;
}

/// What an output is expected to be.
struct Expectation {
  explicit Expectation(const steps::ResponseFit& fit) { std::copy(fit.h.begin(), fit.h.end(), h); }
  double h[steps::kUnknowns];
};

/// Numbers of the regression of squared residuals on 1, the bit and the light around: how many,
/// then sums of bit, light, bit * light, light^2, and of the squares times 1, bit, light and
/// themselves.
enum NoiseSum : std::uint8_t {
  kNumber,
  kBit,
  kLight,
  kBitLight,
  kLightLight,
  kSquare,
  kSquareBit,
  kSquareLight,
  kSquareSquare,
  kNoiseSums
};

/// Parts: [block][kNoiseSums]; residual, and whole = 1, of the modules trained on, else 0.
__global__ void __launch_bounds__(kTileThreads)
    measure_noise(const Training page, const __grid_constant__ Expectation expected,
                  float* residual, std::uint8_t* whole, double* parts) {
  double own[kNoiseSums] = {};
  for (auto strip = static_cast<std::int32_t>(blockIdx.x); strip < page.strips();
       strip += static_cast<std::int32_t>(gridDim.x)) {
    const TrainingModule module(page, strip);
    float rest = 0;
    if (module.whole) {
      double linear = 0, pairs = 0;
      OSTRACON_ROLLED  // or so many constants are held at once that registers spill
          for (std::int32_t k = 0; k < kLinear; ++k) linear += expected.h[k] * module.regressor(k);
      OSTRACON_ROLLED
      for (std::int32_t k = kLinear; k < kUnknowns; ++k)
        pairs += expected.h[k] * module.regressor(k);
      const double bit = module.regressor(ChannelResponse::kCentre);
      const double light =
          linear - expected.h[ChannelResponse::kCentre] * bit - expected.h[kLinear - 1];
      const double off = module.value(page) - (pairs + linear), square = off * off;
      rest = static_cast<float>(off);
      own[kNumber] += 1, own[kBit] += bit, own[kLight] += light;
      own[kBitLight] += bit * light, own[kLightLight] += light * light;
      own[kSquare] += square, own[kSquareBit] += square * bit;
      own[kSquareLight] += square * light, own[kSquareSquare] += square * square;
    }
    if (module.row < page.known.rows && module.col < page.known.cols) {
      const std::ptrdiff_t at = std::ptrdiff_t{module.row} * page.known.cols + module.col;
      residual[at] = rest;
      whole[at] = module.whole ? 1 : 0;
    }
    __syncthreads();  // before the next strip takes this one's place
  }
  block_sums<kTileThreads>(own, parts + std::ptrdiff_t{blockIdx.x} * kNoiseSums);
}

inline constexpr auto kLagReach = static_cast<std::int32_t>(steps::LagSums::kLags);
inline constexpr std::int32_t kLagCols = 2 * kLagReach + 1;
inline constexpr std::int32_t kLagCount = (kLagReach + 1) * kLagCols;
inline constexpr std::int32_t kLagSums = 2 * kLagCount;  ///< products, then counts
inline constexpr std::int32_t kLagGroups = kTileThreads / kLagCount;

/// Sums of steps::LagSums, a thread for a lag and every kLagGroups-th row. Parts:
/// [block][kLagSums].
__global__ void __launch_bounds__(kTileThreads)
    sum_lags(const float* residual, const std::uint8_t* whole, std::int32_t rows, std::int32_t cols,
             double* parts) {
  constexpr std::int32_t kWide = kTile + 2 * kLagReach, kHigh = kTile + kLagReach;
  __shared__ float rest[kHigh][kWide];
  __shared__ std::uint8_t trained[kHigh][kWide];
  __shared__ double sums[2][kLagGroups][kLagCount];
  const auto thread = static_cast<std::int32_t>(threadIdx.x);
  const std::int32_t lag = thread % kLagCount, group = thread / kLagCount;
  const std::int32_t down = lag / kLagCols, right = lag % kLagCols;  // from kLagReach to the left
  const std::int32_t across = steps::tiles(cols, kTile);
  const std::int32_t tiles = across * steps::tiles(rows, kTile);
  double product = 0;
  std::int32_t count = 0;
  for (auto tile = static_cast<std::int32_t>(blockIdx.x); tile < tiles;
       tile += static_cast<std::int32_t>(gridDim.x)) {
    bool any = false;
    for (std::int32_t k = thread; k < kHigh * kWide; k += kTileThreads) {
      const std::int32_t r = tile / across * kTile + k / kWide;
      const std::int32_t c = tile % across * kTile + k % kWide - kLagReach;
      const bool inside = r < rows && c >= 0 && c < cols;
      const std::ptrdiff_t at = std::ptrdiff_t{r} * cols + c;
      rest[k / kWide][k % kWide] = inside ? residual[at] : 0;
      trained[k / kWide][k % kWide] = inside ? whole[at] : std::uint8_t{0};
      any = any || (inside && whole[at] != 0);
    }
    if (__syncthreads_or(any) != 0 && group < kLagGroups)
      for (std::int32_t r = group; r < kTile; r += kLagGroups)
        for (std::int32_t c = 0; c < kTile; ++c) {
          product += double{rest[r][c + kLagReach]} * double{rest[r + down][c + right]};
          count += trained[r][c + kLagReach] * trained[r + down][c + right];
        }
    __syncthreads();
  }
  if (group < kLagGroups) sums[0][group][lag] = product, sums[1][group][lag] = count;
  __syncthreads();
  if (thread >= kLagSums) return;
  double total = 0;
  for (std::int32_t g = 0; g < kLagGroups; ++g)
    total += sums[thread / kLagCount][g][thread % kLagCount];
  parts[std::ptrdiff_t{blockIdx.x} * kLagSums + thread] = total;
}

}  // namespace ostracon::cuda::canceller
