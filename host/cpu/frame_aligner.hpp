#pragma once
#include <memory>

#include "pipeline/stages/frame_aligner.hpp"

namespace ostracon::cpu {
Result<std::unique_ptr<FrameAligner>> make_frame_aligner(const FrameAlignerConfig& config);
}  // namespace ostracon::cpu
