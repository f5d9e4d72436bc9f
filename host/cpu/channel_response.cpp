#include "host/cpu/channel_response.hpp"

#include <algorithm>
#include <cstdlib>
#include <opencv2/core.hpp>
#include <vector>

#include "host/parallel.hpp"
#include "host/steps/channel_response.hpp"
#include "pipeline/stages/equaliser.hpp"

namespace ostracon::cpu {
namespace {

using steps::kLinear;
using steps::kUnknowns;
using steps::Normal;

constexpr std::int32_t kSide = ChannelResponse::kSide;
constexpr std::int32_t kReach = kSide / 2;
constexpr std::int32_t kRowsAPart = 64;

/// A page's known modules; the border of two modules is left out, since its surroundings are not
/// known.
struct Training {
  ImageView<const float> grid;
  ImageView<const std::uint8_t> usable, known;

  bool whole(std::int32_t row, std::int32_t col) const {
    for (std::int32_t i = -kReach; i <= kReach; ++i)
      for (std::int32_t j = -kReach; j <= kReach; ++j)
        if (known(row + i, col + j) >= 2 || usable(row + i, col + j) == 0) return false;
    return true;
  }
  /// The bits around, 1 for the bias, and the products of pairs.
  std::array<double, kUnknowns> regressors(std::int32_t row, std::int32_t col) const {
    std::array<double, kUnknowns> x;
    std::size_t k = 0;
    for (std::int32_t i = -kReach; i <= kReach; ++i)
      for (std::int32_t j = -kReach; j <= kReach; ++j)
        x[k++] = known(row + i, col + j) == 0 ? 1.0 : -1.0;
    x[k++] = 1.0;
    const auto cell = [&](std::size_t i) {
      constexpr std::size_t kFirst = (kSide - rules::kPairSide) / 2;
      return x[(kFirst + i / rules::kPairSide) * kSide + kFirst + i % rules::kPairSide];
    };
    for (std::size_t a = 0; a < rules::kPairCells; ++a)
      for (std::size_t b = a + 1; b < rules::kPairCells; ++b) x[k++] = cell(a) * cell(b);
    return x;
  }
  double value(std::int32_t row, std::int32_t col) const {
    return static_cast<double>(grid(row + kEqualiserMargin, col + kEqualiserMargin));
  }

  /// Sums over fixed groups of rows, so that the result does not depend on the threads.
  template <std::size_t kOf, class Body>
  Normal<kOf> accumulate(const Body& body) const {
    std::vector<Normal<kOf>> parts(
        static_cast<std::size_t>((known.rows + kRowsAPart - 1) / kRowsAPart));
    parallel_for(static_cast<std::int64_t>(parts.size()), [&](std::int64_t p) {
      const auto first = std::max(static_cast<std::int32_t>(p) * kRowsAPart, kReach);
      const auto end =
          std::min((static_cast<std::int32_t>(p) + 1) * kRowsAPart, known.rows - kReach);
      for (std::int32_t r = first; r < end; ++r)
        for (std::int32_t c = kReach; c < known.cols - kReach; ++c)
          if (known(r, c) < 2 && whole(r, c)) body(parts[static_cast<std::size_t>(p)], r, c);
    });
    Normal<kOf> total;
    for (const auto& part : parts) total.add(part);
    return total;
  }
};

steps::LagSums sum_lags(const Training& training, const std::array<double, kUnknowns>& h) {
  const std::int32_t rows = training.known.rows, cols = training.known.cols;
  cv::Mat residual(rows, cols, CV_32F, cv::Scalar(0)), seen(rows, cols, CV_32F, cv::Scalar(0));
  for (std::int32_t r = kReach; r < rows - kReach; ++r)
    for (std::int32_t c = kReach; c < cols - kReach; ++c) {
      if (training.known(r, c) >= 2 || !training.whole(r, c)) continue;
      const auto x = training.regressors(r, c);
      double rest = training.value(r, c);
      for (std::size_t k = 0; k < kUnknowns; ++k) rest -= h[k] * x[k];
      residual.at<float>(r, c) = static_cast<float>(rest);
      seen.at<float>(r, c) = 1;
    }
  steps::LagSums sums;
  constexpr int kLags = static_cast<int>(steps::LagSums::kLags);
  for (int down = 0; down <= kLags; ++down)
    for (int right = -kLags; right <= kLags; ++right) {
      const cv::Rect a(std::max(0, -right), 0, cols - std::abs(right), rows - down);
      const cv::Rect b(a.x + right, down, a.width, a.height);
      const auto i = static_cast<std::size_t>(down);
      const auto j = static_cast<std::size_t>(right) + steps::LagSums::kLags;
      sums.product[i][j] = residual(a).dot(residual(b));
      sums.count[i][j] = seen(a).dot(seen(b));
    }
  return sums;
}

}  // namespace

ChannelResponse learn_response(ImageView<const float> grid, ImageView<const std::uint8_t> usable,
                               ImageView<const std::uint8_t> known) {
  const Training training{grid, usable, known};
  steps::ResponseFit fit;
  const auto forward =
      training.accumulate<kUnknowns>([&](Normal<kUnknowns>& part, std::int32_t r, std::int32_t c) {
        part.add(training.regressors(r, c), training.value(r, c));
      });
  if (!steps::fit_forward(forward, fit)) return fit.learned;
  const auto& h = fit.h;
  constexpr auto kCentre = static_cast<std::size_t>(ChannelResponse::kCentre);
  const auto spread = training.accumulate<3>([&](Normal<3>& part, std::int32_t r, std::int32_t c) {
    const auto x = training.regressors(r, c);
    double linear = 0, expected = 0;
    for (std::size_t k = 0; k < kLinear; ++k) linear += h[k] * x[k];
    for (std::size_t k = kLinear; k < kUnknowns; ++k) expected += h[k] * x[k];
    expected += linear;
    const double own = h[kCentre] * x[kCentre];
    const double residual = training.value(r, c) - expected;
    part.add({1.0, x[kCentre], linear - own - h[steps::kResponseTaps]}, residual * residual);
  });
  if (steps::fit_noise(spread, fit) && fit.learned.bright_edges)
    fit.learned.whitener = steps::fit_whitener(sum_lags(training, h));
  return fit.learned;
}

}  // namespace ostracon::cpu
