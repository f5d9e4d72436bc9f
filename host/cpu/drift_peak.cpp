#include <algorithm>
#include <cmath>
#include <complex>
#include <opencv2/core.hpp>

#include "host/cpu/drift_spectra.hpp"

namespace ostracon::cpu {
namespace {

constexpr std::int32_t kMostReach = 32;  // cells
constexpr float kStepPx = 1.0F;          // expected change of the shift from band to band, rms
constexpr std::int32_t kMostStep = 2;    // cells

/// best[i] = max over |d| <= kMostStep of from[i + d] - (d cells)^2 / (2 kStepPx^2), and that d.
void spread(const float* from, std::ptrdiff_t stride, std::int32_t count, float* best,
            std::int8_t* step) {
  for (std::int32_t i = 0; i < count; ++i) {
    best[i * stride] = from[i * stride];
    step[i * stride] = 0;
    for (std::int32_t d = -kMostStep; d <= kMostStep; ++d) {
      if (d == 0 || i + d < 0 || i + d >= count) continue;
      const float px = CorrelationMap::kCellPx * static_cast<float>(d);
      const float value = from[(i + d) * stride] - 0.5F * px * px / (kStepPx * kStepPx);
      if (value > best[i * stride]) {
        best[i * stride] = value;
        step[i * stride] = static_cast<std::int8_t>(d);
      }
    }
  }
}

float vertex(float a, float b, float c) {
  const float curvature = a - 2 * b + c;
  return curvature < 0 ? std::clamp(0.5F * (a - c) / curvature, -0.5F, 0.5F) : 0.0F;
}

}  // namespace

CorrelationMap::CorrelationMap(const BandShape& shape)
    : reach_y(std::min(shape.rows * 7 / 32, kMostReach)),
      reach_x(std::min(shape.cols * 7 / 32, kMostReach)),
      value(static_cast<std::size_t>(rows()) * static_cast<std::size_t>(cols())) {}

Shift CorrelationMap::shift_of(std::size_t cell) const {
  const auto i = static_cast<std::int32_t>(cell) / cols();
  const auto j = static_cast<std::int32_t>(cell) % cols();
  Shift at{static_cast<float>(i - reach_y), static_cast<float>(j - reach_x)};
  const auto width = static_cast<std::size_t>(cols());
  if (i > 0 && i + 1 < rows())
    at[0] += vertex(value[cell - width], value[cell], value[cell + width]);
  if (j > 0 && j + 1 < cols()) at[1] += vertex(value[cell - 1], value[cell], value[cell + 1]);
  return {kCellPx * at[0], kCellPx * at[1]};
}

void coarse_map(const ActiveBand& active, const Spectrum& product, cv::Mat& work,
                CorrelationMap& map) {
  const BandShape& band = active.shape;
  const std::int32_t rows = band.rows / 2;
  const std::int32_t cols = band.cols / 2;
  const auto half = static_cast<std::size_t>(band.half_cols());
  const std::int32_t most_ky = std::min(active.ky, rows / 2 - 1);
  const auto count = static_cast<std::size_t>(std::min(active.kx, cols / 2 - 1)) + 1;
  // The real part of the inverse transform of a half plane is half the correlation.
  work.setTo(0);
  for (std::int32_t ky = -most_ky; ky <= most_ky; ++ky) {
    const std::size_t at = static_cast<std::size_t>((ky + band.rows) % band.rows) * half;
    auto* out = work.ptr<std::complex<float>>((ky + rows) % rows);
    for (std::size_t kx = 0; kx < count; ++kx) out[kx] = {product.re[at + kx], product.im[at + kx]};
  }
  cv::dft(work, work, cv::DFT_INVERSE);
  double square = 0;
  for (std::int32_t i = 0; i < map.rows(); ++i)
    for (std::int32_t j = 0; j < map.cols(); ++j) {
      const float likelihood = 2 * work.at<std::complex<float>>((i - map.reach_y + rows) % rows,
                                                                (j - map.reach_x + cols) % cols)
                                       .real();
      map.value[static_cast<std::size_t>(i) * static_cast<std::size_t>(map.cols()) +
                static_cast<std::size_t>(j)] = std::isfinite(likelihood) ? likelihood : 0.0F;
      square += static_cast<double>(likelihood) * static_cast<double>(likelihood);
    }
  map.variance = square / static_cast<double>(map.value.size());
}

ShiftPath most_likely_path(std::span<const CorrelationMap> maps) {
  const std::size_t cells = maps[0].value.size();
  const std::int32_t rows = maps[0].rows();
  const std::int32_t cols = maps[0].cols();
  // total: likelihood of the best path that ends in a cell; steps: how it came from the band before
  std::vector<float> total = maps[0].value;
  std::vector<float> by_column(cells), by_both(cells);
  std::vector<std::int8_t> step_y(cells * maps.size()), step_x(cells * maps.size());
  for (std::size_t b = 1; b < maps.size(); ++b) {
    for (std::int32_t j = 0; j < cols; ++j)
      spread(total.data() + j, cols, rows, by_column.data() + j, step_y.data() + b * cells + j);
    for (std::int32_t i = 0; i < rows; ++i)
      spread(by_column.data() + i * cols, 1, cols, by_both.data() + i * cols,
             step_x.data() + b * cells + static_cast<std::size_t>(i * cols));
    for (std::size_t cell = 0; cell < cells; ++cell)
      total[cell] = by_both[cell] + maps[b].value[cell];
  }
  ShiftPath path;
  path.shift.resize(maps.size());
  auto cell =
      static_cast<std::size_t>(std::max_element(total.begin(), total.end()) - total.begin());
  double value = 0, variance = 0;
  for (std::size_t b = maps.size(); b-- > 0;) {
    path.shift[b] = maps[b].shift_of(cell);
    value += static_cast<double>(maps[b].value[cell]);
    variance += maps[b].variance;
    const auto x = std::ptrdiff_t{int{step_x[b * cells + cell]}};
    cell = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(cell) + x);
    const auto y = std::ptrdiff_t{int{step_y[b * cells + cell]}};
    cell = static_cast<std::size_t>(static_cast<std::ptrdiff_t>(cell) + y * cols);
  }
  path.significance = variance > 0 ? value / std::sqrt(variance) : 0;
  return path;
}

}  // namespace ostracon::cpu
