#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/frames.hpp"
#include "core/result.hpp"
#include "pipeline/backend.hpp"

namespace ostracon {

/// The frames of one field (shape.bytes() bytes, in host memory) flattened, aligned and averaged by
/// the stages that pages are read with: rows x cols values about 0.
/// `black` as in FrameStack. kInvalidArgument if the sizes disagree or a side is below 64 px;
/// kBadInput if the field is blank; errors of the stages.
Result<std::vector<float>> aligned_mean(Backend& backend, std::span<const std::byte> frames,
                                        const FieldShape& shape, float black);

}  // namespace ostracon
