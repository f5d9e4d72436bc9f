#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "datasets/electrons.hpp"
#include "datasets/random.hpp"

namespace ostracon::sem {
namespace {

constexpr std::size_t kRows = 400, kCols = 2500;

/// kRows rows of kCols electrons of one expectation.
std::vector<std::vector<float>> draw(const Noise& noise, double mean) {
  const ElectronSampler sampler(noise);
  const std::vector<float> means(kCols, static_cast<float>(mean));
  std::vector<std::vector<float>> rows(kRows, std::vector<float>(kCols));
  for (std::size_t y = 0; y < kRows; ++y)
    sampler.sample(means, stream_seed(5, 0, Purpose::kPixels, 0, y), rows[y]);
  return rows;
}

struct Moments {
  double mean = 0, variance = 0, fast_correlation = 0, slow_correlation = 0;
};

Moments moments(const std::vector<std::vector<float>>& rows) {
  Moments m;
  constexpr double kCount = kRows * kCols;
  for (const auto& row : rows)
    for (const float value : row) m.mean += static_cast<double>(value) / kCount;
  const auto deviation = [&](std::size_t y, std::size_t x) {
    return static_cast<double>(rows[y][x]) - m.mean;
  };
  for (std::size_t y = 1; y < kRows; ++y) {
    for (std::size_t x = 1; x < kCols; ++x) {
      m.variance += deviation(y, x) * deviation(y, x);
      m.fast_correlation += deviation(y, x) * deviation(y, x - 1);
      m.slow_correlation += deviation(y, x) * deviation(y - 1, x);
    }
  }
  m.fast_correlation /= m.variance;
  m.slow_correlation /= m.variance;
  m.variance /= (kRows - 1) * (kCols - 1);
  return m;
}

struct Case {
  double mean, detector_sigma, excess, correlation;
};
void PrintTo(const Case& c, std::ostream* out) {
  *out << c.mean << " e, sigma " << c.detector_sigma << ", excess " << c.excess << ", correlation "
       << c.correlation;
}

class FlatLand : public testing::TestWithParam<Case> {};

TEST_P(FlatLand, HasTheMeanVarianceAndCorrelationOfTheFormula) {
  const Case c = GetParam();
  Noise noise;
  noise.detector_sigma_electrons = c.detector_sigma;
  noise.excess_factor = c.excess;
  noise.fast_axis_correlation = c.correlation;
  const Moments m = moments(draw(noise, c.mean));
  const double variance = c.excess * c.mean + c.detector_sigma * c.detector_sigma;
  const double spread = (1 + c.correlation) / (1 - c.correlation);
  EXPECT_NEAR(m.mean, c.mean, 5 * std::sqrt(variance * spread / (kRows * kCols)));
  EXPECT_NEAR(m.variance / variance, 1, 0.015);
  EXPECT_NEAR(m.fast_correlation, c.correlation, 0.006);
  EXPECT_NEAR(m.slow_correlation, 0, 0.006);
}

INSTANTIATE_TEST_SUITE_P(Levels, FlatLand,
                         testing::Values(Case{0.06, 0.2, 1, 0}, Case{0.5, 0, 1, 0},
                                         Case{2.08, 0.2, 1, 0}, Case{2.2, 0.2, 1, 0.3},
                                         Case{11.11, 0.2, 1.5, 0.07}, Case{31.9, 0, 1, 0},
                                         Case{32.1, 0, 1, 0}, Case{900, 3, 2, 0.3}));

TEST(Electrons, FollowThePoissonDistribution) {
  Noise noise;
  noise.detector_sigma_electrons = 0;
  const double mean = 2.2;  // between two tables
  std::vector<double> counts(20);
  for (const auto& row : draw(noise, mean))
    for (const float value : row) counts[std::min<std::size_t>(19, std::size_t(value))] += 1;
  double probability = std::exp(-mean), chi_square = 0;
  for (std::size_t n = 0; n < 10; ++n) {
    const double expected = probability * kRows * kCols;
    chi_square += (counts[n] - expected) * (counts[n] - expected) / expected;
    probability *= mean / static_cast<double>(n + 1);
  }
  // 10 cells; the two-outcome rest is not exactly Poisson, which adds less than it resolves.
  EXPECT_LT(chi_square, 35);
}

TEST(Electrons, AboveTheTablesKeepThePoissonsSkewness) {
  Noise noise;
  noise.detector_sigma_electrons = 0;
  const double mean = 40;
  double third = 0;
  for (const auto& row : draw(noise, mean))
    for (const float value : row) third += std::pow(static_cast<double>(value) - mean, 3);
  EXPECT_NEAR(third / (kRows * kCols) / mean, 1, 0.15);
}

}  // namespace
}  // namespace ostracon::sem
