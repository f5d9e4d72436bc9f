#include "host/cpu/drift_spectra.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace ostracon::cpu {
namespace {

constexpr float kNoiseBand = 0.42F;        // cycles per px along y beyond which no signal is left
constexpr float kShadingBand = 1.0F / 48;  // cycles per px
constexpr std::int32_t kRadialBins = 96;   // up to 0.75 cycles per px

std::vector<std::complex<float>> ramp(std::int32_t count, float shift,
                                      const auto& omega_of) {
  std::vector<std::complex<float>> out(static_cast<std::size_t>(count));
  for (std::int32_t k = 0; k < count; ++k)
    out[static_cast<std::size_t>(k)] = std::polar(1.0F, omega_of(k) * shift);
  return out;
}

}  // namespace

float BandShape::omega_y(std::int32_t ky) const {
  const std::int32_t k = ky <= rows / 2 ? ky : ky - rows;
  return 2 * std::numbers::pi_v<float> * static_cast<float>(k) / static_cast<float>(rows);
}

float BandShape::omega_x(std::int32_t kx) const {
  return 2 * std::numbers::pi_v<float> * static_cast<float>(kx) / static_cast<float>(cols);
}

PowerModel PowerModel::fit(const BandShape& shape, const std::vector<double>& power) {
  const auto half = static_cast<std::size_t>(shape.half_cols());
  const float turn = 2 * std::numbers::pi_v<float>;
  PowerModel model;
  std::vector<double> noise(half, 0.0);
  int noise_rows = 0;
  for (std::int32_t ky = 0; ky < shape.rows; ++ky) {
    if (std::abs(shape.omega_y(ky)) < kNoiseBand * turn) continue;
    ++noise_rows;
    for (std::size_t kx = 0; kx < half; ++kx)
      noise[kx] += power[static_cast<std::size_t>(ky) * half + kx];
  }
  // Averaged over 33 neighbours: detector bandwidth shapes it slowly.
  model.noise.resize(half);
  for (std::size_t kx = 0; kx < half; ++kx) {
    const std::size_t begin = kx < 16 ? 0 : kx - 16;
    const std::size_t end = std::min(half, kx + 17);
    double sum = 0;
    for (std::size_t k = begin; k < end; ++k) sum += noise[k];
    model.noise[kx] = static_cast<float>(
        std::max(sum / (static_cast<double>(end - begin) * std::max(noise_rows, 1)), 1e-20));
  }
  std::vector<double> radial(kRadialBins, 0.0);
  std::vector<double> count(kRadialBins, 0.0);
  const auto bin_of = [&](std::int32_t ky, std::size_t kx) {
    const float f = std::hypot(shape.omega_y(ky), shape.omega_x(static_cast<std::int32_t>(kx)));
    return std::min<std::size_t>(static_cast<std::size_t>(f / turn / 0.75F * kRadialBins),
                                 kRadialBins - 1);
  };
  for (std::int32_t ky = 0; ky < shape.rows; ++ky)
    for (std::size_t kx = 0; kx < half; ++kx) {
      const std::size_t bin = bin_of(ky, kx);
      radial[bin] += power[static_cast<std::size_t>(ky) * half + kx] - model.noise[kx];
      count[bin] += 1;
    }
  model.signal.resize(shape.size());
  for (std::int32_t ky = 0; ky < shape.rows; ++ky)
    for (std::size_t kx = 0; kx < half; ++kx) {
      const float f = std::hypot(shape.omega_y(ky), shape.omega_x(static_cast<std::int32_t>(kx)));
      const std::size_t bin = bin_of(ky, kx);
      const double s = f < kShadingBand * turn ? 0 : radial[bin] / std::max(count[bin], 1.0);
      // Below 2 % of the noise the radial mean is chance.
      model.signal[static_cast<std::size_t>(ky) * half + kx] =
          s > 0.02 * static_cast<double>(model.noise[kx]) ? static_cast<float>(s) : 0.0F;
    }
  return model;
}

void cross_spectrum(const Spectrum& frame, const Spectrum& reference,
                    const std::vector<float>& weight, Spectrum& product) {
  for (std::size_t i = 0; i < frame.size(); ++i) {
    const float re = frame[i].real() * reference[i].real() + frame[i].imag() * reference[i].imag();
    const float im = frame[i].imag() * reference[i].real() - frame[i].real() * reference[i].imag();
    product[i] = {re * weight[i], im * weight[i]};
  }
}

