#include "host/steps/lattice_phase.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace ostracon::steps {
namespace {

constexpr std::int32_t kTileModules = 8;
constexpr float kFinestPitch = 2.8F;    // below this the contrast is formed on half pixels too
constexpr double kNoiseToSignal = 0.1;  // of the one-dimensional equaliser; about N_e 120 at c 0.5
constexpr float kReachModules = 2.25F;  // beyond it the taps hold less than 1 % of their power

double pulse_spectrum(double f, double blur) {
  const double x = std::numbers::pi * f;
  const double square = std::abs(x) < 1e-9 ? 1.0 : std::sin(x) / x;
  return square * std::exp(-2 * x * x * blur * blur);
}

/// A quarter of the other line's frequency beside a line.
std::array<float, 2> beside(const std::array<float, 2>& line, const std::array<float, 2>& other) {
  return {line[0] + 0.25F * other[0], line[1] + 0.25F * other[1]};
}

constexpr float kLn2 = 0.693147F;   // median of the power of noise over its mean
constexpr float kMostPower = 4.0F;  // of a tile, over the median

float median_power(const std::vector<std::complex<float>>& line) {
  std::vector<float> power;
  for (const auto& z : line) power.push_back(std::norm(z));
  const auto middle = power.begin() + static_cast<std::ptrdiff_t>(power.size() / 2);
  std::nth_element(power.begin(), middle, power.end());
  return *middle;
}

}  // namespace

Carriers Carriers::of(const LatticeSeed& seed) {
  const float det = seed.down[0] * seed.right[1] - seed.right[0] * seed.down[1];
  return {{seed.right[1] / det, -seed.right[0] / det}, {-seed.down[1] / det, seed.down[0] / det}};
}

std::array<std::array<float, 2>, 4> line_frequencies(const Carriers& carriers) {
  return {carriers.row_of, carriers.col_of, beside(carriers.row_of, carriers.col_of),
          beside(carriers.col_of, carriers.row_of)};
}

std::optional<PhaseTiles> plan_tiles(const LatticeSeed& seed, std::int32_t rows,
                                     std::int32_t cols) {
  PhaseTiles tiles;
  tiles.tile_px =
      std::max(kLeastTilePx, static_cast<std::int32_t>(std::lround(seed.pitch() * kTileModules)));
  tiles.rows = rows / tiles.tile_px;
  tiles.cols = cols / tiles.tile_px;
  if (tiles.rows < 4 || tiles.cols < 4) return std::nullopt;
  return tiles;
}

std::int32_t noise_step(const PhaseTiles& tiles) {
  return std::min(4, std::max(1, tiles.rows / 4));
}

std::vector<std::array<float, 2>> contrast_offsets(float pitch_px) {
  if (!(pitch_px < kFinestPitch)) return {{0, 0}};
  return {{0.5F, 0.5F}, {0.5F, 0}, {0, 0.5F}, {0, 0}};
}

std::vector<float> equalising_taps(float pitch_px, float blur_modules, float offset_px) {
  const auto reach = static_cast<std::int32_t>(std::ceil(kReachModules * pitch_px));
  std::vector<float> taps(static_cast<std::size_t>(2 * reach + 1));
  const double blur = static_cast<double>(blur_modules);
  constexpr int kSteps = 300;  // of the inverse transform over +-1.5 cycles per module
  std::array<double, kSteps> frequency, response;
  for (std::size_t s = 0; s < kSteps; ++s) {
    const double f = 1.5 * (static_cast<double>(s) + 0.5) / kSteps;
    double folded = kNoiseToSignal;
    for (int fold = -2; fold <= 2; ++fold) folded += std::pow(pulse_spectrum(f + fold, blur), 2);
    frequency[s] = f;
    response[s] = pulse_spectrum(f, blur) / folded;
  }
  for (std::int32_t k = -reach; k <= reach; ++k) {
    const double t =
        (static_cast<double>(k) - static_cast<double>(offset_px)) / static_cast<double>(pitch_px);
    double sum = 0;
    for (std::size_t s = 0; s < kSteps; ++s)
      sum += response[s] * std::cos(2 * std::numbers::pi * frequency[s] * t);
    const double edge = std::abs(t) / static_cast<double>(kReachModules + 0.5F);
    const double window = edge < 1 ? 0.5 + 0.5 * std::cos(std::numbers::pi * edge) : 0;
    const std::int32_t at = k + reach;
    taps[static_cast<std::size_t>(at)] =
        static_cast<float>(3.0 / kSteps * sum * window / static_cast<double>(pitch_px));
  }
  return taps;
}

void scale_to_noise(const std::array<std::vector<std::complex<float>>, 2>& beside,
                    PhaseTiles& tiles) {
  for (std::size_t axis = 0; axis < 2; ++axis) {
    auto& line = axis == 0 ? tiles.row_line : tiles.col_line;
    const float unit = 1 / std::sqrt(std::max(median_power(beside[axis]) / kLn2, 1e-24F));
    const float most = unit * unit * kMostPower * median_power(line);
    for (auto& z : line) {
      z *= unit;
      if (std::norm(z) > most) z *= std::sqrt(most / std::norm(z));
    }
  }
}

void join(PhaseTiles& tiles, const PhaseTiles& other) {
  const std::array<std::vector<std::complex<float>>*, 2> mine{&tiles.row_line, &tiles.col_line};
  const std::array<const std::vector<std::complex<float>>*, 2> its{&other.row_line,
                                                                   &other.col_line};
  double correlation = 0;
  std::array<std::array<float, 2>, 2> amplitude{};
  for (std::size_t axis = 0; axis < 2; ++axis) {
    std::array<double, 2> power{};
    for (std::size_t k = 0; k < mine[axis]->size(); ++k) {
      const auto a = (*mine[axis])[k];
      const auto b = (*its[axis])[k];
      power[0] += static_cast<double>(std::norm(a));
      power[1] += static_cast<double>(std::norm(b));
      correlation += static_cast<double>((a * std::conj(b)).real());
    }
    const auto count = static_cast<double>(mine[axis]->size());
    for (std::size_t k = 0; k < 2; ++k)
      amplitude[axis][k] = static_cast<float>(std::sqrt(std::max(0.0, power[k] / count - 1)));
  }
  const float sign = correlation < 0 ? -1.0F : 1.0F;
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const auto [a, b] = amplitude[axis];
    const float unit = a * a + b * b > 0 ? 1 / std::sqrt(a * a + b * b) : 0.0F;
    for (std::size_t k = 0; k < mine[axis]->size(); ++k)
      (*mine[axis])[k] = unit * (a * (*mine[axis])[k] + sign * b * (*its[axis])[k]);
  }
}

}  // namespace ostracon::steps
