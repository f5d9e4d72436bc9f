#pragma once
// Spectra of one row band of all frames, and the weighted correlation of two of them.

#include <array>
#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

namespace ostracon::cpu {

/// Half plane kx >= 0, [rows][half_cols], real and imaginary parts apart for the vector units.
struct Spectrum {
  std::vector<float> re, im;
  explicit Spectrum(std::size_t size = 0) : re(size), im(size) {}
  std::size_t size() const { return re.size(); }
};

/// Sizes of the half plane of a rows x cols real transform.
struct BandShape {
  std::int32_t rows = 0, cols = 0;
  std::int32_t half_cols() const { return cols / 2 + 1; }
  std::size_t size() const {
    return static_cast<std::size_t>(rows) * static_cast<std::size_t>(half_cols());
  }
  /// Angular frequency of row index ky, in (-pi, pi].
  float omega_y(std::int32_t ky) const;
  float omega_x(std::int32_t kx) const;
};

/// Signal and noise power of the frames of a field per frequency, for the weights.
struct PowerModel {
  std::vector<float> signal;  ///< [rows][half_cols]
  std::vector<float> noise;   ///< [half_cols]: white along y, whatever the detector does along x
  std::int32_t active_ky = 0, active_kx = 0;  ///< |ky|, kx up to here carry signal

  /// From `power`, the mean of |spectrum|^2 over frames: noise is what stands above |fy| = 0.42,
  /// signal the radial mean of the rest. Frequencies below 1/48 per px carry no signal (shading).
  static PowerModel fit(const BandShape& shape, const std::vector<double>& power);
};

/// The part of the half plane where weights are not 0. The functions below touch nothing else.
struct ActiveBand {
  BandShape shape;
  std::int32_t ky = 0, kx = 0;  ///< largest |ky| and kx
};

/// product = frame * conj(reference) * weight, the cross spectrum whose phase slope is the shift.
void cross_spectrum(const ActiveBand& band, const Spectrum& frame, const Spectrum& reference,
                    const std::vector<float>& weight, Spectrum& product);

/// sum += sign * frame moved back by `shift`: frame(k) * exp(+i k shift).
void add_shifted(const ActiveBand& band, const Spectrum& frame, std::array<float, 2> shift,
                 float sign, Spectrum& sum);

/// Highest point of the weighted correlation within a quarter of the band, to about half a pixel:
/// frequencies up to a quarter per px on a grid of 2 px, and a parabola through its top.
///   work  rows / 2 x cols / 2 complex floats
std::array<float, 2> coarse_peak(const ActiveBand& band, const Spectrum& product, cv::Mat& work);

/// Newton steps on Re sum product(k) exp(i k d) from `start`; stops where the correlation is not
/// concave, and never moves further than 1.5 px from `start`.
std::array<float, 2> refine_peak(const ActiveBand& band, const Spectrum& product,
                                 std::array<float, 2> start);

}  // namespace ostracon::cpu
