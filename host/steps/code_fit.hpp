#pragma once
// The fit of a code's map to its modules, from sums over values and slopes at their centres.

#include <array>
#include <cstdint>

#include "pipeline/located_code.hpp"
#include "pipeline/rules/code_belief.hpp"

namespace ostracon::steps {

using rules::Belief;
using rules::belief_of;
using rules::CodeLevels;
using rules::CodeLevelSums;
using rules::measure_levels;

/// Sums over a row of modules, u its columns counted from the middle: of the image's slopes along y
/// and x, times the bit and 1, u, u^2; of minus the sum of its second derivatives times the bit; of
/// the squares of slopes times the bit.
struct FitRow {
  std::array<float, 3> along_y{}, along_x{};
  float bend = 0;
  std::array<float, 2> squares{};
};

inline constexpr std::size_t kFitTerms = 6;
/// Sums over all modules, of the image's slopes along y and x times the bit and the terms 1, v, u,
/// v^2 - m, v u, u^2 - m, where v and u are rows and columns counted from the middle, m the mean of
/// v^2: orthogonal over a square. The others as in FitRow.
struct FitTotals {
  std::array<double, kFitTerms> along_y{}, along_x{};
  double bend = 0;
  std::array<double, 2> squares{};
};

/// One step up the sum over all modules of log cosh of their values (of known modules: of their
/// values times their signs). Values fall off beside the centre, equally on both sides where the
/// map is right; that difference is laid out in polynomials that are orthogonal over the code,
/// those of second degree only as far as they stand out of its noise.
class CodeFit {
 public:
  explicit CodeFit(std::int32_t side);

  void add(std::int32_t row, const FitRow& sums);
  void add(const FitTotals& sums);

  /// Moves the map; pixels of it are `pixel` of those that slopes were taken over. How far, rms
  /// over the code, in the latter; negative if values have no maximum near by: the map is as it
  /// was.
  float move(float pixel, CodeMap& map) const;

 private:
  static constexpr std::size_t kTerms = kFitTerms;
  using Terms = std::array<double, kTerms>;  // as in FitTotals

  void add(const std::array<float, 3>& moments, double v, Terms& sums) const;
  Terms shift(const Terms& slopes, double squares, double curvature) const;

  double middle_;
  Terms norm_{};  // mean squares of the terms
  std::array<Terms, 2> slopes_{};
  double bend_ = 0;
  std::array<double, 2> squares_{};
};

}  // namespace ostracon::steps
