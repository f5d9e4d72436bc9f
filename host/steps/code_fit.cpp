#include "host/steps/code_fit.hpp"

#include <algorithm>
#include <cmath>

namespace ostracon::steps {

CodeFit::CodeFit(std::int32_t side) : middle_(0.5 * (side - 1)) {
  double second = 0, fourth = 0;
  for (std::int32_t k = 0; k < side; ++k) {
    const double v = k - middle_;
    second += v * v / side;
    fourth += v * v * v * v / side;
  }
  const double bent = fourth - second * second;
  norm_ = {1, second, second, bent, second * second, bent};
}

/// Sums of a row's slopes times 1, u and u^2 become sums of the terms of the code.
void CodeFit::add(const std::array<float, 3>& moments, double v, Terms& sums) const {
  const double one = moments[0], linear = moments[1], square = moments[2], mean = norm_[1];
  const Terms of_row{one, v * one, linear, (v * v - mean) * one, v * linear, square - mean * one};
  for (std::size_t t = 0; t < kTerms; ++t) sums[t] += of_row[t];
}

void CodeFit::add(std::int32_t row, const FitRow& sums) {
  const double v = row - middle_;
  add(sums.along_y, v, slopes_[0]);
  add(sums.along_x, v, slopes_[1]);
  bend_ += sums.bend;
  for (std::size_t axis = 0; axis < 2; ++axis) squares_[axis] += sums.squares[axis];
}

void CodeFit::add(const FitTotals& sums) {
  for (std::size_t t = 0; t < kTerms; ++t) {
    slopes_[0][t] += sums.along_y[t];
    slopes_[1][t] += sums.along_x[t];
  }
  bend_ += sums.bend;
  for (std::size_t axis = 0; axis < 2; ++axis) squares_[axis] += sums.squares[axis];
}

CodeFit::Terms CodeFit::shift(const Terms& slopes, double squares, double curvature) const {
  Terms result{};
  for (std::size_t t = 0; t < kTerms; ++t) {
    result[t] = slopes[t] / (curvature * norm_[t]);
    if (t < 3) continue;
    const double variance = squares / (curvature * curvature * norm_[t]);
    result[t] *= std::max(0.0, 1 - 3 * variance / std::max(result[t] * result[t], 1e-30));
  }
  return result;
}

float CodeFit::move(float pixel, CodeMap& map) const {
  constexpr double kMost = 1.5;  // px: beyond what the parabola can know
  // Of a parabola, slope / curvature; the curvature of both axes is taken together.
  const double curvature = 0.5 * bend_;
  if (!(curvature > 0)) return -1;
  std::array<Terms, 2> by{shift(slopes_[0], squares_[0], curvature),
                          shift(slopes_[1], squares_[1], curvature)};
  double square = 0;
  for (const Terms& terms : by)
    for (std::size_t t = 0; t < kTerms; ++t) square += terms[t] * terms[t] * norm_[t];
  const double rms = std::sqrt(square);
  const double share = (rms > kMost ? kMost / rms : 1) / static_cast<double>(pixel);
  for (std::size_t axis = 0; axis < 2; ++axis) {
    by[axis][0] -= norm_[1] * (by[axis][3] + by[axis][5]);
    for (std::size_t t = 0; t < kTerms; ++t)
      map.terms[t][axis] += static_cast<float>(share * by[axis][t]);
  }
  return static_cast<float>(rms);
}

}  // namespace ostracon::steps
