#include "datasets/converter.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <numbers>

namespace ostracon::sem {
namespace {

constexpr double kHeadroomSigmas = 4.5;
constexpr double kBrightestDirt = 1.8;

double sigma_of(const Noise& noise, double electrons) {
  return std::sqrt(noise.excess_factor * electrons +
                   noise.detector_sigma_electrons * noise.detector_sigma_electrons);
}

/// Electrons that hardly a pixel exceeds.
double generous_full_scale(const Profile& profile) {
  const Optics& optics = profile.optics;
  const double edges = 1 + optics.edge_peak * (1 + optics.edge_asymmetry);
  const double bright = bright_electrons(profile) * std::max(kBrightestDirt, edges) *
                        (1 + profile.background.shading);
  return bright + kHeadroomSigmas * sigma_of(profile.noise, bright);
}

/// Share of the pixels above `full` electrons; noise taken as Gaussian.
double clipped_share(const Profile& profile, std::span<const float> levels, double full) {
  constexpr int kGrid = 8;
  const double land = bright_electrons(profile);
  const auto share_above = [&](double electrons) {
    const double sigma = std::max(sigma_of(profile.noise, electrons), 1e-9);
    return std::erfc((full - electrons) / sigma / std::numbers::sqrt2) / 2;
  };
  const double dirty = profile.damage.area / 2;  // half of the dirt is bright
  double sum = 0;
  for (int i = 0; i < kGrid; ++i) {
    for (int j = 0; j < kGrid; ++j) {
      const double gain = land * (1 + profile.background.shading * shading_row((i + 0.5) / kGrid) *
                                          shading_col((j + 0.5) / kGrid));
      double clean = 0;
      for (const float level : levels) clean += share_above(gain * static_cast<double>(level));
      sum += dirty * share_above(gain * kBrightestDirt) +
             (1 - 2 * dirty) * clean / static_cast<double>(levels.size());
    }
  }
  return sum / (kGrid * kGrid);
}

double full_scale(const Profile& profile, std::span<const float> levels) {
  double high = generous_full_scale(profile);
  if (profile.adc.clip_fraction <= 0) return high;
  double low = 0;
  for (int step = 0; step < 30; ++step) {
    const double middle = (low + high) / 2;
    (clipped_share(profile, levels, middle) > profile.adc.clip_fraction ? low : high) = middle;
  }
  return high;
}

template <class T>
void quantise(std::span<const float> electrons, float gain, float offset, std::byte* to) {
  constexpr auto kLargest = static_cast<float>(static_cast<T>(-1));
  for (std::size_t i = 0; i < electrons.size(); ++i) {
    const float dn = std::clamp(offset + gain * electrons[i] + 0.5F, 0.0F, kLargest);
    const auto stored = static_cast<T>(static_cast<int>(dn));
    std::memcpy(to + i * sizeof(T), &stored, sizeof(T));
  }
}

}  // namespace

double bright_electrons(const Profile& profile) {
  const double p = profile.scan.pixels_per_module;
  return profile.noise.electrons_per_module / profile.scan.frames / (p * p);
}

double shading_row(double y_share) { return std::sin(2 * std::numbers::pi * 0.9 * y_share + 1); }
double shading_col(double x_share) { return std::cos(2 * std::numbers::pi * 0.6 * x_share); }

Converter::Converter(const Profile& profile, std::span<const float> levels)
    : type_(profile.pixel_type()),
      dn_per_electron_(profile.adc.dn_per_electron),
      offset_(profile.adc.offset_dn) {
  if (dn_per_electron_ > 0) return;
  const double largest = type_ == PixelType::kU8 ? 255 : 65535;
  dn_per_electron_ =
      type_ == PixelType::kF32 ? 1 : std::max(1.0, largest - offset_) / full_scale(profile, levels);
}

void Converter::convert(std::span<const float> electrons, std::byte* to) const {
  const auto gain = static_cast<float>(dn_per_electron_);
  const auto offset = static_cast<float>(offset_);
  if (type_ == PixelType::kU8) return quantise<std::uint8_t>(electrons, gain, offset, to);
  if (type_ == PixelType::kU16) return quantise<std::uint16_t>(electrons, gain, offset, to);
  for (std::size_t i = 0; i < electrons.size(); ++i) {
    const float dn = offset + gain * electrons[i];
    std::memcpy(to + i * sizeof(float), &dn, sizeof(float));
  }
}

}  // namespace ostracon::sem
