#pragma once
// libqrencode, as an independent maker of symbols.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

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

/// `bytes` as one byte segment in a symbol of this version and level, with the mask of its choice.
/// None if the bytes do not fit, or without libqrencode.
std::optional<QrencodeSymbol> qrencode(std::span<const std::uint8_t> bytes, int version,
                                       Level level);

}  // namespace ostracon::format::qr::test
