#pragma once
// The drift estimator around a backend's spectra: which frames have a picture, what each is worth,
// and the tracks of those that take part.

#include <memory>

#include "host/steps/band_spectra.hpp"

namespace ostracon::steps {

/// kInvalidArgument if no page fits on such a field.
Result<> check(const DriftEstimatorConfig& config);

///   spectra  of the bands of `plan`
std::unique_ptr<DriftEstimator> make_drift_estimator(const BandPlan& plan,
                                                     std::unique_ptr<BandSpectra> spectra);

}  // namespace ostracon::steps
