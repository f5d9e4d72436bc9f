#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "host/parallel.hpp"
#include "host/steps/lattice_growth.hpp"

namespace ostracon::steps {
namespace {

using Moments = std::array<std::array<double, 7>, 6>;  // normal equations and right-hand side

/// Value at the centre of the weighted least squares quadratic; 0 if there is no evidence.
double centre_of_quadratic(Moments& m) {
  // A little stiffness, for windows that say nothing along one way.
  const double stiff = 1e-5 * m[0][0] + 1e-12;
  for (std::size_t k = 0; k < 6; ++k) m[k][k] += k == 0 ? 1e-12 : stiff;
  // Elimination from the last unknown up leaves the value at the centre as the only one.
  for (std::size_t pivot = 5; pivot > 0; --pivot)
    for (std::size_t r = 0; r < pivot; ++r) {
      const double factor = m[r][pivot] / m[pivot][pivot];
      for (std::size_t c = 0; c < pivot; ++c) m[r][c] -= factor * m[pivot][c];
      m[r][6] -= factor * m[pivot][6];
    }
  return m[0][6] / m[0][0];
}

struct Evidence {
  std::vector<float> phase;  // radians, as the tile says it is
  std::vector<float> weight;
};

Evidence weigh(const PhaseTiles& tiles, const std::vector<std::complex<float>>& line,
               const std::vector<float>& phase) {
  std::vector<std::complex<float>> z(line.size());
  for (std::size_t k = 0; k < z.size(); ++k) z[k] = line[k] * std::polar(1.0F, -phase[k]);
  Evidence out{std::vector<float>(z.size()), std::vector<float>(z.size())};
  for (std::int32_t i = 0; i < tiles.rows; ++i)
    for (std::int32_t j = 0; j < tiles.cols; ++j) {
      std::complex<float> sum = 0;
      float count = 0;
      for (std::int32_t a = std::max(0, i - 1); a <= std::min(tiles.rows - 1, i + 1); ++a)
        for (std::int32_t b = std::max(0, j - 1); b <= std::min(tiles.cols - 1, j + 1); ++b) {
          sum += z[tiles.index(a, b)];
          count += 1;
        }
      // Amplitude of the line around the tile: what its quadrature is measured against.
      const float amplitude = std::abs(sum) / count;
      const float floor = 0.3F;
      const std::size_t k = tiles.index(i, j);
      out.phase[k] = phase[k] + std::clamp(z[k].imag() / std::max(amplitude, floor), -1.5F, 1.5F);
      out.weight[k] = std::max(amplitude - floor, 0.02F * floor);
    }
  return out;
}

constexpr std::size_t kPowers = 5;  // of a coordinate: 0 to 4

/// Exponents (y, x) of the monomials of a quadratic.
constexpr std::array<std::array<std::size_t, 2>, 6> kBasis{
    {{0, 0}, {1, 0}, {0, 1}, {2, 0}, {1, 1}, {0, 2}}};

/// taps[power][k]: window times power of the distance k - reach, in units of the reach.
using Taps = std::array<std::vector<float>, kPowers>;

Taps window_taps(std::int32_t reach) {
  Taps taps;
  for (std::int32_t k = -reach; k <= reach; ++k) {
    const float u = static_cast<float>(k) / static_cast<float>(reach);
    const float edge = static_cast<float>(k) / static_cast<float>(reach + 1);
    float value = 1 - edge * edge;
    for (auto& power : taps) {
      power.push_back(value);
      value *= u;
    }
  }
  return taps;
}

/// Sums along rows of weight times powers 0 to 4, and of weight times phase times powers 0 to 2.
using RowSums = std::array<std::vector<float>, 8>;

RowSums sum_rows(const PhaseTiles& tiles, const Evidence& evidence, const Taps& taps,
                 std::int32_t reach) {
  RowSums sums;
  for (auto& sum : sums) sum.assign(evidence.weight.size(), 0);
  parallel_for(tiles.rows, [&](std::int64_t row) {
    const auto i = static_cast<std::int32_t>(row);
    for (std::int32_t j = 0; j < tiles.cols; ++j) {
      std::array<float, 8> at{};
      for (std::int32_t b = std::max(0, j - reach); b <= std::min(tiles.cols - 1, j + reach); ++b) {
        const std::int32_t beside = b - j + reach;
        const auto k = static_cast<std::size_t>(beside);
        const float w = evidence.weight[tiles.index(i, b)];
        const float wo = w * evidence.phase[tiles.index(i, b)];
        for (std::size_t p = 0; p < 5; ++p) at[p] += w * taps[p][k];
        for (std::size_t p = 0; p < 3; ++p) at[5 + p] += wo * taps[p][k];
      }
      for (std::size_t p = 0; p < 8; ++p) sums[p][tiles.index(i, j)] = at[p];
    }
  });
  return sums;
}

/// Weighted least squares quadratics about every tile: their values at the middle. The moments are
/// products of a sum along the rows and one along the columns.
std::vector<float> smooth(const PhaseTiles& tiles, const Evidence& evidence, std::int32_t reach) {
  const Taps taps = window_taps(reach);
  const RowSums rows = sum_rows(tiles, evidence, taps, reach);
  std::vector<float> out(evidence.phase.size());
  parallel_for(tiles.rows, [&](std::int64_t row) {
    const auto i = static_cast<std::int32_t>(row);
    const auto cols = static_cast<std::size_t>(tiles.cols);
    // [power of y][power of x][col]: of the weight, then of weight times phase.
    std::array<std::array<std::vector<float>, kPowers>, kPowers> weight;
    std::array<std::array<std::vector<float>, 3>, 3> pull;
    const auto add = [&](const std::vector<float>& sums, std::size_t power,
                         std::vector<float>& to) {
      to.assign(cols, 0);
      for (std::int32_t a = std::max(0, i - reach); a <= std::min(tiles.rows - 1, i + reach); ++a) {
        const std::int32_t above = a - i + reach;
        const float tap = taps[power][static_cast<std::size_t>(above)];
        const float* from = &sums[tiles.index(a, 0)];
        for (std::size_t j = 0; j < cols; ++j) to[j] += tap * from[j];
      }
    };
    for (std::size_t y = 0; y < kPowers; ++y)
      for (std::size_t x = 0; x + y < kPowers; ++x) add(rows[x], y, weight[y][x]);
    for (std::size_t y = 0; y < 3; ++y)
      for (std::size_t x = 0; x + y < 3; ++x) add(rows[5 + x], y, pull[y][x]);
    for (std::size_t j = 0; j < cols; ++j) {
      Moments m{};
      for (std::size_t r = 0; r < 6; ++r) {
        const auto [yr, xr] = kBasis[r];
        for (std::size_t c = 0; c < 6; ++c)
          m[r][c] = static_cast<double>(weight[yr + kBasis[c][0]][xr + kBasis[c][1]][j]);
        m[r][6] = static_cast<double>(pull[yr][xr][j]);
      }
      out[tiles.index(i, static_cast<std::int32_t>(j))] =
          static_cast<float>(centre_of_quadratic(m));
    }
  });
  return out;
}

/// rms in turns of what 4 x 4 tiles say together about the phase, over blocks with a clear line.
float block_residual(const PhaseTiles& tiles, const std::vector<std::complex<float>>& line,
                     const std::vector<float>& phase) {
  double sum = 0;
  double count = 0;
  for (std::int32_t i = 0; i + 4 <= tiles.rows; i += 4)
    for (std::int32_t j = 0; j + 4 <= tiles.cols; j += 4) {
      std::complex<float> z = 0;
      for (std::int32_t a = i; a < i + 4; ++a)
        for (std::int32_t b = j; b < j + 4; ++b)
          z += line[tiles.index(a, b)] * std::polar(1.0F, -phase[tiles.index(a, b)]);
      if (std::norm(z) < 16 * 7) continue;
      const double off = static_cast<double>(std::arg(z)) / (2 * std::numbers::pi);
      sum += off * off;
      count += 1;
    }
  return count > 0 ? static_cast<float>(std::sqrt(sum / count)) : 0.0F;
}

void fit(const PhaseTiles& tiles, std::int32_t reach_tiles, bool add, SmoothPhase& phase) {
  float residual = 0;
  for (auto* p : {&phase.row, &phase.col}) {
    const auto& line = p == &phase.row ? tiles.row_line : tiles.col_line;
    Evidence evidence = weigh(tiles, line, *p);
    if (add)
      for (std::size_t k = 0; k < p->size(); ++k) evidence.phase[k] -= (*p)[k];
    auto smoothed = smooth(tiles, evidence, reach_tiles);
    if (add)
      for (std::size_t k = 0; k < p->size(); ++k) smoothed[k] += (*p)[k];
    *p = std::move(smoothed);
    const float r = block_residual(tiles, line, *p);
    residual += 0.5F * r * r;
  }
  phase.residual_modules = std::sqrt(residual);
}

}  // namespace

void refine(const PhaseTiles& tiles, std::int32_t reach_tiles, SmoothPhase& phase) {
  fit(tiles, reach_tiles, false, phase);
}

void sharpen(const PhaseTiles& tiles, std::int32_t reach_tiles, SmoothPhase& phase) {
  fit(tiles, reach_tiles, true, phase);
}

}  // namespace ostracon::steps
