#include "host/steps/lattice_refinement.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "host/parallel.hpp"
#include "pipeline/rules/local_quadratic.hpp"

namespace ostracon::steps {
namespace {

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
      const std::size_t k = tiles.index(i, j);
      const auto said = rules::tile_evidence(phase[k], z[k].imag(), std::abs(sum) / count);
      out.phase[k] = said.phase;
      out.weight[k] = said.weight;
    }
  return out;
}

/// Exponents (y, x) of the monomials of a quadratic.
constexpr std::array<std::array<std::size_t, 2>, 6> kBasis{
    {{0, 0}, {1, 0}, {0, 1}, {2, 0}, {1, 1}, {0, 2}}};

/// Sums along rows of weight times powers 0 to 4, and of weight times phase times powers 0 to 2.
using RowSums = std::array<std::vector<float>, 8>;

RowSums sum_rows(const PhaseTiles& tiles, const Evidence& evidence, const QuadraticTaps& taps,
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
  const QuadraticTaps taps = window_taps(reach);
  const RowSums rows = sum_rows(tiles, evidence, taps, reach);
  std::vector<float> out(evidence.phase.size());
  parallel_for(tiles.rows, [&](std::int64_t row) {
    const auto i = static_cast<std::int32_t>(row);
    const auto cols = static_cast<std::size_t>(tiles.cols);
    // [power of y][power of x][col]: of the weight, then of weight times phase.
    std::array<std::array<std::vector<float>, kTapPowers>, kTapPowers> weight;
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
    for (std::size_t y = 0; y < kTapPowers; ++y)
      for (std::size_t x = 0; x + y < kTapPowers; ++x) add(rows[x], y, weight[y][x]);
    for (std::size_t y = 0; y < 3; ++y)
      for (std::size_t x = 0; x + y < 3; ++x) add(rows[5 + x], y, pull[y][x]);
    for (std::size_t j = 0; j < cols; ++j) {
      double m[6][7] = {};  // normal equations and right-hand side
      for (std::size_t r = 0; r < 6; ++r) {
        const auto [yr, xr] = kBasis[r];
        for (std::size_t c = 0; c < 6; ++c)
          m[r][c] = static_cast<double>(weight[yr + kBasis[c][0]][xr + kBasis[c][1]][j]);
        m[r][6] = static_cast<double>(pull[yr][xr][j]);
      }
      out[tiles.index(i, static_cast<std::int32_t>(j))] =
          static_cast<float>(rules::centre_of_quadratic(m));
    }
  });
  return out;
}

/// Sums of the line against the phase over blocks of tiles.
std::vector<std::complex<float>> block_sums(const PhaseTiles& tiles,
                                            const std::vector<std::complex<float>>& line,
                                            const std::vector<float>& phase) {
  constexpr std::int32_t kSide = kResidualBlock;
  std::vector<std::complex<float>> sums;
  for (std::int32_t i = 0; i + kSide <= tiles.rows; i += kSide)
    for (std::int32_t j = 0; j + kSide <= tiles.cols; j += kSide) {
      std::complex<float> z = 0;
      for (std::int32_t a = i; a < i + kSide; ++a)
        for (std::int32_t b = j; b < j + kSide; ++b)
          z += line[tiles.index(a, b)] * std::polar(1.0F, -phase[tiles.index(a, b)]);
      sums.push_back(z);
    }
  return sums;
}

void run_pass(const PhaseTiles& tiles, const std::vector<std::complex<float>>& line,
              const FitPass& pass, std::vector<float>& phase) {
  Evidence evidence = weigh(tiles, line, phase);
  if (pass.sharpen)
    for (std::size_t k = 0; k < phase.size(); ++k) evidence.phase[k] -= phase[k];
  auto smoothed = smooth(tiles, evidence, pass.reach_tiles);
  if (pass.sharpen)
    for (std::size_t k = 0; k < phase.size(); ++k) smoothed[k] += phase[k];
  phase = std::move(smoothed);
}

}  // namespace

QuadraticTaps window_taps(std::int32_t reach) {
  QuadraticTaps taps;
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

float residual_of(std::span<const std::complex<float>> sums) {
  double square = 0;
  double count = 0;
  for (const auto& z : sums) {
    if (std::norm(z) < 16 * 7) continue;
    const double off = static_cast<double>(std::arg(z)) / (2 * std::numbers::pi);
    square += off * off;
    count += 1;
  }
  return count > 0 ? static_cast<float>(std::sqrt(square / count)) : 0.0F;
}

Result<> PhaseFitter::fit(const PhaseTiles& tiles, std::span<const FitPass> passes,
                          SmoothPhase& phase) {
  float residual = 0;
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const auto& line = axis == 0 ? tiles.row_line : tiles.col_line;
    auto& values = axis == 0 ? phase.row : phase.col;
    for (const FitPass& pass : passes) run_pass(tiles, line, pass, values);
    const float r = residual_of(block_sums(tiles, line, values));
    residual += 0.5F * r * r;
  }
  phase.residual_modules = std::sqrt(residual);
  return Ok{};
}

}  // namespace ostracon::steps
