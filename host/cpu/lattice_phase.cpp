#include "host/cpu/lattice_phase.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "host/cpu/parallel.hpp"
#include "pipeline/rules/log_cosh.hpp"

namespace ostracon::cpu {
namespace {

constexpr double kNoiseToSignal = 0.1;  // of the one-dimensional equaliser; about N_e 120 at c 0.5
constexpr float kReachModules = 2.25F;  // beyond it the taps hold less than 1 % of their power

double pulse_spectrum(double f, double blur) {
  const double x = std::numbers::pi * f;
  const double square = std::abs(x) < 1e-9 ? 1.0 : std::sin(x) / x;
  return square * std::exp(-2 * x * x * blur * blur);
}

/// Cosine and sine of a carrier along x, one entry a column.
struct CarrierRow {
  std::vector<float> re, im;
  CarrierRow(float frequency, std::int32_t cols, float ox)
      : re(static_cast<std::size_t>(cols)), im(static_cast<std::size_t>(cols)) {
    for (std::size_t x = 0; x < re.size(); ++x) {
      const double angle = -2 * std::numbers::pi * static_cast<double>(frequency) *
                           (static_cast<double>(x) + static_cast<double>(ox));
      re[x] = static_cast<float>(std::cos(angle));
      im[x] = static_cast<float>(std::sin(angle));
    }
  }
};

std::complex<float> carrier_y(float frequency, float y) {
  const double angle =
      -2 * std::numbers::pi * static_cast<double>(frequency) * static_cast<double>(y);
  return {static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle))};
}

/// Sum over `count` pixels of value * carrier, in eight lanes that a compiler can keep in
/// registers.
std::complex<float> dot(const float* value, const float* re, const float* im, std::int32_t count) {
  float r[8] = {}, i[8] = {};
  std::int32_t x = 0;
  for (; x + 8 <= count; x += 8)
    for (std::int32_t k = 0; k < 8; ++k) {
      r[k] += value[x + k] * re[x + k];
      i[k] += value[x + k] * im[x + k];
    }
  for (; x < count; ++x) {
    r[0] += value[x] * re[x];
    i[0] += value[x] * im[x];
  }
  for (std::int32_t k = 1; k < 8; ++k) r[0] += r[k], i[0] += i[k];
  return {r[0], i[0]};
}

}  // namespace

Carriers Carriers::of(const LatticeSeed& seed) {
  const float det = seed.down[0] * seed.right[1] - seed.right[0] * seed.down[1];
  return {{seed.right[1] / det, -seed.right[0] / det}, {-seed.down[1] / det, seed.down[0] / det}};
}

std::vector<float> equalising_taps(float pitch_px, float blur_modules, float offset_px) {
  const auto reach = static_cast<std::int32_t>(std::ceil(kReachModules * pitch_px));
  std::vector<float> taps(static_cast<std::size_t>(2 * reach + 1));
  const double blur = static_cast<double>(blur_modules);
  constexpr int kSteps = 300;  // of the inverse transform over +-1.5 cycles per module
  for (std::int32_t k = -reach; k <= reach; ++k) {
    const double t =
        (static_cast<double>(k) - static_cast<double>(offset_px)) / static_cast<double>(pitch_px);
    double sum = 0;
    for (int s = 0; s < kSteps; ++s) {
      const double f = 1.5 * (s + 0.5) / kSteps;
      double folded = kNoiseToSignal;
      for (int fold = -2; fold <= 2; ++fold) folded += std::pow(pulse_spectrum(f + fold, blur), 2);
      sum += pulse_spectrum(f, blur) / folded * std::cos(2 * std::numbers::pi * f * t);
    }
    const double edge = std::abs(t) / static_cast<double>(kReachModules + 0.5F);
    const double window = edge < 1 ? 0.5 + 0.5 * std::cos(std::numbers::pi * edge) : 0;
    taps[static_cast<std::size_t>(k + reach)] =
        static_cast<float>(3.0 / kSteps * sum * window / static_cast<double>(pitch_px));
  }
  return taps;
}

void equalise_image(ImageView<const float> image, float pitch_px, float blur_modules, float oy,
                    float ox, ImageView<float> out) {
  const auto along_y = equalising_taps(pitch_px, blur_modules, oy);
  const auto along_x = equalising_taps(pitch_px, blur_modules, ox);
  const cv::Mat in(image.rows, image.cols, CV_32F, const_cast<float*>(image.data),
                   static_cast<std::size_t>(image.row_stride) * sizeof(float));
  cv::Mat to(out.rows, out.cols, CV_32F, out.data,
             static_cast<std::size_t>(out.row_stride) * sizeof(float));
  const auto reach = static_cast<std::int32_t>(along_y.size() / 2);
  constexpr std::int32_t kStrip = 256;
  parallel_for((image.rows + kStrip - 1) / kStrip, [&](std::int64_t strip) {
    const std::int32_t begin = static_cast<std::int32_t>(strip) * kStrip;
    const std::int32_t end = std::min(begin + kStrip, image.rows);
    const std::int32_t above = std::min(begin, reach);
    const std::int32_t below = std::min(image.rows - end, reach);
    cv::Mat filtered;
    cv::sepFilter2D(in.rowRange(begin - above, end + below), filtered, CV_32F, along_x, along_y,
                    {-1, -1}, 0, cv::BORDER_REFLECT_101 | cv::BORDER_ISOLATED);
    filtered.rowRange(above, above + end - begin).copyTo(to.rowRange(begin, end));
  });
}

void demodulate(ImageView<const float> equalised, float scale, float level, float oy, float ox,
                const Carriers& carriers, PhaseTiles& tiles,
                std::vector<std::complex<float>>& off_line) {
  // A frequency of the same length between the two lines and off every harmonic.
  const std::array<float, 2> off{0.8F * carriers.row_of[0] + 0.6F * carriers.col_of[0],
                                 0.8F * carriers.row_of[1] + 0.6F * carriers.col_of[1]};
  const CarrierRow row_carrier(carriers.row_of[1], equalised.cols, ox);
  const CarrierRow col_carrier(carriers.col_of[1], equalised.cols, ox);
  const CarrierRow off_carrier(off[1], equalised.cols, ox);
  parallel_for(tiles.rows, [&](std::int64_t tile_row) {
    std::vector<float> contrast(static_cast<std::size_t>(tiles.cols * tiles.tile_px));
    const auto i = static_cast<std::int32_t>(tile_row);
    for (std::int32_t y = i * tiles.tile_px; y < (i + 1) * tiles.tile_px; ++y) {
      const float* in = &equalised(y, 0);
      for (std::size_t x = 0; x < contrast.size(); ++x)
        contrast[x] = rules::lattice_contrast(scale * in[x]) - level;
      const float at = static_cast<float>(y) + oy;
      const auto ry = carrier_y(carriers.row_of[0], at);
      const auto cy = carrier_y(carriers.col_of[0], at);
      const auto fy = carrier_y(off[0], at);
      for (std::int32_t j = 0; j < tiles.cols; ++j) {
        const std::int32_t x = j * tiles.tile_px;
        const float* value = contrast.data() + x;
        const std::size_t to = tiles.index(i, j);
        tiles.row_line[to] +=
            ry * dot(value, row_carrier.re.data() + x, row_carrier.im.data() + x, tiles.tile_px);
        tiles.col_line[to] +=
            cy * dot(value, col_carrier.re.data() + x, col_carrier.im.data() + x, tiles.tile_px);
        off_line[to] +=
            fy * dot(value, off_carrier.re.data() + x, off_carrier.im.data() + x, tiles.tile_px);
      }
    }
  });
}

}  // namespace ostracon::cpu
