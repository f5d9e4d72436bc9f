#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "host/cpu/lattice_growth.hpp"
#include "host/cpu/parallel.hpp"

namespace ostracon::cpu {
namespace {

using Moments = std::array<std::array<double, 7>, 6>;  // normal equations and right-hand side

/// Value at the centre of the weighted least squares quadratic; 0 if there is no evidence.
double centre_of_quadratic(Moments& m) {
  // A little stiffness keeps corners, where half the window is missing, from swinging.
  const double stiff = 1e-3 * m[0][0] + 1e-12;
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
  std::vector<float> offset;  // radians the tile says the phase is off
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
      out.offset[k] = std::clamp(z[k].imag() / std::max(amplitude, floor), -1.5F, 1.5F);
      out.weight[k] = std::max(amplitude - floor, 0.02F * floor);
    }
  return out;
}

std::vector<float> smooth(const PhaseTiles& tiles, const Evidence& evidence, std::int32_t reach) {
  std::vector<float> out(evidence.offset.size());
  parallel_for(tiles.rows, [&](std::int64_t row) {
    const auto i = static_cast<std::int32_t>(row);
    for (std::int32_t j = 0; j < tiles.cols; ++j) {
      Moments m{};
      for (std::int32_t a = std::max(0, i - reach); a <= std::min(tiles.rows - 1, i + reach); ++a)
        for (std::int32_t b = std::max(0, j - reach); b <= std::min(tiles.cols - 1, j + reach);
             ++b) {
          const std::size_t k = tiles.index(a, b);
          const double y = static_cast<double>(a - i) / reach;
          const double x = static_cast<double>(b - j) / reach;
          const double w = static_cast<double>(evidence.weight[k]);
          const std::array<double, 7> basis{
              1, y, x, y * y, y * x, x * x, static_cast<double>(evidence.offset[k])};
          for (std::size_t r = 0; r < 6; ++r) {
            const double wr = w * basis[r];
            for (std::size_t c = r; c < 7; ++c) m[r][c] += wr * basis[c];
          }
        }
      for (std::size_t r = 1; r < 6; ++r)
        for (std::size_t c = 0; c < r; ++c) m[r][c] = m[c][r];
      out[tiles.index(i, j)] = static_cast<float>(centre_of_quadratic(m));
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

}  // namespace

void refine(const PhaseTiles& tiles, std::int32_t reach_tiles, SmoothPhase& phase) {
  float residual = 0;
  for (auto* p : {&phase.row, &phase.col}) {
    const auto& line = p == &phase.row ? tiles.row_line : tiles.col_line;
    const auto step = smooth(tiles, weigh(tiles, line, *p), reach_tiles);
    for (std::size_t k = 0; k < step.size(); ++k) (*p)[k] += std::clamp(step[k], -1.0F, 1.0F);
    const float r = block_residual(tiles, line, *p);
    residual += 0.5F * r * r;
  }
  phase.residual_modules = std::sqrt(residual);
}

}  // namespace ostracon::cpu
