#include "host/cpu/drift_estimator.hpp"

#include "host/cpu/band_spectra.hpp"
#include "host/steps/drift_estimate.hpp"

namespace ostracon::cpu {

Result<std::unique_ptr<DriftEstimator>> make_drift_estimator(const DriftEstimatorConfig& config) {
  OSTRACON_TRY(steps::check(config));
  const steps::BandPlan plan(config);
  return steps::make_drift_estimator(plan, make_band_spectra(plan));
}

}  // namespace ostracon::cpu