void add_shifted(const BandShape& shape, const Spectrum& frame, std::array<float, 2> shift,
                 float sign, Spectrum& sum) {
  const auto half = static_cast<std::size_t>(shape.half_cols());
  const auto ey = ramp(shape.rows, shift[0], [&](std::int32_t k) { return shape.omega_y(k); });
  const auto ex =
      ramp(shape.half_cols(), shift[1], [&](std::int32_t k) { return shape.omega_x(k); });
  for (std::size_t ky = 0; ky < static_cast<std::size_t>(shape.rows); ++ky) {
    const float cr = sign * ey[ky].real();
    const float ci = sign * ey[ky].imag();
    const auto* in = frame.data() + ky * half;
    auto* out = sum.data() + ky * half;
    for (std::size_t kx = 0; kx < half; ++kx) {
      const float er = cr * ex[kx].real() - ci * ex[kx].imag();
      const float ei = cr * ex[kx].imag() + ci * ex[kx].real();
      out[kx] += std::complex<float>(in[kx].real() * er - in[kx].imag() * ei,
                                     in[kx].real() * ei + in[kx].imag() * er);
    }
  }
}

std::array<float, 2> refine_peak(const BandShape& shape, const Spectrum& product,
                                 std::array<float, 2> start) {
  const auto half = static_cast<std::size_t>(shape.half_cols());
  std::array<float, 2> at = start;
  for (int step = 0; step < 6; ++step) {
    const auto ey = ramp(shape.rows, at[0], [&](std::int32_t k) { return shape.omega_y(k); });
    const auto ex =
        ramp(shape.half_cols(), at[1], [&](std::int32_t k) { return shape.omega_x(k); });
    double gy = 0, gx = 0, hyy = 0, hxx = 0, hxy = 0;
    for (std::int32_t ky = 0; ky < shape.rows; ++ky) {
      const auto* p = product.data() + static_cast<std::size_t>(ky) * half;
      // Sums over kx of p e, kx p e and kx^2 p e; the row's own factor comes after.
      float r0 = 0, i0 = 0, r1 = 0, i1 = 0, r2 = 0, i2 = 0;
      for (std::size_t kx = 0; kx < half; ++kx) {
        const float er = p[kx].real() * ex[kx].real() - p[kx].imag() * ex[kx].imag();
        const float ei = p[kx].real() * ex[kx].imag() + p[kx].imag() * ex[kx].real();
        const auto w = static_cast<float>(kx);
        r0 += er, i0 += ei;
        r1 += w * er, i1 += w * ei;
        r2 += w * w * er, i2 += w * w * ei;
      }
      const std::complex<float> e = ey[static_cast<std::size_t>(ky)];
      const float unit = shape.omega_x(1);
      const double a = shape.omega_y(ky);
      const double c0r = r0 * e.real() - i0 * e.imag(), c0i = r0 * e.imag() + i0 * e.real();
      const double c1r = unit * (r1 * e.real() - i1 * e.imag());
      const double c1i = unit * (r1 * e.imag() + i1 * e.real());
      const double c2r = unit * unit * (r2 * e.real() - i2 * e.imag());
      gy -= a * c0i;
      gx -= c1i;
      hyy -= a * a * c0r;
      hxy -= a * c1r;
      hxx -= c2r;
    }
    const double det = hyy * hxx - hxy * hxy;
    if (!(hyy < 0) || !(hxx < 0) || !(det > 0)) break;
    const double dy = -(hxx * gy - hxy * gx) / det;
    const double dx = -(hyy * gx - hxy * gy) / det;
    at[0] = std::clamp(at[0] + std::clamp(static_cast<float>(dy), -0.5F, 0.5F), start[0] - 1,
                       start[0] + 1);
    at[1] = std::clamp(at[1] + std::clamp(static_cast<float>(dx), -0.5F, 0.5F), start[1] - 1,
                       start[1] + 1);
    if (std::abs(dy) + std::abs(dx) < 1e-3) break;
  }
  return at;
}

}  // namespace ostracon::cpu
