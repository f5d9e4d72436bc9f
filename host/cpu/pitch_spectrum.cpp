#include "host/cpu/pitch_spectrum.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "pipeline/rules/line_evidence.hpp"

namespace ostracon::cpu {
namespace {

using Complex = std::complex<float>;

using rules::kRing;
using steps::gaussian;
using steps::hann;
using steps::kMostSigma;
using steps::kSampleCols;
using steps::kSampleRows;

float median(std::vector<float>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

PitchSpectrum::PitchSpectrum(std::int32_t crop, std::int32_t highest)
    : crop_(crop), highest_(highest), window_(hann(crop)), fine_window_(hann(2 * crop)) {
  for (cv::Mat& power : power_) power = cv::Mat::zeros(2 * highest + 1, highest + 1, CV_32F);
}

/// Windowed, without what stands out by more than kMostSigma.
void PitchSpectrum::clip(ImageView<const float> crop, cv::Mat& out) const {
  std::vector<float> sizes;
  for (std::int32_t i = 0; i < crop_; i += kSampleRows)
    for (std::int32_t j = 0; j < crop_; j += kSampleCols) sizes.push_back(std::abs(crop(i, j)));
  const float limit = kMostSigma * 1.5F * median(sizes);
  out.create(crop_, crop_, CV_32F);
  for (std::int32_t i = 0; i < crop_; ++i)
    for (std::int32_t j = 0; j < crop_; ++j)
      out.at<float>(i, j) = std::abs(crop(i, j)) < limit
                                ? crop(i, j) * window_[static_cast<std::size_t>(i)] *
                                      window_[static_cast<std::size_t>(j)]
                                : 0.0F;
}

void PitchSpectrum::measure(ImageView<const float> crop) {
  const std::int32_t n = crop_;
  cv::Mat pixels;
  clip(crop, pixels);
  cv::dft(pixels, spectrum_, cv::DFT_COMPLEX_OUTPUT);
  cv::Mat& image = power_[static_cast<std::size_t>(LineSource::kImage)];
  const std::int32_t seen = std::min(highest_, n / 2 - 1);
  for (std::int32_t ky = -seen; ky <= seen; ++ky)
    for (std::int32_t kx = 0; kx <= seen; ++kx)
      image.at<float>(ky + highest_, kx) = std::norm(spectrum_.at<Complex>((ky + n) % n, kx));
  normalise(LineSource::kImage, static_cast<float>(seen));

  // Both details as one complex image on half pixels, so that pitches near 2 px do not alias.
  cv::Mat field = cv::Mat::zeros(2 * n, 2 * n, CV_32FC2);
  const std::array<std::vector<float>, 4> filter{
      gaussian(n, steps::kFinePx[0]), gaussian(n, steps::kFinePx[1]),
      gaussian(n, steps::kCoarsePx[0]), gaussian(n, steps::kCoarsePx[1])};
  for (std::int32_t i = 0; i < n; ++i) {
    const auto* in = spectrum_.ptr<Complex>(i);
    auto* out = field.ptr<Complex>(i < n / 2 ? i : i + n);
    const auto y = static_cast<std::size_t>(i);
    for (std::int32_t j = 0; j < n; ++j) {
      const auto x = static_cast<std::size_t>(j);
      out[j < n / 2 ? j : j + n] =
          in[j] * Complex(filter[0][y] * filter[0][x] - filter[1][y] * filter[1][x],
                          filter[2][y] * filter[2][x] - filter[3][y] * filter[3][x]);
    }
  }
  cv::dft(field, field, cv::DFT_INVERSE | cv::DFT_SCALE);
  cv::Mat sizes(2 * n, 2 * n, CV_32FC2);
  bounded_size(field, 0, sizes, 0);
  bounded_size(field, 1, sizes, 1);
  cv::dft(sizes, sizes);
  // Spectra of the real and the imaginary part of what was transformed.
  cv::Mat& fine = power_[static_cast<std::size_t>(LineSource::kFineDetail)];
  cv::Mat& coarse = power_[static_cast<std::size_t>(LineSource::kCoarseDetail)];
  for (std::int32_t ky = -highest_; ky <= highest_; ++ky)
    for (std::int32_t kx = 0; kx <= highest_; ++kx) {
      const Complex a = sizes.at<Complex>((ky + 2 * n) % (2 * n), kx);
      const Complex b =
          std::conj(sizes.at<Complex>((2 * n - ky) % (2 * n), (2 * n - kx) % (2 * n)));
      fine.at<float>(ky + highest_, kx) = std::norm(a + b);
      coarse.at<float>(ky + highest_, kx) = std::norm(a - b);
    }
  normalise(LineSource::kFineDetail, static_cast<float>(highest_));
  normalise(LineSource::kCoarseDetail, static_cast<float>(highest_));
}

void PitchSpectrum::measure_gradient() {
  const std::int32_t n = crop_;
  cv::Mat field = cv::Mat::zeros(2 * n, 2 * n, CV_32FC2);
  const std::vector<float> filter = gaussian(n, steps::kGradientPx);
  for (std::int32_t i = 0; i < n; ++i) {
    const auto* in = spectrum_.ptr<Complex>(i);
    auto* out = field.ptr<Complex>(i < n / 2 ? i : i + n);
    const auto wy = static_cast<float>(i < n / 2 ? i : i - n);
    for (std::int32_t j = 0; j < n; ++j) {
      const auto wx = static_cast<float>(j < n / 2 ? j : j - n);
      // i wy + i (i wx): the inverse transform is d/dy + i d/dx.
      out[j < n / 2 ? j : j + n] =
          in[j] * Complex(-wx, wy) *
          (filter[static_cast<std::size_t>(i)] * filter[static_cast<std::size_t>(j)]);
    }
  }
  cv::dft(field, field, cv::DFT_INVERSE | cv::DFT_SCALE);
  cv::Mat size(2 * n, 2 * n, CV_32F);
  bounded_size(field, -1, size, 0);
  cv::dft(size, field, cv::DFT_COMPLEX_OUTPUT);
  cv::Mat& power = power_[static_cast<std::size_t>(LineSource::kGradient)];
  for (std::int32_t ky = -highest_; ky <= highest_; ++ky)
    for (std::int32_t kx = 0; kx <= highest_; ++kx)
      power.at<float>(ky + highest_, kx) = std::norm(field.at<Complex>((ky + 2 * n) % (2 * n), kx));
  normalise(LineSource::kGradient, static_cast<float>(highest_));
}

/// Size of a channel of a complex field, or of both (-1), bounded, without its mean (which follows
/// the window), windowed once more.
void PitchSpectrum::bounded_size(const cv::Mat& field, int channel, cv::Mat& out,
                                 int out_channel) const {
  const std::int32_t n = field.rows;
  const int step = out.channels();
  const auto size_at = [&](const float* row, std::int32_t j) {
    return channel < 0 ? std::sqrt(row[2 * j] * row[2 * j] + row[2 * j + 1] * row[2 * j + 1])
                       : std::abs(row[2 * j + channel]);
  };
  const auto window = [&](std::int32_t k) { return fine_window_[static_cast<std::size_t>(k)]; };
  std::vector<float> sizes;
  for (std::int32_t i = n / 4; i < 3 * n / 4; i += kSampleRows)
    for (std::int32_t j = n / 4; j < 3 * n / 4; j += kSampleCols)
      sizes.push_back(size_at(field.ptr<float>(i), j) / (window(i) * window(j)));
  const float limit = kMostSigma * 1.5F * median(sizes);
  double sum = 0;
  double weight = 0;
  for (std::int32_t i = 0; i < n; ++i) {
    const auto* in = field.ptr<float>(i);
    auto* to = out.ptr<float>(i) + out_channel;
    float row_sum = 0;
    float row_weight = 0;
    for (std::int32_t j = 0; j < n; ++j) {
      const float w = window(i) * window(j);
      const float size = size_at(in, j);
      const bool usual = size < limit * w;
      to[step * j] = usual ? size : -1.0F;
      row_sum += usual ? size : 0.0F;
      row_weight += usual ? w : 0.0F;
    }
    sum += static_cast<double>(row_sum);
    weight += static_cast<double>(row_weight);
  }
  const auto level = static_cast<float>(sum / weight);
  for (std::int32_t i = 0; i < n; ++i) {
    auto* to = out.ptr<float>(i) + out_channel;
    for (std::int32_t j = 0; j < n; ++j) {
      const float w = window(i) * window(j);
      to[step * j] = to[step * j] >= 0 ? (to[step * j] - level * w) * w : 0.0F;
    }
  }
}

/// Divides by the level of the surroundings: the mean that goes with the median of the ring.
void PitchSpectrum::normalise(LineSource source, float largest_radius) {
  cv::Mat& power = power_[static_cast<std::size_t>(source)];
  std::vector<std::vector<float>> rings(static_cast<std::size_t>(largest_radius) / kRing + 1);
  const auto radius_of = [&](std::int32_t i, std::int32_t kx) {
    return std::hypot(static_cast<float>(i - highest_), static_cast<float>(kx));
  };
  for (std::int32_t i = 0; i < power.rows; ++i)
    for (std::int32_t kx = 0; kx < power.cols; ++kx)
      if (const float radius = radius_of(i, kx); radius < largest_radius)
        rings[static_cast<std::size_t>(radius) / kRing].push_back(power.at<float>(i, kx));
  std::vector<float> level;
  for (auto& ring : rings) {
    if (ring.empty()) ring.push_back(1);
    level.push_back(std::max(median(ring) / std::numbers::ln2_v<float>, 1e-30F));
  }
  // One entry a radius: interpolation in between would change nothing that matters.
  std::vector<float> scale;
  for (float radius = 0; radius <= largest_radius; ++radius)
    scale.push_back(
        rules::ring_scale(radius, level.data(), static_cast<std::int32_t>(level.size())));
  for (std::int32_t i = 0; i < power.rows; ++i)
    for (std::int32_t kx = 0; kx < power.cols; ++kx) {
      const float radius = radius_of(i, kx);
      float& value = power.at<float>(i, kx);
      value = radius < largest_radius ? value * scale[static_cast<std::size_t>(radius)] : 0.0F;
    }
}

}  // namespace ostracon::cpu
