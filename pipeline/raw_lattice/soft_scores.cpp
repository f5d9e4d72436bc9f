#include "pipeline/raw_lattice/soft_scores.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "pipeline/raw_lattice/quantile.hpp"

namespace ostracon::raw_lattice {
namespace {

constexpr int kRounds = 40;
constexpr double kNeitherShare = 1e-4;  // of cells, taken for granted
constexpr double kLeastSigma = 1e-3;    // of the distance of the means
constexpr double kRootTwoPi = 2.5066282746310002;

double normal(double score, double mean, double sigma) {
  const double away = (score - mean) / sigma;
  return std::exp(-0.5 * away * away) / (kRootTwoPi * sigma);
}

/// Mean log likelihood of two normal distributions over that of one.
double evidence_of(std::span<const float> scores, const std::array<double, 2>& share,
                   const std::array<double, 2>& mean, double sigma, double floor) {
  const auto count = static_cast<double>(scores.size());
  double middle = 0, variance = 0, two = 0, one = 0;
  for (const float score : scores) middle += static_cast<double>(score) / count;
  for (const float score : scores)
    variance += std::pow(static_cast<double>(score) - middle, 2) / count;
  for (const float value : scores) {
    const auto score = static_cast<double>(value);
    two += std::log(share[0] * normal(score, mean[0], sigma) +
                    share[1] * normal(score, mean[1], sigma) + floor);
    one += std::log(normal(score, middle, std::sqrt(variance)) + floor);
  }
  return (two - one) / count;
}

}  // namespace

double ScoreModel::llr(double score) const {
  if (!(high > low)) return 0;
  return std::log((normal(score, low, sigma) + floor) / (normal(score, high, sigma) + floor));
}

ScoreModel fit_scores(std::span<const float> scores) {
  std::array<std::vector<float>, 2> side;
  for (const float score : scores) side[score > 0].push_back(score);
  ScoreModel model;
  if (side[0].size() < 2 || side[1].size() < 2) return model;
  std::array<double, 2> share{};
  std::vector<float> away;
  std::array<double, 2> mean{};
  for (std::size_t k = 0; k < 2; ++k) {
    mean[k] = static_cast<double>(quantile(side[k], 0.5));
    share[k] = static_cast<double>(side[k].size()) / static_cast<double>(scores.size());
    for (const float score : side[k])
      away.push_back(static_cast<float>(std::abs(static_cast<double>(score) - mean[k])));
  }
  double sigma = 1.4826 * static_cast<double>(quantile(away, 0.5));
  const auto least = [&] { return std::max(kLeastSigma * (mean[1] - mean[0]), 1e-30); };
  const auto floor = [&] { return kNeitherShare / (mean[1] - mean[0] + 6 * sigma); };
  sigma = std::max(sigma, least());
  for (int round = 0; round < kRounds; ++round) {
    std::array<double, 2> count{}, sum{};
    double squares = 0;
    for (const float value : scores) {
      const auto score = static_cast<double>(value);
      std::array<double, 2> part{share[0] * normal(score, mean[0], sigma),
                                 share[1] * normal(score, mean[1], sigma)};
      const double all = part[0] + part[1] + floor();
      for (std::size_t k = 0; k < 2; ++k) {
        part[k] /= all;
        count[k] += part[k];
        sum[k] += part[k] * score;
        squares += part[k] * (score - mean[k]) * (score - mean[k]);
      }
    }
    if (count[0] < 1 || count[1] < 1) break;
    sigma = std::sqrt(squares / (count[0] + count[1]));
    for (std::size_t k = 0; k < 2; ++k) {
      mean[k] = sum[k] / count[k];
      share[k] = count[k] / (count[0] + count[1]);
    }
    sigma = std::max(sigma, least());
  }
  if (!(mean[1] > mean[0])) return model;
  model.low = mean[0];
  model.high = mean[1];
  model.sigma = sigma;
  model.floor = floor();
  model.evidence = evidence_of(scores, share, mean, sigma, model.floor);
  return model;
}

}  // namespace ostracon::raw_lattice
