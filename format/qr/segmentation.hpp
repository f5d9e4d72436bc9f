#pragma once
// How a message is cut into segments: the shortest bit stream that switches between numeric,
// alphanumeric, byte and kanji mode, found by dynamic programming over its characters.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "format/qr/contents.hpp"

namespace ostracon::format::qr {

/// The shortest for a symbol of `version` (its counts' widths matter); no kanji segments.
std::vector<Segment> segments_of_bytes(std::span<const std::uint8_t> bytes, int version);

/// The same of UTF-8 text, where characters of JIS X 0208 may stand in kanji segments; all others
/// beyond ASCII stand in byte segments as UTF-8, which readers guess without an ECI.
/// kBadInput: not UTF-8. kUnavailable: this system has no converter to Shift-JIS.
Result<std::vector<Segment>> segments_of_text(std::string_view text, int version);

/// Bits of the segments with their mode indicators and counts, without terminator.
std::size_t stream_bits(const Message& message, int version);

}  // namespace ostracon::format::qr
