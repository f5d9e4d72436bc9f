#include "host/cpu/channel_response.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <vector>

#include "host/parallel.hpp"
#include "pipeline/stages/equaliser.hpp"

namespace ostracon::cpu {
namespace {

constexpr std::int32_t kSide = ChannelResponse::kSide;
constexpr std::int32_t kReach = kSide / 2;
constexpr std::size_t kTaps = static_cast<std::size_t>(kSide) * kSide;
constexpr std::int32_t kFewest = 500;
constexpr std::int32_t kRowsAPart = 64;
// Pairs are kept if they explain this share of what the response leaves, beyond twice what so many
// unknowns explain of mere noise.
constexpr double kLeastPairShare = 0.01;
constexpr double kWhitenerRidge = 0.02;  // keeps what is estimated from few modules in bounds
constexpr std::size_t kLinear = kTaps + 1;
constexpr std::size_t kAll = kLinear + rules::kPairs;

/// Normal equations of `kUnknowns` unknowns.
template <std::size_t kUnknowns>
struct Normal {
  std::array<std::array<double, kUnknowns>, kUnknowns> a{};
  std::array<double, kUnknowns> b{};
  double square = 0;  ///< sum of y^2
  std::int32_t count = 0;

  void add(const std::array<double, kUnknowns>& x, double y) {
    for (std::size_t i = 0; i < kUnknowns; ++i) {
      for (std::size_t j = 0; j <= i; ++j) a[i][j] += x[i] * x[j];
      b[i] += x[i] * y;
    }
    square += y * y;
    ++count;
  }
  void add(const Normal& other) {
    for (std::size_t i = 0; i < kUnknowns; ++i) {
      for (std::size_t j = 0; j <= i; ++j) a[i][j] += other.a[i][j];
      b[i] += other.b[i];
    }
    square += other.square;
    count += other.count;
  }
  /// The first `unknowns` alone; the others are left as they are.
  bool solve(std::array<double, kUnknowns>& x, std::size_t unknowns) const {
    const auto n = static_cast<int>(unknowns);
    cv::Mat left(n, n, CV_64F), right(n, 1, CV_64F), solution;
    for (int i = 0; i < n; ++i) {
      right.at<double>(i) = b[static_cast<std::size_t>(i)];
      for (int j = 0; j <= i; ++j)
        left.at<double>(i, j) = left.at<double>(j, i) =
            a[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
      left.at<double>(i, i) += 1e-9 * count + 1e-12;
    }
    if (!cv::solve(left, right, solution, cv::DECOMP_CHOLESKY)) return false;
    for (int i = 0; i < n; ++i) x[static_cast<std::size_t>(i)] = solution.at<double>(i);
    return true;
  }
  /// What a least-squares solution takes off `square`.
  double explained(const std::array<double, kUnknowns>& x) const {
    double sum = 0;
    for (std::size_t i = 0; i < kUnknowns; ++i) sum += x[i] * b[i];
    return sum;
  }
};

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
  std::array<double, kAll> regressors(std::int32_t row, std::int32_t col) const {
    std::array<double, kAll> x;
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
  template <std::size_t kUnknowns, class Body>
  Normal<kUnknowns> accumulate(const Body& body) const {
    std::vector<Normal<kUnknowns>> parts(
        static_cast<std::size_t>((known.rows + kRowsAPart - 1) / kRowsAPart));
    parallel_for(static_cast<std::int64_t>(parts.size()), [&](std::int64_t p) {
      const auto first = std::max(static_cast<std::int32_t>(p) * kRowsAPart, kReach);
      const auto end =
          std::min((static_cast<std::int32_t>(p) + 1) * kRowsAPart, known.rows - kReach);
      for (std::int32_t r = first; r < end; ++r)
        for (std::int32_t c = kReach; c < known.cols - kReach; ++c)
          if (known(r, c) < 2 && whole(r, c)) body(parts[static_cast<std::size_t>(p)], r, c);
    });
    Normal<kUnknowns> total;
    for (const auto& part : parts) total.add(part);
    return total;
  }
};

/// The middle row of the inverse of the residuals' correlation over 5 x 5 outputs. Twice symmetric.
std::array<float, kTaps> learn_whitener(const Training& training,
                                        const std::array<double, kAll>& h) {
  const std::int32_t rows = training.known.rows, cols = training.known.cols;
  cv::Mat residual(rows, cols, CV_32F, cv::Scalar(0)), seen(rows, cols, CV_32F, cv::Scalar(0));
  for (std::int32_t r = kReach; r < rows - kReach; ++r)
    for (std::int32_t c = kReach; c < cols - kReach; ++c) {
      if (training.known(r, c) >= 2 || !training.whole(r, c)) continue;
      const auto x = training.regressors(r, c);
      double rest = training.value(r, c);
      for (std::size_t k = 0; k < kAll; ++k) rest -= h[k] * x[k];
      residual.at<float>(r, c) = static_cast<float>(rest);
      seen.at<float>(r, c) = 1;
    }
  constexpr int kLags = kSide - 1;
  const auto mean_product = [&](int down, int right) {  // right may be negative
    const cv::Rect a(std::max(0, -right), 0, cols - std::abs(right), rows - down);
    const cv::Rect b(a.x + right, down, a.width, a.height);
    return residual(a).dot(residual(b)) / std::max(1.0, seen(a).dot(seen(b)));
  };
  std::array<std::array<double, kLags + 1>, kLags + 1> correlation{};
  for (int down = 0; down <= kLags; ++down)
    for (int right = 0; right <= kLags; ++right)
      correlation[static_cast<std::size_t>(down)][static_cast<std::size_t>(right)] =
          0.5 * (mean_product(down, right) + mean_product(down, -right)) / mean_product(0, 0);
  constexpr int kSize = static_cast<int>(kTaps);
  cv::Mat gamma(kSize, kSize, CV_64F), unit(kSize, 1, CV_64F, cv::Scalar(0)), inverse;
  for (int a = 0; a < kSize; ++a)
    for (int b = 0; b < kSize; ++b)
      gamma.at<double>(a, b) =
          correlation[static_cast<std::size_t>(std::abs(a / kSide - b / kSide))]
                     [static_cast<std::size_t>(std::abs(a % kSide - b % kSide))] +
          (a == b ? kWhitenerRidge : 0.0);
  unit.at<double>(kSize / 2) = 1;
  std::array<float, kTaps> whitener{};
  whitener[kTaps / 2] = 1;
  if (!cv::solve(gamma, unit, inverse, cv::DECOMP_CHOLESKY)) return whitener;
  for (int k = 0; k < kSize; ++k)
    whitener[static_cast<std::size_t>(k)] = static_cast<float>(inverse.at<double>(k));
  return whitener;
}

}  // namespace

ChannelResponse learn_response(ImageView<const float> grid, ImageView<const std::uint8_t> usable,
                               ImageView<const std::uint8_t> known) {
  const Training training{grid, usable, known};
  ChannelResponse learned;
  const auto forward =
      training.accumulate<kAll>([&](Normal<kAll>& part, std::int32_t r, std::int32_t c) {
        part.add(training.regressors(r, c), training.value(r, c));
      });
  std::array<double, kAll> h{}, with_pairs{};
  if (forward.count < kFewest || !forward.solve(h, kLinear)) return learned;
  std::size_t unknowns = kLinear;
  if (forward.solve(with_pairs, kAll)) {
    const double explained = forward.explained(with_pairs) - forward.explained(h);
    const double by_chance = 2.0 * rules::kPairs / forward.count;
    if (explained > (kLeastPairShare + by_chance) * (forward.square - forward.explained(h))) {
      h = with_pairs;
      unknowns = kAll;
      learned.bright_edges = true;
    }
  }
  for (std::size_t k = 0; k < kTaps; ++k) learned.response[k] = static_cast<float>(h[k]);
  learned.bias = static_cast<float>(h[kTaps]);
  for (std::size_t k = 0; k < rules::kPairs; ++k)
    learned.pair[k] = static_cast<float>(h[kLinear + k]);
  const auto centre = static_cast<std::size_t>(ChannelResponse::kCentre);
  for (std::size_t k = 0; k < kTaps; ++k)
    if (k != centre && !(h[centre] > std::abs(h[k]))) return learned;

  // Squared residuals against the bit itself and the light around it.
  const auto spread = training.accumulate<3>([&](Normal<3>& part, std::int32_t r, std::int32_t c) {
    const auto x = training.regressors(r, c);
    double linear = 0, expected = 0;
    for (std::size_t k = 0; k < kLinear; ++k) linear += h[k] * x[k];
    for (std::size_t k = kLinear; k < kAll; ++k) expected += h[k] * x[k];
    expected += linear;
    const double own = h[centre] * x[centre];
    const double residual = training.value(r, c) - expected;
    part.add({1.0, x[centre], linear - own - h[kTaps]}, residual * residual);
  });
  std::array<double, 3> v{};
  if (!spread.solve(v, 3) || !(v[0] > 0)) return learned;
  // The least squares fit the noise a little too.
  const double freedom = 1.0 - static_cast<double>(unknowns) / forward.count;
  learned.noise = static_cast<float>(v[0] / freedom);
  learned.noise_own = static_cast<float>(v[1] / freedom);
  learned.noise_around = static_cast<float>(v[2] / freedom);
  if (learned.bright_edges) learned.whitener = learn_whitener(training, h);
  learned.trained_on = forward.count;
  return learned;
}

}  // namespace ostracon::cpu
