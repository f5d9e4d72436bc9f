#include "host/steps/channel_response.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <opencv2/core.hpp>

namespace ostracon::steps {
namespace {

constexpr std::int32_t kFewest = 500;
// Pairs are kept if they explain this share of what the response leaves, beyond twice what so many
// unknowns explain of mere noise.
constexpr double kLeastPairShare = 0.01;
constexpr double kWhitenerRidge = 0.02;  // keeps what is estimated from few modules in bounds
constexpr float kLeastOuter = 0.01F;     // of the centre
constexpr auto kCentre = static_cast<std::size_t>(ChannelResponse::kCentre);

/// The first `unknowns` alone; the others are left as they are.
template <std::size_t kOf>
bool solve(const Normal<kOf>& normal, std::array<double, kOf>& x, std::size_t unknowns) {
  const auto n = static_cast<int>(unknowns);
  cv::Mat left(n, n, CV_64F), right(n, 1, CV_64F), solution;
  for (int i = 0; i < n; ++i) {
    right.at<double>(i) = normal.b[static_cast<std::size_t>(i)];
    for (int j = 0; j <= i; ++j)
      left.at<double>(i, j) = left.at<double>(j, i) =
          normal.a[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
    left.at<double>(i, i) += 1e-9 * normal.count + 1e-12;
  }
  if (!cv::solve(left, right, solution, cv::DECOMP_CHOLESKY)) return false;
  for (int i = 0; i < n; ++i) x[static_cast<std::size_t>(i)] = solution.at<double>(i);
  return true;
}

/// What a least-squares solution takes off `square`.
template <std::size_t kOf>
double explained(const Normal<kOf>& normal, const std::array<double, kOf>& x) {
  double sum = 0;
  for (std::size_t i = 0; i < kOf; ++i) sum += x[i] * normal.b[i];
  return sum;
}

}  // namespace

bool fit_forward(const Normal<kUnknowns>& forward, ResponseFit& fit) {
  std::array<double, kUnknowns> with_pairs{};
  fit = {};
  fit.count = forward.count;
  if (forward.count < kFewest || !solve(forward, fit.h, kLinear)) return false;
  ChannelResponse& learned = fit.learned;
  if (solve(forward, with_pairs, kUnknowns)) {
    const double gain = explained(forward, with_pairs) - explained(forward, fit.h);
    const double by_chance = 2.0 * rules::kPairs / forward.count;
    if (gain > (kLeastPairShare + by_chance) * (forward.square - explained(forward, fit.h))) {
      fit.h = with_pairs;
      fit.unknowns = kUnknowns;
      learned.bright_edges = true;
    }
  }
  for (std::size_t k = 0; k < kResponseTaps; ++k)
    learned.response[k] = static_cast<float>(fit.h[k]);
  learned.bias = static_cast<float>(fit.h[kResponseTaps]);
  for (std::size_t k = 0; k < rules::kPairs; ++k)
    learned.pair[k] = static_cast<float>(fit.h[kLinear + k]);
  for (std::size_t k = 0; k < kResponseTaps; ++k)
    if (k != kCentre && !(fit.h[kCentre] > std::abs(fit.h[k]))) return false;
  return true;
}

bool fit_noise(const Normal<3>& spread, ResponseFit& fit) {
  std::array<double, 3> v{};
  if (!solve(spread, v, 3) || !(v[0] > 0)) return false;
  // The least squares fit the noise a little too.
  const double freedom = 1.0 - static_cast<double>(fit.unknowns) / fit.count;
  fit.learned.noise = static_cast<float>(v[0] / freedom);
  fit.learned.noise_own = static_cast<float>(v[1] / freedom);
  fit.learned.noise_around = static_cast<float>(v[2] / freedom);
  fit.learned.trained_on = fit.count;
  return true;
}

std::array<float, kResponseTaps> fit_whitener(const LagSums& sums) {
  constexpr std::size_t kLags = LagSums::kLags;
  const auto mean_product = [&](std::size_t down, std::size_t right) {
    return sums.product[down][right] / std::max(1.0, sums.count[down][right]);
  };
  std::array<std::array<double, kLags + 1>, kLags + 1> correlation{};
  for (std::size_t down = 0; down <= kLags; ++down)
    for (std::size_t right = 0; right <= kLags; ++right)
      correlation[down][right] =
          0.5 * (mean_product(down, kLags + right) + mean_product(down, kLags - right)) /
          mean_product(0, kLags);
  constexpr int kSide = ChannelResponse::kSide, kSize = static_cast<int>(kResponseTaps);
  cv::Mat gamma(kSize, kSize, CV_64F), unit(kSize, 1, CV_64F, cv::Scalar(0)), inverse;
  for (int a = 0; a < kSize; ++a)
    for (int b = 0; b < kSize; ++b)
      gamma.at<double>(a, b) =
          correlation[static_cast<std::size_t>(std::abs(a / kSide - b / kSide))]
                     [static_cast<std::size_t>(std::abs(a % kSide - b % kSide))] +
          (a == b ? kWhitenerRidge : 0.0);
  unit.at<double>(kSize / 2) = 1;
  std::array<float, kResponseTaps> whitener{};
  whitener[kResponseTaps / 2] = 1;
  if (!cv::solve(gamma, unit, inverse, cv::DECOMP_CHOLESKY)) return whitener;
  for (int k = 0; k < kSize; ++k)
    whitener[static_cast<std::size_t>(k)] = static_cast<float>(inverse.at<double>(k));
  return whitener;
}

std::int32_t response_reach(const ChannelResponse& channel) {
  float most = 0;
  constexpr std::size_t kLast = ChannelResponse::kSide - 1;
  for (std::size_t i = 0; i <= kLast; ++i)
    for (std::size_t j = 0; j <= kLast; ++j)
      if (i == 0 || i == kLast || j == 0 || j == kLast)
        most = std::max(most, std::abs(channel.response[i * ChannelResponse::kSide + j]));
  return most < kLeastOuter * channel.response[kCentre] ? 1 : 2;
}

}  // namespace ostracon::steps
