#include <cmath>
#include <numbers>

#include "host/cpu/frame_registration.hpp"
#include "host/parallel.hpp"
#include "pipeline/rules/spectrum.hpp"

namespace ostracon::cpu {
namespace {

constexpr float kTurn = 2 * std::numbers::pi_v<float>;

double squares(const Spectrum& spectrum, std::size_t first, std::size_t last) {
  double sum = 0;
  for (std::size_t at = first; at < last; at += 64) {
    float part = 0;
    for (std::size_t i = at; i < std::min(at + 64, last); ++i)
      part += spectrum.re[i] * spectrum.re[i] + spectrum.im[i] * spectrum.im[i];
    sum += static_cast<double>(part);
  }
  return sum;
}

}  // namespace

std::vector<double> FrameRegistration::mean_power(const std::vector<std::size_t>& frames) const {
  std::vector<double> power(plan_.shape.size());
  const auto half = static_cast<std::int64_t>(plan_.shape.half_cols());
  parallel_for(plan_.shape.rows, [&](std::int64_t ky) {
    for (const BandWork& work : work_)
      for (const std::size_t f : frames)
        for (auto i = static_cast<std::size_t>(ky * half);
             i < static_cast<std::size_t>((ky + 1) * half); ++i)
          power[i] += static_cast<double>(work.frames[f].re[i] * work.frames[f].re[i] +
                                          work.frames[f].im[i] * work.frames[f].im[i]);
  });
  for (double& p : power) p /= static_cast<double>(work_.size() * frames.size());
  return power;
}

double FrameRegistration::energy(std::size_t frame) const {
  const auto half = static_cast<std::size_t>(plan_.shape.half_cols());
  const auto least_kx = static_cast<std::size_t>(
      std::ceil(PowerModel::kShadingBand * static_cast<float>(plan_.shape.cols)));
  double sum = 0;
  for (const BandWork& work : work_)
    for (std::int32_t ky = 0; ky < plan_.shape.rows; ++ky)
      if (std::abs(plan_.shape.omega_y(ky)) >= kTurn * PowerModel::kShadingBand)
        sum += squares(work.frames[frame], static_cast<std::size_t>(ky) * half + least_kx,
                       static_cast<std::size_t>(ky + 1) * half);
  return sum;
}

double FrameRegistration::noise_energy(std::size_t frame) const {
  const auto half = static_cast<std::size_t>(plan_.shape.half_cols());
  double sum = 0;
  for (const BandWork& work : work_)
    for (std::int32_t ky = 0; ky < plan_.shape.rows; ++ky)
      if (std::abs(plan_.shape.omega_y(ky)) >= kTurn * PowerModel::kNoiseBand)
        sum += squares(work.frames[frame], static_cast<std::size_t>(ky) * half,
                       static_cast<std::size_t>(ky + 1) * half);
  return sum;
}

const TemplateWeights& FrameRegistration::weights(std::size_t others) {
  TemplateWeights& of = weights_[others - 1];
  if (!of.weight.empty()) return of;
  const BandShape& shape = plan_.shape;
  const auto half = static_cast<std::size_t>(shape.half_cols());
  const auto count = static_cast<float>(others);
  of.weight.resize(shape.size());
  of.value = 0;
  of.curvature = {};
  for (std::int32_t ky = 0; ky < shape.rows; ++ky)
    for (std::size_t kx = 1; kx + 1 < half; ++kx) {
      const std::size_t i = static_cast<std::size_t>(ky) * half + kx;
      of.weight[i] = rules::drift_weight(model_->signal[i], model_->noise[kx], count);
      const double value = static_cast<double>(of.weight[i] * count * model_->signal[i]);
      of.value += value;
      of.curvature[0] += value * std::pow(static_cast<double>(shape.omega_y(ky)), 2);
      of.curvature[1] +=
          value * std::pow(static_cast<double>(shape.omega_x(static_cast<std::int32_t>(kx))), 2);
    }
  return of;
}

}  // namespace ostracon::cpu
