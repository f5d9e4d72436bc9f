#pragma once
// What a code's neighbours do to a module, learnt from the modules that are known, and the taps
// that undo it. Shared by the backends; small sums in, small tables out.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

#include "format/qr/symbol.hpp"
#include "pipeline/stages/code_sampler.hpp"

namespace ostracon::steps {

/// Modules around a symbol that are sampled with it: the equaliser reaches so far.
inline constexpr std::int32_t kCodeMargin = 2;
inline constexpr std::int32_t kTapSide = 5;

/// Index of a cell of a table with so many columns; none of them negative.
constexpr std::size_t cell(std::int32_t row, std::int32_t col, std::int32_t cols) {
  return static_cast<std::size_t>(row) * static_cast<std::size_t>(cols) +
         static_cast<std::size_t>(col);
}

/// What a known module's mean is explained by: the module itself (+1 light, -1 dark), the sums of
/// its left and right, upper and lower, and four diagonal neighbours (unknown ones 0), 1, and its
/// column and row from the middle in sides.
inline constexpr std::size_t kOwn = 0, kAcross = 1, kDown = 2, kDiagonal = 3, kOne = 4;
inline constexpr std::size_t kRegressors = 7;

/// Sums over the known modules of one code.
struct CodeSums {
  std::array<std::array<double, kRegressors>, kRegressors> normal{};  ///< symmetric, all of it
  std::array<double, kRegressors> right{};
  double square = 0;  ///< of the means
  double count = 0;
  std::array<double, 3> unknown{};  ///< neighbours across, down and diagonal that are not known
};

/// `means`: (side + 2 margin)^2, row-major; not a number where the image has none.
CodeSums sums_of(std::span<const float> means, const format::qr::Symbol& symbol);

/// Shares of neighbours in a module's mean, the module's own being 1.
struct CodeResponse {
  double across = 0, down = 0, diagonal = 0;
};

/// Least squares over all codes: every code has its own contrast and brightness. Shares are kept
/// between 0 and what a blur of 0.8 modules gives; 0 where nothing can be learnt.
CodeResponse response_of(std::span<const CodeSums> codes);

struct CodeEqualiser {
  CodeSignal signal;
  std::array<float, 2> slope{};  ///< of the brightness, (column, row) from the middle, in sides
  std::array<float, kTapSide * kTapSide> taps{};  ///< for means less their brightness
  float gain = 0;  ///< of what the taps give for a module of +-1; its variance is gain (1 - gain)
};

/// Means that are farther than this from a code's brightness are dirt, not modules; the noise taken
/// is at most 1.3 times the middle one of all codes, since dirt in known modules looks like noise.
std::vector<float> dirt_limits(std::span<const CodeEqualiser> codes);

/// ln(P(light) / P(dark)) of what the taps give. One module in 30 shows dirt, which may look like
/// anything: nothing is surer than that, and what is too bright or too dark says little.
inline float nats_of(const CodeEqualiser& equaliser, float output) {
  constexpr float kDirt = 1.0F / 30, kDirtRange = 12;  // a share, and units of modules of +-1
  constexpr float kLeastVariance = 0.04F;              // shares that differ from module to module
  const float gain = equaliser.gain;
  const float twice = 2 * std::max(gain * (1 - gain), kLeastVariance);
  const float dirt = kDirt / kDirtRange * std::sqrt(std::numbers::pi_v<float> * twice);
  const float light = std::exp(-(output - gain) * (output - gain) / twice) + dirt;
  const float dark = std::exp(-(output + gain) * (output + gain) / twice) + dirt;
  return std::log(light / dark);
}

/// Contrast, brightness and noise of one code, and its taps.
CodeEqualiser equaliser_of(const CodeSums& sums, const CodeResponse& response);

}  // namespace ostracon::steps
