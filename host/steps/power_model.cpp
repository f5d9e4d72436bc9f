#include "host/steps/power_model.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "pipeline/rules/spectrum.hpp"

namespace ostracon::steps {
namespace {

constexpr float kTurn = 2 * std::numbers::pi_v<float>;

}  // namespace

bool PowerModel::is_noise(const BandShape& shape, std::int32_t ky) {
  return std::abs(shape.omega_y(ky)) >= kNoiseBand * kTurn;
}

float PowerModel::radius(const BandShape& shape, std::int32_t ky, std::int32_t kx) {
  return std::hypot(shape.omega_y(ky), shape.omega_x(kx));
}

bool PowerModel::is_shading(float radius) { return radius < kShadingBand * kTurn; }

std::int32_t PowerModel::least_kx(const BandShape& shape) {
  return static_cast<std::int32_t>(std::ceil(kShadingBand * static_cast<float>(shape.cols)));
}

std::int32_t PowerModel::radial_bin(float radius) {
  return std::min(static_cast<std::int32_t>(radius / kTurn / 0.75F * kRadialBins), kRadialBins - 1);
}

PowerModel PowerModel::fit(const BandShape& shape, const std::vector<double>& power) {
  const auto half = static_cast<std::size_t>(shape.half_cols());
  PowerModel model;
  std::vector<double> noise(half, 0.0);
  int noise_rows = 0;
  for (std::int32_t ky = 0; ky < shape.rows; ++ky) {
    if (!is_noise(shape, ky)) continue;
    ++noise_rows;
    for (std::size_t kx = 0; kx < half; ++kx)
      noise[kx] += power[static_cast<std::size_t>(ky) * half + kx];
  }
  model.noise.resize(half);
  for (std::size_t kx = 0; kx < half; ++kx) {
    const auto near = rules::noise_neighbours(static_cast<std::int32_t>(kx), shape.half_cols());
    double sum = 0;
    for (std::int32_t k = near.begin; k < near.end; ++k) sum += noise[static_cast<std::size_t>(k)];
    model.noise[kx] = rules::noise_power(sum, (near.end - near.begin) * std::max(noise_rows, 1));
  }
  std::vector<double> radial(kRadialBins, 0.0);
  std::vector<double> count(kRadialBins, 0.0);
  for (std::int32_t ky = 0; ky < shape.rows; ++ky)
    for (std::size_t kx = 0; kx < half; ++kx) {
      const auto bin =
          static_cast<std::size_t>(radial_bin(radius(shape, ky, static_cast<std::int32_t>(kx))));
      radial[bin] += power[static_cast<std::size_t>(ky) * half + kx] - model.noise[kx];
      count[bin] += 1;
    }
  model.signal.resize(shape.size());
  for (std::int32_t ky = 0; ky < shape.rows; ++ky)
    for (std::size_t kx = 0; kx < half; ++kx) {
      const float f = radius(shape, ky, static_cast<std::int32_t>(kx));
      const auto bin = static_cast<std::size_t>(radial_bin(f));
      const float s = is_shading(f) ? 0.0F
                                    : rules::signal_power(radial[bin] / std::max(count[bin], 1.0),
                                                          model.noise[kx]);
      if (!(s > 0)) continue;
      model.signal[static_cast<std::size_t>(ky) * half + kx] = s;
      model.active_ky = std::max(model.active_ky, std::min(ky, shape.rows - ky));
      model.active_kx = std::max(model.active_kx, static_cast<std::int32_t>(kx));
    }
  model.active_ky = std::min(model.active_ky, shape.rows / 2 - 1);
  return model;
}

}  // namespace ostracon::steps
