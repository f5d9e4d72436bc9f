#pragma once

#include <memory>

#include "kernels/core/device.hpp"
#include "pipeline/stages/pitch_finder.hpp"

namespace ostracon::cuda {

/// Errors: kInvalidArgument if the image is smaller than 64 px; kUnavailable without cuFFT;
/// kOutOfMemory.
Result<std::unique_ptr<PitchFinder>> make_pitch_finder(const PitchFinderConfig& config,
                                                       Device& device);

}  // namespace ostracon::cuda
