#pragma once
// The sum of frames moved back by their shifts, and the tops of correlations with it.

#include <memory>

#include "kernels/core/fft.hpp"
#include "kernels/drift_bands.hpp"

namespace ostracon::cuda {

/// One sum for every band. Addresses are of the device:
///   spectra  DriftBands
///   moved    [member][band]
struct DriftSum {
  Complex* sum;  ///< [band][frequency], what is beyond the active band is undefined
  DriftBands bands;
  ActiveBand active;
};

/// Adds `members` frames times `sign`, each moved back by its shift, to the sum, or to nothing.
Result<> add_moved(const DriftSum& to, bool to_nothing, const Complex* spectra,
                   const MovedBand* moved, std::int32_t members, float sign, Device& device);

/// Newton steps from `moved` to the top of every member's correlation with the sum; with no steps
/// the correlation there. `own_part`: the sum holds that of the member, moved back by its shift,
/// which is then taken out.
///   weight  [frequency]
///   peaks   [member][band]
Result<> climb_peaks(const DriftSum& with, bool own_part, const Complex* spectra,
                     const MovedBand* moved, std::int32_t members, const float* weight,
                     std::int32_t most_steps, DriftPeak* peaks, Device& device);

}  // namespace ostracon::cuda
