#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/frames.hpp"

namespace ostracon::view {

/// Frame `frame` (of 0..shape.frames-1) of a field as floats, row-major. `frames`: shape.bytes()
/// bytes, native-endian.
std::vector<float> frame_pixels(std::span<const std::byte> frames, const FieldShape& shape,
                                std::int32_t frame);

}  // namespace ostracon::view
