#include <algorithm>
#include <complex>
#include <opencv2/core.hpp>

#include "host/cpu/drift_spectra.hpp"

namespace ostracon::cpu {

std::array<float, 2> coarse_peak(const ActiveBand& active, const Spectrum& product, cv::Mat& work) {
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
  const auto value = [&](std::int32_t dy, std::int32_t dx) {
    return work.at<std::complex<float>>((dy + rows) % rows, (dx + cols) % cols).real();
  };
  const std::int32_t reach = std::min(rows, cols) / 4;
  std::int32_t best_y = 0, best_x = 0;
  for (std::int32_t dy = -reach; dy <= reach; ++dy)
    for (std::int32_t dx = -reach; dx <= reach; ++dx)
      if (value(dy, dx) > value(best_y, best_x)) best_y = dy, best_x = dx;
  const auto vertex = [](float a, float b, float c) {
    const float curvature = a - 2 * b + c;
    return curvature < 0 ? std::clamp(0.5F * (a - c) / curvature, -0.5F, 0.5F) : 0.0F;
  };
  const float top = value(best_y, best_x);
  return {2 * (static_cast<float>(best_y) +
               vertex(value(best_y - 1, best_x), top, value(best_y + 1, best_x))),
          2 * (static_cast<float>(best_x) +
               vertex(value(best_y, best_x - 1), top, value(best_y, best_x + 1)))};
}

}  // namespace ostracon::cpu
