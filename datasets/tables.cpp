#include "datasets/tables.hpp"

#include <array>
#include <cmath>
#include <numbers>

namespace ostracon::sem {
namespace {

constexpr std::size_t kQuantiles = 4096;

double normal_distribution(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }
double normal_density(double x) { return std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi); }

std::array<float, kQuantiles> make_quantiles() {
  std::array<double, kQuantiles> exact{};
  double power = 0;
  for (std::size_t i = 0; i < kQuantiles; ++i) {
    const double target = (static_cast<double>(i) + 0.5) / kQuantiles;
    double low = -6, high = 6;
    for (int step = 0; step < 60; ++step) {
      const double middle = (low + high) / 2;
      (normal_distribution(middle) < target ? low : high) = middle;
    }
    exact[i] = low;
    power += low * low;
  }
  std::array<float, kQuantiles> quantiles{};
  for (std::size_t i = 0; i < kQuantiles; ++i)
    quantiles[i] = static_cast<float>(exact[i] / std::sqrt(power / kQuantiles));
  return quantiles;
}

}  // namespace

float normal_of(std::uint64_t index) {
  static const std::array<float, kQuantiles> quantiles = make_quantiles();
  return quantiles[index];
}

double pulse(double x, double sigma, double fill) {
  return normal_distribution((x + fill / 2) / sigma) - normal_distribution((x - fill / 2) / sigma);
}

double pulse_slope(double x, double sigma, double fill) {
  return (normal_density((x + fill / 2) / sigma) - normal_density((x - fill / 2) / sigma)) / sigma;
}

PulseTable::PulseTable(double sigma, double fill, bool slope)
    : weights_(kPhases * 8), sums_(kPhases * 32) {
  for (std::size_t phase = 0; phase < kPhases; ++phase) {
    const double x = (static_cast<double>(phase) + 0.5) / kPhases - 0.5;
    float* weights = &weights_[phase * 8];
    for (int a = 0; a < 5; ++a) {
      const double distance = x - (a - 2);
      weights[a] = static_cast<float>(slope ? pulse_slope(distance, sigma, fill)
                                            : pulse(distance, sigma, fill));
    }
    for (unsigned pattern = 0; pattern < 32; ++pattern) {
      float sum = 0;
      for (unsigned b = 0; b < 5; ++b)
        if ((pattern >> b & 1U) != 0) sum += weights[b];
      sums_[phase * 32 + pattern] = sum;
    }
  }
}

StepTable::StepTable(double sigma) {
  for (std::int32_t i = 0; i <= 2 * kReach * kPerModule; ++i) {
    const double x = (i + 0.5) / kPerModule - kReach;
    step_.push_back(static_cast<float>(normal_distribution(x / sigma)));
    slope_.push_back(static_cast<float>(normal_density(x / sigma) / sigma));
  }
}

}  // namespace ostracon::sem
