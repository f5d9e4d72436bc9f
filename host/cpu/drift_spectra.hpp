#pragma once
// Spectra of one row band of all frames, and the weighted correlation of two of them.

#include <array>
#include <cstdint>
#include <opencv2/core.hpp>
#include <span>
#include <vector>

namespace ostracon::cpu {

using Shift = std::array<float, 2>;  ///< (y, x) px

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
  static constexpr float kNoiseBand = 0.42F;        ///< cycles per px along y: no signal beyond
  static constexpr float kShadingBand = 1.0F / 48;  ///< cycles per px: no signal below

  std::vector<float> signal;  ///< [rows][half_cols]
  std::vector<float> noise;   ///< [half_cols]: white along y, whatever the detector does along x
  std::int32_t active_ky = 0, active_kx = 0;  ///< |ky|, kx up to here carry signal

  /// From `power`, the mean of |spectrum|^2 over frames: noise is what stands above kNoiseBand,
  /// signal the radial mean of the rest. Frequencies below kShadingBand carry none.
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
void add_shifted(const ActiveBand& band, const Spectrum& frame, Shift shift, float sign,
                 Spectrum& sum);

/// Top of the weighted correlation J(d) = Re sum product(k) exp(i k d) over the half plane.
struct CorrelationPeak {
  Shift at{};
  double value = 0;                   ///< J
  std::array<double, 2> gradient{};   ///< dJ/dy, dJ/dx before the last step
  std::array<double, 2> curvature{};  ///< -d2J/dy2, -d2J/dx2; not above 0 where there is no top
};

/// Newton steps on J from `start`; stops where J is not concave, and never moves further than
/// 1.5 px from `start`. With no steps it tells J at `start`.
CorrelationPeak refine_peak(const ActiveBand& band, const Spectrum& product, Shift start,
                            int most_steps = 6);

/// Log-likelihood 2 J of every shift on a grid of 2 px, from frequencies up to a quarter per px.
struct CorrelationMap {
  static constexpr float kCellPx = 2;

  /// Shifts up to 7/16 of the band, at most 64 px.
  explicit CorrelationMap(const BandShape& shape);

  std::int32_t rows() const { return 2 * reach_y + 1; }
  std::int32_t cols() const { return 2 * reach_x + 1; }
  /// Shift of a cell, moved to the top of the parabolas through it and its neighbours.
  Shift shift_of(std::size_t cell) const;

  std::int32_t reach_y, reach_x;  ///< cells to either side of no shift
  std::vector<float> value;       ///< [rows][cols]
  double variance = 0;            ///< mean square of `value`
};

///   work  rows / 2 x cols / 2 complex floats
void coarse_map(const ActiveBand& band, const Spectrum& product, cv::Mat& work,
                CorrelationMap& map);

struct ShiftPath {
  std::vector<Shift> shift;  ///< of every band
  double significance = 0;   ///< sum of the likelihoods along the path over its rms elsewhere
};

/// The most likely shifts of all bands together, from band to band by a step of about 2 px rms and
/// at most 4 px: what a band shows too weakly its neighbours decide.
ShiftPath most_likely_path(std::span<const CorrelationMap> maps);

}  // namespace ostracon::cpu
