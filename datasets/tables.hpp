#pragma once
// Tables of functions that every pixel needs.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ostracon::sem {

/// Standard normal quantile of (index + 1/2) / 4096, scaled to variance 1; `index` < 4096.
float normal_of(std::uint64_t index);

/// h(x) = integral over the pit of a Gaussian: the signal of a pit of side `fill` at distance x
/// from its centre, 1/2 (erf((x + fill/2) / (sqrt2 sigma)) - erf((x - fill/2) / (sqrt2 sigma))).
double pulse(double x, double sigma, double fill);
double pulse_slope(double x, double sigma, double fill);  ///< dh/dx

/// h at the five nearest modules, for kPhases positions of a pixel inside a module.
class PulseTable {
 public:
  static constexpr std::int32_t kPhases = 512;

  /// `slope`: of dh/dx in place of h.
  PulseTable(double sigma, double fill, bool slope);

  /// Weights of the modules at -2..2 from the nearest one.
  const float* weights(std::int32_t phase) const { return &weights_[std::size_t(phase) * 8]; }
  /// Their sum over the pits of each of the 32 patterns of five modules.
  const float* sums(std::int32_t phase) const { return &sums_[std::size_t(phase) * 32]; }

 private:
  std::vector<float> weights_, sums_;
};

/// Normal distribution and density of one sigma, for pits that are not all alike. Distances are
/// in 1 / kUnit module and at most kReach modules.
class StepTable {
 public:
  static constexpr std::int32_t kUnit = 8192;
  static constexpr std::int32_t kReach = 8;

  explicit StepTable(double sigma);
  /// Integral of the Gaussian up to `distance`; slope: the Gaussian itself, per module.
  float step(std::int32_t distance) const { return step_[index(distance)]; }
  float slope(std::int32_t distance) const { return slope_[index(distance)]; }

 private:
  static constexpr std::int32_t kPerModule = 1024;
  static std::size_t index(std::int32_t distance) {
    return static_cast<std::size_t>((distance + kReach * kUnit) / (kUnit / kPerModule));
  }
  std::vector<float> step_, slope_;
};

}  // namespace ostracon::sem
