#pragma once
// Spectra of one row band of all frames, and the weighted correlation of two of them.

#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

#include "host/steps/band_spectra.hpp"
#include "host/steps/correlation_map.hpp"

namespace ostracon::cpu {

using steps::BandShape;
using steps::CorrelationMap;
using steps::CorrelationPeak;
using steps::Shift;

/// Half plane kx >= 0, [rows][half_cols], real and imaginary parts apart for the vector units.
struct Spectrum {
  std::vector<float> re, im;
  explicit Spectrum(std::size_t size = 0) : re(size), im(size) {}
  std::size_t size() const { return re.size(); }
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

/// Newton steps on J from `start`; stops where J is not concave, and never moves further than
/// 1.5 px from `start`. With no steps it tells J at `start`.
CorrelationPeak refine_peak(const ActiveBand& band, const Spectrum& product, Shift start,
                            int most_steps = steps::kPeakSteps);

///   work  rows / 2 x cols / 2 complex floats
void coarse_map(const ActiveBand& band, const Spectrum& product, cv::Mat& work,
                CorrelationMap& map);

}  // namespace ostracon::cpu
