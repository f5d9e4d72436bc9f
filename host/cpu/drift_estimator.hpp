#pragma once
#include <memory>

#include "pipeline/stages/drift_estimator.hpp"

namespace ostracon::cpu {
Result<std::unique_ptr<DriftEstimator>> make_drift_estimator(const DriftEstimatorConfig& config);
}  // namespace ostracon::cpu
