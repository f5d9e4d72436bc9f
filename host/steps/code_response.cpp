#include "host/steps/code_response.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <opencv2/core.hpp>
#include <optional>
#include <vector>

namespace ostracon::steps {
namespace {

using format::qr::Role;
using format::qr::Symbol;

constexpr double kMostEdge = 0.45,
                 kMostDiagonal = 0.2;  // of a blur of 0.8 modules, the own being 1
constexpr double kFewest = 40;         // known modules of a code that shows
constexpr double kLeastNoise = 0.05;   // of the contrast: neighbours farther off, wrong maps

/// [module with margin 1] +1 light, -1 dark, 0 not known. The ring around a symbol is light.
std::vector<std::int8_t> known_signs(const Symbol& symbol) {
  const int wide = symbol.side + 2;
  std::vector<std::int8_t> signs(static_cast<std::size_t>(wide) * static_cast<std::size_t>(wide),
                                 1);
  for (int row = 0; row < symbol.side; ++row)
    for (int col = 0; col < symbol.side; ++col) {
      const auto module = cell(row, col, symbol.side);
      const Role role = symbol.role[module];
      const bool known = role != Role::kData && role != Role::kFormat;
      signs[cell(row + 1, col + 1, wide)] =
          static_cast<std::int8_t>(!known                      ? 0
                                   : symbol.value[module] != 0 ? -1
                                                               : 1);
    }
  return signs;
}

/// Solves the least squares of some regressors; nothing where they are not independent.
std::optional<std::vector<double>> solve(const CodeSums& sums, std::span<const std::size_t> which) {
  const int size = static_cast<int>(which.size());
  cv::Mat_<double> left(size, size), right(size, 1), solution;
  for (int i = 0; i < size; ++i) {
    right(i) = sums.right[which[static_cast<std::size_t>(i)]];
    for (int j = 0; j < size; ++j)
      left(i, j) =
          sums.normal[which[static_cast<std::size_t>(i)]][which[static_cast<std::size_t>(j)]];
    left(i, i) += 1e-9 * sums.count;
  }
  if (!cv::solve(left, right, solution, cv::DECOMP_CHOLESKY)) return std::nullopt;
  return std::vector<double>(solution.begin(), solution.end());
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

/// Taps of least mean square error for modules of +-1 and white noise of `variance`; and what they
/// give of the module itself, which is 1 less the error.
struct Taps {
  std::array<double, kTapSide * kTapSide> weight{};
  double gain = 0;
};
Taps taps_of(const CodeResponse& response, double variance) {
  constexpr int kTaps = kTapSide * kTapSide, kMiddle = kTapSide / 2;
  const auto kernel = kernel_of(response);
  cv::Mat_<double> spread(kTaps, kTaps), wanted(kTaps, 1, 0.0), solution;
  for (int i = 0; i < kTaps; ++i) {
    for (int j = 0; j < kTaps; ++j)
      spread(i, j) =
          autocorrelation(kernel, i / kTapSide - j / kTapSide, i % kTapSide - j % kTapSide);
    spread(i, i) += variance;
    const int row = i / kTapSide - kMiddle, col = i % kTapSide - kMiddle;
    if (std::abs(row) <= 1 && std::abs(col) <= 1) wanted(i) = kernel[cell(1 - row, 1 - col, 3)];
  }
  Taps taps;
  if (!cv::solve(spread, wanted, solution, cv::DECOMP_CHOLESKY)) return taps;
  for (int i = 0; i < kTaps; ++i) {
    taps.weight[static_cast<std::size_t>(i)] = solution(i);
    taps.gain += solution(i) * wanted(i);
  }
  return taps;
}

}  // namespace

CodeSums sums_of(std::span<const float> means, const Symbol& symbol) {
  const auto signs = known_signs(symbol);
  const int wide = symbol.side + 2, sampled = symbol.side + 2 * kCodeMargin;
  CodeSums sums;
  for (int row = 0; row < symbol.side; ++row)
    for (int col = 0; col < symbol.side; ++col) {
      const auto* sign = &signs[cell(row + 1, col + 1, wide)];
      const float mean = means[cell(row + kCodeMargin, col + kCodeMargin, sampled)];
      if (*sign == 0 || !std::isfinite(mean)) continue;
      const double middle = 0.5 * (symbol.side - 1), side = symbol.side;
      const std::array<double, kRegressors> values = {
          static_cast<double>(*sign),
          static_cast<double>(sign[-1] + sign[1]),
          static_cast<double>(sign[-wide] + sign[wide]),
          static_cast<double>(sign[-wide - 1] + sign[-wide + 1] + sign[wide - 1] + sign[wide + 1]),
          1,
          (col - middle) / side,
          (row - middle) / side};
      for (std::size_t i = 0; i < kRegressors; ++i) {
        for (std::size_t j = 0; j < kRegressors; ++j) sums.normal[i][j] += values[i] * values[j];
        sums.right[i] += values[i] * static_cast<double>(mean);
      }
      sums.square += static_cast<double>(mean) * static_cast<double>(mean);
      sums.count += 1;
      sums.unknown[0] += (sign[-1] == 0) + (sign[1] == 0);
      sums.unknown[1] += (sign[-wide] == 0) + (sign[wide] == 0);
      sums.unknown[2] += (sign[-wide - 1] == 0) + (sign[-wide + 1] == 0) + (sign[wide - 1] == 0) +
                         (sign[wide + 1] == 0);
    }
  return sums;
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

CodeEqualiser equaliser_of(const CodeSums& sums, const CodeResponse& response) {
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
  const Taps taps = taps_of(response, variance);
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

std::vector<float> dirt_limits(std::span<const CodeEqualiser> codes) {
  constexpr float kOfContrast = 1.25F, kOfNoise = 2.5F, kMostNoise = 1.3F;
  std::vector<float> noises = {0};
  for (const CodeEqualiser& code : codes)
    if (code.signal.contrast != 0)
      noises.push_back(code.signal.noise / std::abs(code.signal.contrast));
  const auto middle = noises.begin() + static_cast<std::ptrdiff_t>(noises.size() / 2);
  std::nth_element(noises.begin(), middle, noises.end());
  std::vector<float> limits;
  for (const CodeEqualiser& code : codes) {
    const float contrast = std::abs(code.signal.contrast);
    const float noise = std::min(code.signal.noise, kMostNoise * *middle * contrast);
    limits.push_back(kOfContrast * contrast + kOfNoise * noise);
  }
  return limits;
}

}  // namespace ostracon::steps
