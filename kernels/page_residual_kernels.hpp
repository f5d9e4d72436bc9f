#pragma once
// What can be read from that part of a page's outputs which no belief explains: uneven light,
// damage, and how noisy each tile is. Included by soft_canceller.cu alone.

#include "kernels/page_median.hpp"
#include "kernels/page_sums.hpp"
#include "kernels/page_tile.hpp"
#include "pipeline/rules/background.hpp"
#include "pipeline/rules/damage.hpp"

namespace ostracon::cuda::canceller {

/// Weights of the background's window along one axis, from its middle on; beyond, nothing.
struct Window {
  static constexpr std::int32_t kReach = static_cast<std::int32_t>(4 * rules::kBackgroundSigma);
  float weight[kReach + 1];
};

/// Windowed sums at four places in a row, `step` apart, of which `first` is the window's beginning.
__device__ inline void blur_four(const float* first, std::int32_t step, const Window& window,
                                 float (&sums)[4]) {
  constexpr std::int32_t kReach = Window::kReach;
  sums[0] = sums[1] = sums[2] = sums[3] = 0;
  OSTRACON_UNROLL
  for (std::int32_t k = 0; k < 2 * kReach + 4; ++k) {
    const float value = first[k * step];
    OSTRACON_UNROLL
    for (std::int32_t n = 0; n < 4; ++n) {
      const std::int32_t off = k - n - kReach;  // from the middle of window n
      if (off < -kReach || off > kReach) continue;
      sums[n] = fmaf(window.weight[off < 0 ? -off : off], value, sums[n]);
    }
  }
}

inline constexpr std::int32_t kBlurSide = kTile + 2 * Window::kReach;
static_assert(kTileRows * 4 == kTile);

/// Along rows: a thread has four columns of one row, lanes have rows.
__global__ void __launch_bounds__(kTileThreads)
    blur_rows(const float* rest, const std::uint8_t* usable, std::int32_t rows, std::int32_t cols,
              const __grid_constant__ Window window, float* rest_out, float* usable_out) {
  __shared__ float of_rest[kTile][kBlurSide + 1], of_usable[kTile][kBlurSide + 1];
  const TilePlace place = tile_place();
  for (std::int32_t k = place.thread; k < kTile * kBlurSide; k += kTileThreads) {
    const std::int32_t i = k / kBlurSide, j = k % kBlurSide;
    const std::int32_t r = place.first_row + i, c = place.first_col + j - Window::kReach;
    const bool inside = r < rows && c >= 0 && c < cols;
    const std::ptrdiff_t at = std::ptrdiff_t{r} * cols + c;
    of_rest[i][j] = inside ? rest[at] : 0;
    of_usable[i][j] = inside ? static_cast<float>(usable[at]) : 0;
  }
  __syncthreads();
  const std::int32_t row = place.col, first = 4 * place.row;
  float sums[4], weights[4];
  blur_four(&of_rest[row][first], 1, window, sums);
  blur_four(&of_usable[row][first], 1, window, weights);
  for (std::int32_t n = 0; n < 4; ++n) {
    const std::int32_t r = place.first_row + row, c = place.first_col + first + n;
    if (r >= rows || c >= cols) continue;
    rest_out[std::ptrdiff_t{r} * cols + c] = sums[n];
    usable_out[std::ptrdiff_t{r} * cols + c] = weights[n];
  }
}

/// Sums of a page: of the background's squares and of the rest's over usable modules, and their
/// number. Then, not a sum: 1 where damage was found.
enum Finding : std::uint8_t {
  kFound,
  kSquares,
  kModules,
  kLightSums,
  kDamaged = kLightSums,
  kFindings
};

/// Along columns: a thread has four rows of one column. Writes the background and the parts
/// [tile][kLightSums].
__global__ void __launch_bounds__(kTileThreads)
    blur_columns(const float* rest_rows, const float* usable_rows, const float* rest,
                 const std::uint8_t* usable, std::int32_t rows, std::int32_t cols,
                 const __grid_constant__ Window window, float* background, double* parts) {
  __shared__ float of_rest[kBlurSide][kTile], of_usable[kBlurSide][kTile];
  const TilePlace place = tile_place();
  for (std::int32_t k = place.thread; k < kTile * kBlurSide; k += kTileThreads) {
    const std::int32_t i = k / kTile, j = k % kTile;
    const std::int32_t r = place.first_row + i - Window::kReach, c = place.first_col + j;
    const bool inside = r >= 0 && r < rows && c < cols;
    const std::ptrdiff_t at = std::ptrdiff_t{r} * cols + c;
    of_rest[i][j] = inside ? rest_rows[at] : 0;
    of_usable[i][j] = inside ? usable_rows[at] : 0;
  }
  __syncthreads();
  const std::int32_t first = 4 * place.row;
  float sums[4], weights[4];
  blur_four(&of_rest[first][place.col], kTile, window, sums);
  blur_four(&of_usable[first][place.col], kTile, window, weights);
  double own[kLightSums] = {};
  for (std::int32_t n = 0; n < 4; ++n) {
    const std::int32_t r = place.first_row + first + n, c = place.first_col + place.col;
    if (r >= rows || c >= cols) continue;
    const std::ptrdiff_t at = std::ptrdiff_t{r} * cols + c;
    const float mean = sums[n] / fmaxf(weights[n], rules::kLeastBackgroundShare);
    background[at] = mean;
    const double seen = usable[at] != 0 ? double{mean} : 0;
    own[kFound] += seen * seen;
    own[kSquares] += double{rest[at]} * double{rest[at]};
    own[kModules] += double{static_cast<float>(usable[at])};
  }
  block_sums<kTileThreads>(own, parts + tile_index() * kLightSums);
}

/// The decision that the host takes from the same numbers where it needs it.
OSTRACON_HD inline bool is_uneven(const double* findings) {
  return findings[kModules] > 0 &&
         rules::light_is_uneven(findings[kFound], findings[kSquares], findings[kModules]);
}

/// Takes the background off where it is more than noise and data make.
__global__ void __launch_bounds__(kTileThreads)
    take_off(const float* background, const double* findings, std::int32_t rows, std::int32_t cols,
             float* output) {
  if (!is_uneven(findings)) return;
  for_each_module(rows, cols, [&](std::int32_t r, std::int32_t c) {
    output[std::ptrdiff_t{r} * cols + c] -= background[std::ptrdiff_t{r} * cols + c];
  });
}

/// deviation = |mean of 3 x 3|, the page continued beyond its edges; and the sample of usable ones.
__global__ void __launch_bounds__(kTileThreads)
    find_deviation(const float* rest, const std::uint8_t* usable, std::int32_t rows,
                   std::int32_t cols, float* deviation, std::uint32_t* sample) {
  for_each_module(rows, cols, [&](std::int32_t r, std::int32_t c) {
    const std::int32_t left = c > 0 ? c - 1 : 0, right = c + 1 < cols ? c + 1 : c;
    double sum = 0;
    OSTRACON_UNROLL
    for (std::int32_t i = -1; i <= 1; ++i) {
      const std::int32_t at = r + i < 0 ? 0 : (r + i < rows ? r + i : rows - 1);
      const float* row = rest + std::ptrdiff_t{at} * cols;
      sum += double{row[left]} + double{row[c]} + double{row[right]};
    }
    const float own = fabsf(static_cast<float>(sum * (1.0 / 9)));
    deviation[std::ptrdiff_t{r} * cols + c] = own;
    constexpr std::int32_t kStep = rules::kResidualSampleStep;
    if (r % kStep != 0 || c % kStep != 0) return;
    const bool counts = usable[std::ptrdiff_t{r} * cols + c] != 0 && isfinite(own);
    sample[std::ptrdiff_t{r / kStep} * steps::tiles(cols, kStep) + c / kStep] =
        counts ? __float_as_uint(own) : PageMedian::kNone;
  });
}

/// usable = 0 where the deviation is more than data and noise can leave, and around.
__global__ void __launch_bounds__(kTileThreads)
    erase_unexplained(const float* deviation, const float* median, std::int32_t rows,
                      std::int32_t cols, std::uint8_t* usable, double* findings) {
  const float limit = rules::damage_limit(rules::kResidualDamageSigmas, *median);
  for_each_module(rows, cols, [&](std::int32_t r, std::int32_t c) {
    bool damaged = false;
    for (std::int32_t i = r > 0 ? r - 1 : 0; i <= r + 1 && i < rows; ++i)
      for (std::int32_t j = c > 0 ? c - 1 : 0; j <= c + 1 && j < cols; ++j)
        damaged = damaged || deviation[std::ptrdiff_t{i} * cols + j] > limit;
    if (!damaged) return;
    usable[std::ptrdiff_t{r} * cols + c] = 0;
    findings[kDamaged] = 1;  // all that write write the same
  });
}

/// Sums over the usable modules of a tile: squares, clipped at +-most, so that damage no test has
/// seen does not speak for its tile; their number, and that of the known ones.
enum ResidualSum : std::uint8_t { kClippedSquares, kSeen, kLearned, kResidualSums };

/// sums: [tile][kResidualSums].
__global__ void __launch_bounds__(kTileThreads)
    sum_residuals(const float* rest, const std::uint8_t* usable,
                  ImageView<const std::uint8_t> known, float most, float* sums) {
  float own[kResidualSums] = {};
  for_each_module(known.rows, known.cols, [&](std::int32_t r, std::int32_t c) {
    const std::ptrdiff_t at = std::ptrdiff_t{r} * known.cols + c;
    if (usable[at] == 0) return;
    const float residual = fminf(fmaxf(rest[at], -most), most);
    own[kClippedSquares] += residual * residual;
    own[kSeen] += 1;
    own[kLearned] += known(r, c) < 2 ? 1.0F : 0.0F;
  });
  block_sums<kTileThreads>(own, sums + tile_index() * kResidualSums);
}

}  // namespace ostracon::cuda::canceller
