#include "host/cpu/drift_band.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

#include "host/cpu/typed_frames.hpp"

namespace ostracon::cpu {
namespace {

constexpr std::int32_t kTaper = 8;  // px of raised cosine at the edges of a band
constexpr std::int64_t kLeastArea = std::int64_t{1} << 20;
constexpr std::int64_t kLeastShare = 8;  // one part in

std::int32_t fit(std::int32_t wanted, std::int32_t have) {
  return static_cast<std::int32_t>(
      std::bit_floor(static_cast<std::uint32_t>(std::min(wanted, have))));
}

}  // namespace

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

BandWork::BandWork(const BandPlan& plan)
    : frames(static_cast<std::size_t>(plan.field.frames), Spectrum(plan.shape.size())),
      offsets(frames.size()),
      sum(plan.shape.size()),
      reference(plan.shape.size()),
      product(plan.shape.size()) {
  pixels.create(plan.shape.rows, plan.shape.cols, CV_32F);
  transformed.create(plan.shape.rows, plan.shape.cols, CV_32F);
  coarse.create(plan.shape.rows / 2, plan.shape.cols / 2, CV_32FC2);
}

void BandWork::transform(const BandPlan& plan, std::size_t band, const FrameStack& stack,
                         const FlatField& flat, std::size_t f, CropOffset offset) {
  const BandShape& shape = plan.shape;
  const std::int32_t top =
      std::clamp(plan.first_row[band] + offset.y, 0, plan.field.rows - shape.rows);
  const std::int32_t left = std::clamp(plan.first_col + offset.x, 0, plan.field.cols - shape.cols);
  offsets[f] = {top - plan.first_row[band], left - plan.first_col};
  with_typed(stack, [&](auto view) {
    for (std::int32_t i = 0; i < shape.rows; ++i) {
      const std::int32_t y = top + i;
      const auto* row = &view.frame(static_cast<std::int32_t>(f))(y, left);
      float* out = pixels.ptr<float>(i);
      const float gain =
          flat.row_gain[f * static_cast<std::size_t>(flat.rows) + static_cast<std::size_t>(y)];
      const float wy = plan.window_y.weight[static_cast<std::size_t>(i)];
      // One shade a band row and 16 px: the shading is smooth over 40 px.
      for (std::int32_t x0 = 0; x0 < shape.cols; x0 += 16) {
        const float scale =
            wy * gain /
            flat.shading_at(static_cast<float>(y), static_cast<float>(left + x0) + 7.5F);
        const float dark = stack.black * scale + wy;
        const float* wx = plan.window_x.weight.data();
        for (std::int32_t x = x0; x < std::min(x0 + 16, shape.cols); ++x)
          out[x] = (static_cast<float>(row[x]) * scale - dark) * wx[x];
      }
    }
  });
  // Packed: columns 2 kx - 1 and 2 kx of row ky hold the real and the imaginary part.
  cv::dft(pixels, transformed);
  const auto half = static_cast<std::size_t>(shape.half_cols());
  for (std::int32_t ky = 0; ky < shape.rows; ++ky) {
    const float* in = transformed.ptr<float>(ky);
    float* re = frames[f].re.data() + static_cast<std::size_t>(ky) * half;
    float* im = frames[f].im.data() + static_cast<std::size_t>(ky) * half;
    re[0] = im[0] = re[half - 1] = im[half - 1] = 0;
    for (std::size_t kx = 1; kx + 1 < half; ++kx) {
      re[kx] = in[2 * kx - 1];
      im[kx] = in[2 * kx];
    }
  }
}

}  // namespace ostracon::cpu
