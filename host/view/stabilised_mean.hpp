#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/frames.hpp"
#include "core/result.hpp"
#include "host/view/noise_model.hpp"
#include "pipeline/backend.hpp"

namespace ostracon::view {

/// The mean of all frames of a field (shape.bytes() bytes, in host memory) in counts: drift and
/// flicker of rows as the stages of the recovery measure them; the frames are averaged on the scale
/// on which all pixels are equally noisy, so that bright speckles count no more than dark ones.
/// Frames that are blank, blurred or different are left out. Pixels that no frame shows are black.
///
/// `black` as in FrameStack. kInvalidArgument if the sizes disagree or a side is below 64 px;
/// kBadInput if the field is blank; errors of the stages.
Result<std::vector<float>> stabilised_mean(Backend& backend, std::span<const std::byte> frames,
                                           const FieldShape& shape, float black,
                                           const NoiseModel& noise);

}  // namespace ostracon::view
