#include "host/cpu/equaliser_taps.hpp"

#include <algorithm>
#include <vector>

#include "host/parallel.hpp"

namespace ostracon::cpu {
namespace {

using steps::kTaps;
using steps::kTapSide;

constexpr auto kUnknowns = static_cast<std::size_t>(steps::kTapUnknowns);

/// The neighbourhood of page module (row, col) and a 1 for the bias.
void gather(ImageView<const float> grid, std::int32_t row, std::int32_t col, float* x) {
  for (std::int32_t i = 0; i < kTapSide; ++i)
    for (std::int32_t j = 0; j < kTapSide; ++j) *x++ = grid(row + i, col + j);
  *x = 1.0F;
}

template <class Body>
void for_each_known(ImageView<const std::uint8_t> known, ImageView<const std::uint8_t> usable,
                    const Body& body) {
  for (std::int32_t r = 0; r < known.rows; ++r)
    for (std::int32_t c = 0; c < known.cols; ++c)
      if (known(r, c) < 2 && usable(r, c) != 0) body(r, c, known(r, c) == 0 ? 1.0F : -1.0F);
}

/// Rows in fixed groups, so that the sum does not depend on the threads.
steps::TapNormal accumulate(ImageView<const float> grid, ImageView<const std::uint8_t> known,
                            ImageView<const std::uint8_t> usable) {
  constexpr std::int32_t kRows = 64;
  std::vector<steps::TapNormal> parts(static_cast<std::size_t>((known.rows + kRows - 1) / kRows));
  parallel_for(static_cast<std::int64_t>(parts.size()), [&](std::int64_t p) {
    steps::TapNormal& part = parts[static_cast<std::size_t>(p)];
    const std::int32_t first = static_cast<std::int32_t>(p) * kRows;
    const std::int32_t count = std::min(kRows, known.rows - first);
    const ImageView<const std::uint8_t> k{&known(first, 0), count, known.cols, known.row_stride};
    const ImageView<const std::uint8_t> u{&usable(first, 0), count, usable.cols, usable.row_stride};
    for_each_known(k, u, [&](std::int32_t r, std::int32_t c, float target) {
      float x[kUnknowns];
      gather(grid, first + r, c, x);
      for (std::size_t i = 0; i < kUnknowns; ++i) {
        for (std::size_t j = 0; j <= i; ++j)
          part.a[i][j] += static_cast<double>(x[i]) * static_cast<double>(x[j]);
        part.b[i] += static_cast<double>(x[i]) * static_cast<double>(target);
      }
      ++part.count;
    });
  });
  steps::TapNormal total;
  for (const steps::TapNormal& part : parts) {
    for (std::size_t i = 0; i < kUnknowns; ++i) {
      for (std::size_t j = 0; j <= i; ++j) total.a[i][j] += part.a[i][j];
      total.b[i] += part.b[i];
    }
    total.count += part.count;
  }
  return total;
}

}  // namespace

std::optional<steps::TrainedTaps> train_taps(ImageView<const float> grid,
                                             ImageView<const std::uint8_t> known,
                                             ImageView<const std::uint8_t> usable) {
  auto trained = steps::solve_taps(accumulate(grid, known, usable));
  if (!trained) return std::nullopt;
  steps::ClassSums sums;
  for_each_known(known, usable, [&](std::int32_t r, std::int32_t c, float target) {
    float x[kUnknowns];
    gather(grid, r, c, x);
    double value = static_cast<double>(trained->bias);
    for (std::size_t i = 0; i < kTaps; ++i) value += static_cast<double>(trained->taps[i] * x[i]);
    const std::size_t k = target > 0 ? 0 : 1;
    sums.sum[k] += value;
    sums.square[k] += value * value;
    sums.count[k] += 1;
  });
  if (!steps::scale_taps(sums, *trained)) return std::nullopt;
  return trained;
}

void apply_taps(const steps::TrainedTaps& trained, ImageView<const float> grid,
                ImageView<float> out) {
  parallel_for(out.rows, [&](std::int64_t r) {
    const auto row = static_cast<std::int32_t>(r);
    float* to = &out(row, 0);
    std::fill(to, to + out.cols, trained.bias);
    for (std::int32_t i = 0; i < kTapSide; ++i) {
      const float* from = &grid(row + i, 0);
      const float* tap = trained.taps.data() + i * kTapSide;
      for (std::int32_t c = 0; c < out.cols; ++c)
        to[c] += tap[0] * from[c] + tap[1] * from[c + 1] + tap[2] * from[c + 2] +
                 tap[3] * from[c + 3] + tap[4] * from[c + 4];
    }
  });
}

}  // namespace ostracon::cpu
