#include "bench/dose_curve/limits.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "datasets/converter.hpp"

namespace ostracon::bench {
namespace {

constexpr std::array<double, 3> kSigmas{0.3, 0.4, 0.5};
constexpr std::array<format::Rate, 4> kRates{format::Rate::kOneHalf, format::Rate::kTwoThirds,
                                             format::Rate::kFourFifths, format::Rate::kEightNinths};
constexpr std::array<std::array<double, 4>, 3> kElectrons{
    {{30, 49, 73, 103}, {45, 75, 111, 154}, {71, 118, 178, 235}}};

/// Piecewise linear through (x, y), continued beyond the ends.
template <std::size_t n>
double interpolate(const std::array<double, n>& x, const std::array<double, n>& y, double at) {
  std::size_t upper = 1;
  while (upper + 1 < n && x[upper] < at) ++upper;
  const double t = (at - x[upper - 1]) / (x[upper] - x[upper - 1]);
  return y[upper - 1] + t * (y[upper] - y[upper - 1]);
}

}  // namespace

double value_of(format::Rate rate) {
  return static_cast<double>(format::kInformationBits) / format::codeword_bits(rate);
}
double decibels(double ratio) { return 10 * std::log10(ratio); }
double ratio_of_decibels(double decibels) { return std::pow(10.0, decibels / 10); }

std::optional<double> tabled_limit(double sigma, format::Rate rate) {
  for (std::size_t s = 0; s < kSigmas.size(); ++s)
    for (std::size_t r = 0; r < kRates.size(); ++r)
      if (std::abs(kSigmas[s] - sigma) < 1e-6 && kRates[r] == rate) return kElectrons[s][r];
  return std::nullopt;
}

double guessed_limit(double sigma, format::Rate rate) {
  std::array<double, 4> rates{};
  for (std::size_t r = 0; r < kRates.size(); ++r) rates[r] = value_of(kRates[r]);
  std::array<double, 3> log_dose{};
  for (std::size_t s = 0; s < kSigmas.size(); ++s) {
    std::array<double, 4> of_rate{};
    for (std::size_t r = 0; r < kRates.size(); ++r) of_rate[r] = std::log(kElectrons[s][r]);
    log_dose[s] = interpolate(rates, of_rate, value_of(rate));
  }
  return std::exp(interpolate(kSigmas, log_dose, sigma));
}

double contrast_factor(double contrast) { return (1 - contrast / 2) / (contrast * contrast) / 3; }

double limit_with_noise(double limit, const sem::Profile& profile) {
  const double p = profile.scan.pixels_per_module, sigma = profile.noise.detector_sigma_electrons;
  const double k = profile.scan.frames * p * p * sigma * sigma / (1 - profile.optics.contrast / 2);
  const double half = limit * profile.noise.excess_factor / 2;
  return half + std::sqrt(half * half + limit * k);
}

double zone_gain(double shading, int zone_rows, int zone_cols, int row, int col) {
  constexpr int kSamples = 64;
  double rows = 0, cols = 0;
  for (int i = 0; i < kSamples; ++i) {
    const double within = (i + 0.5) / kSamples;
    rows += sem::shading_row((row + within) / zone_rows) / kSamples;
    cols += sem::shading_col((col + within) / zone_cols) / kSamples;
  }
  return 1 + shading * rows * cols;
}

}  // namespace ostracon::bench
