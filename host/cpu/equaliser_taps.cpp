#include "host/cpu/equaliser_taps.hpp"

#include <algorithm>
#include <opencv2/core.hpp>

#include "host/parallel.hpp"

namespace ostracon::cpu {
namespace {

constexpr int kUnknowns = kTaps + 1;
constexpr std::int32_t kFewest = 200;
constexpr std::int32_t kFewestOfClass = 50;

struct Normal {
  std::array<std::array<double, kUnknowns>, kUnknowns> a{};
  std::array<double, kUnknowns> b{};
  std::int32_t count = 0;
};

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
Normal accumulate(ImageView<const float> grid, ImageView<const std::uint8_t> known,
                  ImageView<const std::uint8_t> usable) {
  constexpr std::int32_t kRows = 64;
  std::vector<Normal> parts(static_cast<std::size_t>((known.rows + kRows - 1) / kRows));
  parallel_for(static_cast<std::int64_t>(parts.size()), [&](std::int64_t p) {
    Normal& part = parts[static_cast<std::size_t>(p)];
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
  Normal total;
  for (const Normal& part : parts) {
    for (std::size_t i = 0; i < kUnknowns; ++i) {
      for (std::size_t j = 0; j <= i; ++j) total.a[i][j] += part.a[i][j];
      total.b[i] += part.b[i];
    }
    total.count += part.count;
  }
  return total;
}

}  // namespace

std::optional<TrainedTaps> train_taps(ImageView<const float> grid,
                                      ImageView<const std::uint8_t> known,
                                      ImageView<const std::uint8_t> usable) {
  const Normal normal = accumulate(grid, known, usable);
  if (normal.count < kFewest) return std::nullopt;
  cv::Mat a(kUnknowns, kUnknowns, CV_64F);
  cv::Mat b(kUnknowns, 1, CV_64F);
  double trace = 0;
  for (std::size_t i = 0; i < kTaps; ++i) trace += normal.a[i][i];
  for (int i = 0; i < kUnknowns; ++i) {
    b.at<double>(i) = normal.b[static_cast<std::size_t>(i)];
    for (int j = 0; j <= i; ++j)
      a.at<double>(i, j) = a.at<double>(j, i) =
          normal.a[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
    a.at<double>(i, i) += 1e-6 * trace / kTaps + 1e-12;
  }
  cv::Mat solution;
  if (!cv::solve(a, b, solution, cv::DECOMP_CHOLESKY)) return std::nullopt;

  TrainedTaps trained;
  for (int i = 0; i < kTaps; ++i)
    trained.taps[static_cast<std::size_t>(i)] = static_cast<float>(solution.at<double>(i));
  trained.bias = static_cast<float>(solution.at<double>(kTaps));
  trained.modules = normal.count;

  double sum[2] = {}, square[2] = {};
  double count[2] = {};
  for_each_known(known, usable, [&](std::int32_t r, std::int32_t c, float target) {
    float x[kUnknowns];
    gather(grid, r, c, x);
    double value = static_cast<double>(trained.bias);
    for (std::size_t i = 0; i < kTaps; ++i) value += static_cast<double>(trained.taps[i] * x[i]);
    const int k = target > 0 ? 0 : 1;
    sum[k] += value;
    square[k] += value * value;
    count[k] += 1;
  });
  if (std::min(count[0], count[1]) < kFewestOfClass) return std::nullopt;
  const double land = sum[0] / count[0];
  const double pit = sum[1] / count[1];
  if (!(land - pit > 1e-3)) return std::nullopt;
  // MMSE shrinks; two apart makes the classes +-1 about a common threshold.
  const double gain = 2.0 / (land - pit);
  const double middle = 0.5 * (land + pit);
  for (float& tap : trained.taps) tap = static_cast<float>(static_cast<double>(tap) * gain);
  trained.bias = static_cast<float>((static_cast<double>(trained.bias) - middle) * gain);
  // The taps were fitted to these very modules: as many degrees of freedom are gone.
  const double total = count[0] + count[1];
  const double unbiased = total / (total - kUnknowns) * gain * gain;
  trained.classes = {
      1.0F, static_cast<float>(std::max(1e-3, (square[0] / count[0] - land * land) * unbiased)),
      -1.0F, static_cast<float>(std::max(1e-3, (square[1] / count[1] - pit * pit) * unbiased))};
  return trained;
}

void apply_taps(const TrainedTaps& trained, ImageView<const float> grid, ImageView<float> out) {
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
