#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "io/image_file.hpp"
#include "pipeline/code_reading.hpp"

namespace ostracon::io {

/// One JSON object, without an end of line:
///   source, code      where it was found, number within it
///   y, x              pixel of the code's middle
///   side_px, pitch_px, angle_deg  side of the symbol; pixels a module; of rows, from +x towards +y
///   version, mirrored, inverted, score
///   verdict           "read", "unsure", "not a stream" or "lost"; lost ones have no more
///   level, mask, blocks, method, corrected, erasures, confidence_nats
///   bytes, text       hexadecimal; UTF-8, null where the bytes are no text
///   structured_append {index, count, parity}, where the code is part of a message
/// Of messages that are not "read", bytes and text are left out: nobody vouches for them.
std::string code_line(const CodeReading& reading, const std::string& source, std::int64_t index);

/// The picture with the outline of every code drawn in: green where it was read, orange where it
/// was located alone, a bar along its first row. PNG; errors as encode_png_rgb.
Result<std::vector<std::uint8_t>> overlay_of(const GreyImage& image,
                                             std::span<const CodeReading> readings);

}  // namespace ostracon::io
