#pragma once
// From a message to the data codewords of a symbol.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/result.hpp"
#include "format/qr/contents.hpp"
#include "format/qr/symbol.hpp"

namespace ostracon::format::qr {

/// kInvalidArgument: not 1 to 40.
Result<> check_version(int version);

/// Bits of all data codewords.
std::size_t capacity_bits(int version, Level level);

/// The bit stream of a message with terminator and padding: all data codewords of the symbol.
/// kInvalidArgument: a version or segment that does not exist, or a message that is too long.
Result<std::vector<std::uint8_t>> data_codewords(const Message& message, int version, Level level);

}  // namespace ostracon::format::qr
