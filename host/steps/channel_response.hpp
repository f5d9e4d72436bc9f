#pragma once
// The forward response of a page from sums over the modules whose neighbourhood is known.

#include <array>
#include <cstddef>
#include <cstdint>

#include "pipeline/stages/soft_canceller.hpp"

namespace ostracon::steps {

inline constexpr std::size_t kResponseTaps =
    static_cast<std::size_t>(ChannelResponse::kSide) * ChannelResponse::kSide;
inline constexpr std::size_t kLinear = kResponseTaps + 1;          ///< taps and bias
inline constexpr std::size_t kUnknowns = kLinear + rules::kPairs;  ///< and pairs

/// Normal equations of least squares of y on `kOf` regressors x.
template <std::size_t kOf>
struct Normal {
  std::array<std::array<double, kOf>, kOf> a{};  ///< sum of x x', lower triangle
  std::array<double, kOf> b{};                   ///< sum of x y
  double square = 0;                             ///< sum of y^2
  std::int32_t count = 0;

  void add(const std::array<double, kOf>& x, double y) {
    for (std::size_t i = 0; i < kOf; ++i) {
      for (std::size_t j = 0; j <= i; ++j) a[i][j] += x[i] * x[j];
      b[i] += x[i] * y;
    }
    square += y * y;
    ++count;
  }
  void add(const Normal& other) {
    for (std::size_t i = 0; i < kOf; ++i) {
      for (std::size_t j = 0; j <= i; ++j) a[i][j] += other.a[i][j];
      b[i] += other.b[i];
    }
    square += other.square;
    count += other.count;
  }
};

struct ResponseFit {
  ChannelResponse learned;
  std::array<double, kUnknowns> h{};  ///< what an output is expected to be, by regressor
  std::size_t unknowns = kLinear;     ///< of h that are not 0 by choice
  std::int32_t count = 0;             ///< modules it was learned from
};

/// From outputs on the bits around (row-major, +1 land), 1 for the bias, and the products of pairs:
/// response, bias and, where they explain more than chance would, pairs. False with fewer than 500
/// modules, or if the response is not that of a pulse (its centre is not the largest).
bool fit_forward(const Normal<kUnknowns>& forward, ResponseFit& fit);

/// From squared residuals on 1, the bit itself and the light of its neighbours: the noise. Then
/// `learned` counts as trained. False if that makes no sense.
bool fit_noise(const Normal<3>& spread, ResponseFit& fit);

/// Sums over pairs of modules `down` rows and `right - kLags` columns apart: of the products of
/// their residuals, and their number.
struct LagSums {
  static constexpr std::size_t kLags = ChannelResponse::kSide - 1;
  using Table = std::array<std::array<double, 2 * kLags + 1>, kLags + 1>;
  Table product{}, count{};
};

/// The middle row of the inverse of the residuals' correlation over 5 x 5 outputs. Twice symmetric.
std::array<float, kResponseTaps> fit_whitener(const LagSums& sums);

/// 1 where the outer ring of the response is so small that its energy is less than what estimating
/// it adds; else 2.
std::int32_t response_reach(const ChannelResponse& channel);

}  // namespace ostracon::steps
