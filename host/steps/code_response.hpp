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
#include "pipeline/rules/output_law.hpp"
#include "pipeline/stages/code_sampler.hpp"

namespace ostracon::steps {

/// Modules around a symbol that are sampled with it: the equaliser reaches so far.
inline constexpr std::int32_t kCodeMargin = 2;
inline constexpr std::int32_t kCodeTapSide = 5;

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

/// What explains the known modules of a symbol: the same in all codes of a version.
struct KnownModules {
  struct Module {
    std::size_t at = 0;  ///< of its mean
    std::array<double, kRegressors> values{};
    std::array<double, 3> unknown{};
  };
  std::vector<Module> modules;
  CodeSums all;  ///< of them all, with means of 0
};

/// Of a version from 1 to 40. Made at the first call, lives for ever; any thread.
const KnownModules& known_modules(int version);

/// `means`: (side + 2 margin)^2, row-major; not a number where the image has none.
CodeSums sums_of(std::span<const float> means, const KnownModules& known);

/// Shares of neighbours in a module's mean, the module's own being 1.
struct CodeResponse {
  double across = 0, down = 0, diagonal = 0;
};

/// Least squares over all codes: every code has its own contrast and brightness. Shares are kept
/// between 0 and what a blur of 0.8 modules gives; 0 where nothing can be learnt.
CodeResponse response_of(std::span<const CodeSums> codes);

/// Taps of least mean square error behind one response, for modules of +-1 and white noise. The
/// response's autocorrelation is taken apart once, so that a code's taps cost little.
class TapDesign {
 public:
  explicit TapDesign(const CodeResponse& response);

  struct Taps {
    std::array<double, kCodeTapSide * kCodeTapSide> weight{};
    double gain = 0;  ///< what they give of the module itself, which is 1 less the error
  };
  Taps taps(double variance) const;  ///< > 0, of the noise of a mean
  const CodeResponse& response() const { return response_; }

 private:
  // Taps are alike left and right, up and down: one of each kind, by distance down and across.
  static constexpr std::size_t kReach = kCodeTapSide / 2 + 1, kKinds = kReach * kReach;

  CodeResponse response_;
  std::array<double, kKinds> power_{};                       // eigenvalues of the autocorrelation
  std::array<double, kKinds> wanted_{};                      // the response along the eigenvectors
  std::array<std::array<double, kKinds>, kKinds> vector_{};  // [eigenvector][kind]
};

struct CodeEqualiser {
  CodeSignal signal;
  std::array<float, 2> slope{};  ///< of the brightness, (column, row) from the middle, in sides
  std::array<float, kCodeTapSide * kCodeTapSide> taps{};  ///< for means less their brightness
  float gain = 0;  ///< of what the taps give for a module of +-1; its variance is gain (1 - gain)
};

/// One module in 30 shows dirt, which may look like anything: nothing is surer than that, and what
/// is too bright or too dark says little.
inline rules::OutputLaw output_law(const CodeEqualiser& equaliser) {
  constexpr float kDirt = 1.0F / 30, kDirtRange = 12;  // a share, and units of modules of +-1
  constexpr float kLeastShareVariance = 0.04F;         // shares that differ from module to module
  const float gain = equaliser.gain;
  const float twice = 2 * std::max(gain * (1 - gain), kLeastShareVariance);
  return {gain, twice, kDirt / kDirtRange * std::sqrt(std::numbers::pi_v<float> * twice)};
}

/// Contrast, brightness and noise of one code, and its taps.
CodeEqualiser equaliser_of(const CodeSums& sums, const TapDesign& design);

}  // namespace ostracon::steps
