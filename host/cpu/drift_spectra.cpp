#include "host/cpu/drift_spectra.hpp"

#include <algorithm>
#include <cmath>
#include <complex>

#include "pipeline/rules/spectrum.hpp"

namespace ostracon::cpu {
namespace {

/// exp(i omega shift) of frequencies 0 .. count - 1.
struct Ramp {
  std::vector<float> re, im;
  Ramp(std::int32_t count, float step)
      : re(static_cast<std::size_t>(count)), im(static_cast<std::size_t>(count)) {
    for (std::size_t k = 0; k < re.size(); ++k) {
      const float angle = step * static_cast<float>(k);
      re[k] = std::cos(angle);
      im[k] = std::sin(angle);
    }
  }
};

/// Calls body(row index, signed ky) for every active row.
template <class Body>
void for_each_row(const ActiveBand& band, const Body& body) {
  for (std::int32_t ky = 0; ky <= band.ky; ++ky) body(static_cast<std::size_t>(ky), ky);
  for (std::int32_t ky = -band.ky; ky < 0; ++ky)
    body(static_cast<std::size_t>(band.shape.rows) - static_cast<std::size_t>(-ky), ky);
}

constexpr std::size_t kLanes = 8;

/// Sums over kx of p e, kx p e and kx^2 p e, in lanes that the compiler keeps in registers.
struct RowSums {
  double re[3] = {}, im[3] = {};
  RowSums(const float* pr, const float* pi, const Ramp& e, std::size_t count) {
    float r[3][kLanes] = {}, i[3][kLanes] = {};
    std::size_t kx = 0;
    for (; kx + kLanes <= count; kx += kLanes)
      for (std::size_t l = 0; l < kLanes; ++l) {
        const float er = pr[kx + l] * e.re[kx + l] - pi[kx + l] * e.im[kx + l];
        const float ei = pr[kx + l] * e.im[kx + l] + pi[kx + l] * e.re[kx + l];
        const auto w = static_cast<float>(static_cast<std::int32_t>(kx + l));
        r[0][l] += er, i[0][l] += ei;
        r[1][l] += w * er, i[1][l] += w * ei;
        r[2][l] += w * w * er, i[2][l] += w * w * ei;
      }
    for (int n = 0; n < 3; ++n)
      for (std::size_t l = 0; l < kLanes; ++l) {
        re[n] += static_cast<double>(r[n][l]);
        im[n] += static_cast<double>(i[n][l]);
      }
  }
};

}  // namespace

void cross_spectrum(const ActiveBand& band, const Spectrum& frame, const Spectrum& reference,
                    const std::vector<float>& weight, Spectrum& product) {
  const auto half = static_cast<std::size_t>(band.shape.half_cols());
  const auto count = static_cast<std::size_t>(band.kx) + 1;
  for_each_row(band, [&](std::size_t row, std::int32_t) {
    const std::size_t at = row * half;
    const float* fr = frame.re.data() + at;
    const float* fi = frame.im.data() + at;
    const float* rr = reference.re.data() + at;
    const float* ri = reference.im.data() + at;
    const float* w = weight.data() + at;
    float* pr = product.re.data() + at;
    float* pi = product.im.data() + at;
    for (std::size_t kx = 0; kx < count; ++kx) {
      pr[kx] = (fr[kx] * rr[kx] + fi[kx] * ri[kx]) * w[kx];
      pi[kx] = (fi[kx] * rr[kx] - fr[kx] * ri[kx]) * w[kx];
    }
  });
}

void add_shifted(const ActiveBand& band, const Spectrum& frame, Shift shift, float sign,
                 Spectrum& sum) {
  const auto half = static_cast<std::size_t>(band.shape.half_cols());
  const auto count = static_cast<std::size_t>(band.kx) + 1;
  const Ramp ex(band.kx + 1, band.shape.omega_x(1) * shift[1]);
  for_each_row(band, [&](std::size_t row, std::int32_t ky) {
    const float angle = band.shape.omega_y(1) * static_cast<float>(ky) * shift[0];
    const float cr = sign * std::cos(angle);
    const float ci = sign * std::sin(angle);
    const float* fr = frame.re.data() + row * half;
    const float* fi = frame.im.data() + row * half;
    float* sr = sum.re.data() + row * half;
    float* si = sum.im.data() + row * half;
    for (std::size_t kx = 0; kx < count; ++kx) {
      const float er = cr * ex.re[kx] - ci * ex.im[kx];
      const float ei = cr * ex.im[kx] + ci * ex.re[kx];
      sr[kx] += fr[kx] * er - fi[kx] * ei;
      si[kx] += fr[kx] * ei + fi[kx] * er;
    }
  });
}

CorrelationPeak refine_peak(const ActiveBand& band, const Spectrum& product, Shift start,
                            int most_steps) {
  const auto half = static_cast<std::size_t>(band.shape.half_cols());
  // Whole lanes; beyond the active kx the product is 0.
  const std::size_t count = std::min(
      half / kLanes * kLanes, (static_cast<std::size_t>(band.kx) + kLanes) / kLanes * kLanes);
  const double unit = static_cast<double>(band.shape.omega_x(1));
  CorrelationPeak peak{start, 0, {}, {}};
  for (int step = 0; step < std::max(most_steps, 1); ++step) {
    const Ramp ex(static_cast<std::int32_t>(count), band.shape.omega_x(1) * peak.at[1]);
    double value = 0, gy = 0, gx = 0, hyy = 0, hxx = 0, hxy = 0;
    for_each_row(band, [&](std::size_t row, std::int32_t ky) {
      const RowSums s(product.re.data() + row * half, product.im.data() + row * half, ex, count);
      const double a = static_cast<double>(band.shape.omega_y(1)) * ky;
      const double er = std::cos(a * static_cast<double>(peak.at[0]));
      const double ei = std::sin(a * static_cast<double>(peak.at[0]));
      const double c0r = s.re[0] * er - s.im[0] * ei, c0i = s.re[0] * ei + s.im[0] * er;
      const double c1r = unit * (s.re[1] * er - s.im[1] * ei);
      const double c1i = unit * (s.re[1] * ei + s.im[1] * er);
      value += c0r;
      gy -= a * c0i;
      gx -= c1i;
      hyy -= a * a * c0r;
      hxy -= a * c1r;
      hxx -= unit * unit * (s.re[2] * er - s.im[2] * ei);
    });
    peak.value = value;
    peak.gradient = {gy, gx};
    peak.curvature = {-hyy, -hxx};
    if (most_steps == 0) break;
    const auto next =
        rules::step_to_peak({value, gy, gx, hyy, hxx, hxy}, start.data(), peak.at[0], peak.at[1]);
    peak.at = {next.y, next.x};
    if (next.last) break;
  }
  return peak;
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
  for (std::int32_t i = 0; i < map.grid.rows(); ++i)
    for (std::int32_t j = 0; j < map.grid.cols(); ++j) {
      const float likelihood =
          2 * work.at<std::complex<float>>((i - map.grid.reach_y + rows) % rows,
                                           (j - map.grid.reach_x + cols) % cols)
                  .real();
      map.value[static_cast<std::size_t>(i) * static_cast<std::size_t>(map.grid.cols()) +
                static_cast<std::size_t>(j)] = std::isfinite(likelihood) ? likelihood : 0.0F;
      square += static_cast<double>(likelihood) * static_cast<double>(likelihood);
    }
  map.variance = square / static_cast<double>(map.value.size());
}

}  // namespace ostracon::cpu
