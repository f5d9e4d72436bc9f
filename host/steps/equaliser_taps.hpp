#pragma once
// The equaliser's 5 x 5 taps from the sums over a page's known modules.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "pipeline/rules/soft_bit.hpp"

namespace ostracon::steps {

inline constexpr std::int32_t kTapSide = 5;
inline constexpr std::int32_t kTaps = kTapSide * kTapSide;
inline constexpr int kTapUnknowns = kTaps + 1;  ///< the taps, row-major, and the bias

struct TrainedTaps {
  std::array<float, kTaps> taps{};  ///< row-major over the neighbourhood
  float bias = 0;
  rules::SoftClasses classes{};
  std::int32_t modules = 0;  ///< trained on
};

/// Normal equations: sums over modules of x x' and of x times the target +1 (land) or -1 (pit),
/// where x is the neighbourhood and a 1 for the bias.
struct TapNormal {
  std::array<std::array<double, kTapUnknowns>, kTapUnknowns> a{};  ///< lower triangle
  std::array<double, kTapUnknowns> b{};
  std::int32_t count = 0;
};

/// What taps make of the modules they were trained on: [0] land, [1] pit.
struct ClassSums {
  std::array<double, 2> sum{}, square{}, count{};
};

/// Least squares. `classes` is left empty. nullopt with fewer than 200 modules.
std::optional<TrainedTaps> solve_taps(const TapNormal& normal);

/// Scales taps so that the means of their two classes are 2 apart, and fills `classes` with the
/// variances of what is left. False, and nothing done, if a class has fewer than 50 modules or the
/// two are not apart.
bool scale_taps(const ClassSums& sums, TrainedTaps& trained);

}  // namespace ostracon::steps
