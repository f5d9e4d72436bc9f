#pragma once
// The fit of a code's map to its modules, from sums over values and slopes at their centres.

#include <array>
#include <cstdint>

#include "pipeline/located_code.hpp"

namespace ostracon::steps {

/// What function modules say of all.
struct CodeLevels {
  float centre = 0;       ///< half way between light and dark
  float contrast = 0;     ///< half of light less dark; negative where inverted
  float noise = 0;        ///< rms of function modules about their levels
  float correlation = 0;  ///< of function modules with what they must be; negative where inverted
};

/// Function modules' values less `origin`, of one kind.
struct CodeLevelSums {
  double count = 0, value = 0, square = 0;
};
CodeLevels measure_levels(const CodeLevelSums& dark, const CodeLevelSums& light, double origin);

/// What is believed of a module whose value x = gain * (value - centre) says something about: bit
/// = x (27 + x^2) / (27 + 9 x^2), x within -3 to 3, which is tanh to 0.03; of a known one: sign
/// times +1 where it is light, -1 where it is dark.
struct Belief {
  float centre = 0, gain = 0, sign = 1;
};
Belief belief_of(const CodeLevels& levels);

/// Sums over a row of modules, u its columns counted from the middle: of the image's slopes along y
/// and x, times the bit and 1, u, u^2; of minus the sum of its second derivatives times the bit; of
/// the squares of slopes times the bit.
struct FitRow {
  std::array<float, 3> along_y{}, along_x{};
  float bend = 0;
  std::array<float, 2> squares{};
};

/// One step up the sum over all modules of log cosh of their values (of known modules: of their
/// values times their signs). Values fall off beside the centre, equally on both sides where the
/// map is right; that difference is laid out in polynomials that are orthogonal over the code,
/// those of second degree only as far as they stand out of its noise.
class CodeFit {
 public:
  explicit CodeFit(std::int32_t side);

  void add(std::int32_t row, const FitRow& sums);

  /// Moves the map; pixels of it are `pixel` of those that slopes were taken over. How far, rms
  /// over the code, in the latter; negative if values have no maximum near by: the map is as it
  /// was.
  float move(float pixel, CodeMap& map) const;

 private:
  static constexpr std::size_t kTerms = 6;
  /// Of 1, v, u, v^2 - m, v u, u^2 - m, where m is the mean of v^2: orthogonal over a square.
  using Terms = std::array<double, kTerms>;

  void add(const std::array<float, 3>& moments, double v, Terms& sums) const;
  Terms shift(const Terms& slopes, double squares, double curvature) const;

  double middle_;
  Terms norm_{};  // mean squares of the terms
  std::array<Terms, 2> slopes_{};
  double bend_ = 0;
  std::array<double, 2> squares_{};
};

}  // namespace ostracon::steps
