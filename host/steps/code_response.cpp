#include "host/steps/code_response.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <opencv2/core.hpp>
#include <optional>
#include <vector>

#include "host/steps/small_solve.hpp"

namespace ostracon::steps {
namespace {

constexpr double kMostEdge = 0.45,
                 kMostDiagonal = 0.2;  // of a blur of 0.8 modules, the own being 1
constexpr double kFewest = 40;         // known modules of a code that shows
constexpr double kLeastNoise = 0.05;   // of the contrast: neighbours farther off, wrong maps

/// Solves the least squares of some regressors; nothing where they are not independent.
template <std::size_t kCount>
std::optional<std::array<double, kCount>> solve(const CodeSums& sums,
                                                const std::array<std::size_t, kCount>& which) {
  SmallMatrix<kCount> left;
  std::array<double, kCount> right;
  for (std::size_t i = 0; i < kCount; ++i) {
    right[i] = sums.right[which[i]];
    for (std::size_t j = 0; j < kCount; ++j) left[i][j] = sums.normal[which[i]][which[j]];
    left[i][i] += 1e-9 * sums.count;
  }
  return solve_symmetric(left, right);
}

constexpr std::array<std::size_t, kRegressors> kAll = {0, 1, 2, 3, 4, 5, 6};

/// Sums in which the neighbours' shares are put into the module's own regressor.
CodeSums joined(const CodeSums& sums, const CodeResponse& response) {
  const std::array<double, 4> share = {1, response.across, response.down, response.diagonal};
  CodeSums joint = sums;
  for (std::size_t j = 0; j < kRegressors; ++j) {
    joint.normal[kOwn][j] = 0;
    for (std::size_t i = 0; i < share.size(); ++i)
      joint.normal[kOwn][j] += share[i] * sums.normal[i][j];
  }
  double own = 0;
  joint.right[kOwn] = 0;
  for (std::size_t i = 0; i < share.size(); ++i) {
    own += share[i] * joint.normal[kOwn][i];
    joint.right[kOwn] += share[i] * sums.right[i];
  }
  joint.normal[kOwn][kOwn] = own;
  for (std::size_t j = 1; j < kRegressors; ++j) joint.normal[j][kOwn] = joint.normal[kOwn][j];
  return joint;
}

/// 3 x 3 shares, row-major.
std::array<double, 9> kernel_of(const CodeResponse& response) {
  const double a = response.across, d = response.down, x = response.diagonal;
  return {x, d, x, a, 1, a, x, d, x};
}

/// Of two modules `rows`, `cols` apart, how alike neighbours make their means.
double autocorrelation(const std::array<double, 9>& kernel, int rows, int cols) {
  double sum = 0;
  for (int r = std::max(0, rows); r < std::min(3, 3 + rows); ++r)
    for (int c = std::max(0, cols); c < std::min(3, 3 + cols); ++c)
      sum += kernel[cell(r, c, 3)] * kernel[cell(r - rows, c - cols, 3)];
  return sum;
}

}  // namespace

TapDesign::TapDesign(const CodeResponse& response) : response_(response) {
  const auto kernel = kernel_of(response);
  const auto kind = [](int tap) {
    const int row = tap / kCodeTapSide - kCodeTapSide / 2,
              col = tap % kCodeTapSide - kCodeTapSide / 2;
    return static_cast<std::size_t>(std::abs(row)) * kReach +
           static_cast<std::size_t>(std::abs(col));
  };
  constexpr int kTaps = kCodeTapSide * kCodeTapSide;
  std::array<double, kKinds> alike{};  // taps of a kind
  for (int tap = 0; tap < kTaps; ++tap) alike[kind(tap)] += 1;
  // The basis is orthonormal: a kind's vector is the root of 1 / alike in all its taps.
  cv::Mat_<double> spread(kKinds, kKinds, 0.0), powers, vectors;
  for (int i = 0; i < kTaps; ++i)
    for (int j = 0; j < kTaps; ++j)
      spread(static_cast<int>(kind(i)), static_cast<int>(kind(j))) +=
          autocorrelation(kernel, i / kCodeTapSide - j / kCodeTapSide,
                          i % kCodeTapSide - j % kCodeTapSide) /
          std::sqrt(alike[kind(i)] * alike[kind(j)]);
  cv::eigen(spread, powers, vectors);
  for (std::size_t e = 0; e < kKinds; ++e) {
    power_[e] = std::max(0.0, powers(static_cast<int>(e)));
    for (std::size_t k = 0; k < kKinds; ++k)
      vector_[e][k] = vectors(static_cast<int>(e), static_cast<int>(k)) / std::sqrt(alike[k]);
    for (int row = -1; row <= 1; ++row)
      for (int col = -1; col <= 1; ++col)
        wanted_[e] +=
            kernel[cell(1 - row, 1 - col, 3)] *
            vector_[e][kind((row + kCodeTapSide / 2) * kCodeTapSide + col + kCodeTapSide / 2)];
  }
}

TapDesign::Taps TapDesign::taps(double variance) const {
  Taps taps;
  std::array<double, kKinds> of_kind{};
  for (std::size_t e = 0; e < kKinds; ++e) {
    const double weight = wanted_[e] / (power_[e] + variance);
    taps.gain += wanted_[e] * weight;
    for (std::size_t k = 0; k < kKinds; ++k) of_kind[k] += weight * vector_[e][k];
  }
  for (std::size_t tap = 0; tap < taps.weight.size(); ++tap) {
    const auto away = [](std::size_t at) {
      constexpr std::size_t kMiddle = kCodeTapSide / 2;
      return at < kMiddle ? kMiddle - at : at - kMiddle;
    };
    taps.weight[tap] = of_kind[away(tap / kCodeTapSide) * kReach + away(tap % kCodeTapSide)];
  }
  return taps;
}

CodeResponse response_of(std::span<const CodeSums> codes) {
  // Each code's shares weigh by the square of its contrast, as least squares with equal noise does.
  double weight = 0, across = 0, down = 0, diagonal = 0;
  for (const CodeSums& sums : codes) {
    if (sums.count < kFewest) continue;
    const auto fit = solve(sums, kAll);
    if (!fit || (*fit)[kOwn] == 0) continue;
    const double own = (*fit)[kOwn], power = own * own;
    weight += power;
    across += power * (*fit)[kAcross] / own;
    down += power * (*fit)[kDown] / own;
    diagonal += power * (*fit)[kDiagonal] / own;
  }
  if (!(weight > 0)) return {};
  return {std::clamp(across / weight, 0.0, kMostEdge), std::clamp(down / weight, 0.0, kMostEdge),
          std::clamp(diagonal / weight, 0.0, kMostDiagonal)};
}

CodeEqualiser equaliser_of(const CodeSums& sums, const TapDesign& design) {
  const CodeResponse& response = design.response();
  CodeEqualiser equaliser;
  if (sums.count < kFewest) return equaliser;
  const CodeSums joint = joined(sums, response);
  constexpr std::array<std::size_t, 4> kWhich = {kOwn, kOne, kOne + 1, kOne + 2};
  const auto fit = solve(joint, kWhich);
  if (!fit || (*fit)[0] == 0) return equaliser;
  const double own = (*fit)[0];
  double residual = joint.square;
  for (std::size_t i = 0; i < kWhich.size(); ++i) residual -= (*fit)[i] * joint.right[kWhich[i]];
  // Neighbours that are not known are +-1 by chance: they are signal, not noise.
  const double chance = sums.unknown[0] * response.across * response.across +
                        sums.unknown[1] * response.down * response.down +
                        sums.unknown[2] * response.diagonal * response.diagonal;
  const double freedom = std::max(sums.count - static_cast<double>(kWhich.size()), 1.0);
  const double variance =
      std::max(residual / freedom / (own * own) - chance / sums.count, kLeastNoise * kLeastNoise);
  const TapDesign::Taps taps = design.taps(variance);
  if (!(taps.gain > 0 && taps.gain < 1)) return equaliser;

  const double wide = 1 + 2 * (response.across + response.down) + 4 * response.diagonal;
  equaliser.signal = {static_cast<float>((*fit)[1]), static_cast<float>(own * wide),
                      static_cast<float>(std::sqrt(variance) * std::abs(own)),
                      static_cast<float>(1 / wide),
                      static_cast<float>(10 * std::log10(taps.gain / (1 - taps.gain)))};
  equaliser.slope = {static_cast<float>((*fit)[2]), static_cast<float>((*fit)[3])};
  // Output of taps.weight for modules of +-1: gain * module + error of variance gain (1 - gain).
  for (std::size_t i = 0; i < taps.weight.size(); ++i)
    equaliser.taps[i] = static_cast<float>(taps.weight[i] / own);
  equaliser.gain = static_cast<float>(taps.gain);
  return equaliser;
}

}  // namespace ostracon::steps
