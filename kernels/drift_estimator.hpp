#pragma once

#include <memory>

#include "kernels/core/device.hpp"
#include "pipeline/stages/drift_estimator.hpp"

namespace ostracon::cuda {

/// Errors: kInvalidArgument on fields that hold no page, on more than 512 frames and on bands that
/// are not 16 to 1024 rows by 16 to 8192 columns; kUnavailable without cuFFT; kOutOfMemory.
Result<std::unique_ptr<DriftEstimator>> make_drift_estimator(const DriftEstimatorConfig& config,
                                                             Device& device);

}  // namespace ostracon::cuda
