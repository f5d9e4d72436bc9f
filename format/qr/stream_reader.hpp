#pragma once
// From the data codewords of a symbol to its message. Strict, since it also judges what a soft
// decoder guessed: nearly every wrong guess breaks a rule of the stream.

#include <cstdint>
#include <span>

#include "format/qr/contents.hpp"

namespace ostracon::format::qr {

enum class StreamEnd : std::uint8_t {
  kProper,          ///< terminator, zeros to the byte's end, and padding codewords as they must be
  kStrangePadding,  ///< all is right up to the terminator, but what follows is not the padding
  kBroken,          ///< a mode, count, value or character that does not exist, or the bits ran out
};

struct StreamReading {
  Message message;  ///< kBroken: what stands before the break, the broken segment left out
  StreamEnd end = StreamEnd::kBroken;
  /// What the rules had to say against a wrong stream, in bits: uniformly random codewords end
  /// kProper with `checked_bits` of x or more with a probability of at most 2^-x. (The bits are
  /// -log2 of the chance of every rule that was kept; modes, counts and characters that any value
  /// would do for check nothing. A stream without padding may check hardly anything.)
  double checked_bits = 0;
};

/// `version` is one of 1 to 40; `data` may be of any length.
StreamReading read_stream(std::span<const std::uint8_t> data, int version);

}  // namespace ostracon::format::qr
