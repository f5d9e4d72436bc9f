#pragma once
// libqrencode, as an independent maker of symbols.

#include <cstdint>
#include <optional>
#include <vector>

#include "format/qr/contents.hpp"
#include "format/qr/symbol.hpp"

namespace ostracon::format::qr::test {

struct QrencodeSymbol {
  Matrix matrix;
  /// What libqrencode says of every module: its flags (see qrencode.h), 0x01 dark, 0x02 codeword,
  /// 0x04 format, 0x08 version, 0x10 timing, 0x20 alignment, 0x40 finder and separator.
  std::vector<std::uint8_t> flags;
};

/// Whether this build has it.
bool has_qrencode();

/// A symbol of this version and level. `mask`: none, the one of its choice. None if the message
/// does not fit, or has what libqrencode has not (structured append, ECI in two bytes), or without
/// libqrencode.
std::optional<QrencodeSymbol> qrencode(const std::vector<Segment>& segments, int version,
                                       Level level, std::optional<int> mask = {});

}  // namespace ostracon::format::qr::test
