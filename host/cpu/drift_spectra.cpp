#include "host/cpu/drift_spectra.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace ostracon::cpu {
namespace {

constexpr std::int32_t kRadialBins = 96;  // up to 0.75 cycles per px

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
  // Averaged over 33 neighbours: detector bandwidth shapes it slowly. The outermost columns are
  // empty.
  model.noise.resize(half);
  for (std::size_t kx = 0; kx < half; ++kx) {
    const std::size_t begin = kx < 17 ? 1 : kx - 16;
    const std::size_t end = std::min(half - 1, kx + 17);
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
      if (!(s > 0.02 * static_cast<double>(model.noise[kx]))) continue;
      model.signal[static_cast<std::size_t>(ky) * half + kx] = static_cast<float>(s);
      model.active_ky = std::max(model.active_ky, std::min(ky, shape.rows - ky));
      model.active_kx = std::max(model.active_kx, static_cast<std::int32_t>(kx));
    }
  model.active_ky = std::min(model.active_ky, shape.rows / 2 - 1);
  return model;
}

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
    const double det = hyy * hxx - hxy * hxy;
    if (!(hyy < 0) || !(hxx < 0) || !(det > 0)) break;
    const double dy = -(hxx * gy - hxy * gx) / det;
    const double dx = -(hyy * gx - hxy * gy) / det;
    const auto move = [&](std::size_t k, double by) {
      const float moved = peak.at[k] + std::clamp(static_cast<float>(by), -0.5F, 0.5F);
      peak.at[k] = std::clamp(moved, start[k] - 1.5F, start[k] + 1.5F);
    };
    move(0, dy);
    move(1, dx);
    if (std::abs(dy) + std::abs(dx) < 1e-2) break;  // the next step would be its square
  }
  return peak;
}

}  // namespace ostracon::cpu
