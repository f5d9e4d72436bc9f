#include "host/steps/drift_bands.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

namespace ostracon::steps {
namespace {

constexpr std::int32_t kTaper = 8;  // px of raised cosine at the edges of a band
constexpr std::int64_t kLeastArea = std::int64_t{1} << 20;
constexpr std::int64_t kLeastShare = 8;  // one part in

std::int32_t fit(std::int32_t wanted, std::int32_t have) {
  return static_cast<std::int32_t>(
      std::bit_floor(static_cast<std::uint32_t>(std::min(wanted, have))));
}

}  // namespace

float BandShape::omega_y(std::int32_t ky) const {
  const std::int32_t k = ky <= rows / 2 ? ky : ky - rows;
  return 2 * std::numbers::pi_v<float> * static_cast<float>(k) / static_cast<float>(rows);
}

float BandShape::omega_x(std::int32_t kx) const {
  return 2 * std::numbers::pi_v<float> * static_cast<float>(kx) / static_cast<float>(cols);
}

BandWindow::BandWindow(std::int32_t count) : weight(static_cast<std::size_t>(count), 1.0F) {
  for (std::int32_t i = 0; i < std::min(kTaper, count / 2); ++i) {
    const float w =
        0.5F - 0.5F * std::cos(std::numbers::pi_v<float> * (static_cast<float>(i) + 0.5F) / kTaper);
    weight[static_cast<std::size_t>(i)] = w;
    weight[static_cast<std::size_t>(count - 1 - i)] = w;
  }
  std::vector<double> overlap;
  for (std::size_t shift = 0; shift <= weight.size() / 2; ++shift) {
    double sum = 0;
    for (std::size_t i = shift; i < weight.size(); ++i)
      sum += static_cast<double>(weight[i] * weight[i - shift]);
    overlap.push_back(sum);
  }
  power = overlap[0];
  slope_.assign(overlap.size(), 0.0F);
  for (std::size_t shift = 1; shift + 1 < overlap.size(); ++shift)
    slope_[shift] =
        static_cast<float>(0.5 * (overlap[shift + 1] - overlap[shift - 1]) / overlap[shift]);
  if (slope_.size() > 2) slope_.back() = slope_[slope_.size() - 2];
}

float BandWindow::overlap_slope(float shift) const {
  const float at = std::min(std::abs(shift), static_cast<float>(slope_.size() - 1));
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, slope_.size() - 1);
  const float value = slope_[low] + (at - static_cast<float>(low)) * (slope_[high] - slope_[low]);
  return shift < 0 ? -value : value;
}

BandPlan::BandPlan(const DriftEstimatorConfig& config)
    : field(config.shape),
      shape{fit(config.band_rows, field.rows), fit(config.band_cols, field.cols)},
      window_y(shape.rows),
      window_x(shape.cols) {
  const std::int64_t area = std::int64_t{shape.rows} * shape.cols;
  const std::int64_t pixels = std::int64_t{field.rows} * field.cols;
  const std::int64_t wanted = (std::max(kLeastArea, pixels / kLeastShare) + area / 2) / area;
  const std::int64_t most = std::max(1, (field.rows + shape.rows / 2) / shape.rows);
  const auto bands = static_cast<std::int32_t>(std::clamp<std::int64_t>(wanted, 1, most));
  const float span = static_cast<float>(field.rows - shape.rows);
  for (std::int32_t b = 0; b < bands; ++b)
    first_row.push_back(static_cast<std::int32_t>(
        bands == 1 ? span / 2 : span * static_cast<float>(b) / static_cast<float>(bands - 1)));
  first_col = (field.cols - shape.cols) / 2;
}

CropOffset BandPlan::clamped(std::size_t band, CropOffset offset) const {
  return {std::clamp(first_row[band] + offset.y, 0, field.rows - shape.rows) - first_row[band],
          std::clamp(first_col + offset.x, 0, field.cols - shape.cols) - first_col};
}

}  // namespace ostracon::steps
