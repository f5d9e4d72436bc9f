#pragma once

#include <memory>

#include "kernels/core/device.hpp"
#include "pipeline/stages/frame_aligner.hpp"

namespace ostracon::cuda {

/// Errors: kInvalidArgument on sizes that are not positive or more than 65535 rows; kOutOfMemory.
Result<std::unique_ptr<FrameAligner>> make_frame_aligner(const FrameAlignerConfig& config,
                                                         Device& device);

}  // namespace ostracon::cuda
