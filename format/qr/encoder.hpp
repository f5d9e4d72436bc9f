#pragma once
// Makes QR codes: message -> data codewords -> all codewords -> modules.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "format/qr/contents.hpp"
#include "format/qr/symbol.hpp"

namespace ostracon::format::qr {

struct EncoderOptions {
  Level level = Level::kM;
  std::optional<int> version;  ///< none: the smallest that holds the message
  std::optional<int> mask;     ///< none: the one with the least penalty
  /// Added to the penalty for every lone module. The standard has none of these points: its rules
  /// give a run of zero bytes the chequered mask, which a blur takes away.
  int lone_module_points = 0;
};

/// Each makes one code. kInvalidArgument: a version, mask or segment that does not exist, or a
/// message that is longer than the version (or version 40) holds.
Result<Matrix> encode(const Message& message, const EncoderOptions& options);
Result<Matrix> encode_bytes(std::span<const std::uint8_t> bytes, const EncoderOptions& options);
/// UTF-8; errors as segments_of_text too.
Result<Matrix> encode_text(std::string_view text, const EncoderOptions& options);

/// Cuts bytes over as few codes as the version and level allow, as parts of structured append, of
/// nearly equal length. kInvalidArgument: they need more than 16 codes, or the version is none.
Result<std::vector<Message>> split(std::span<const std::uint8_t> bytes, int version, Level level);

// --- The steps behind data_codewords ------------------------------------------------------------

/// Adds the parity and interleaves: all codewords in transmitted order. `data` has as many bytes as
/// the version and level have data codewords, `version` and `level` exist.
std::vector<std::uint8_t> all_codewords(std::span<const std::uint8_t> data, int version,
                                        Level level);

/// The modules of a symbol. `codewords`: all, in transmitted order; version, level and mask exist.
Matrix draw(std::span<const std::uint8_t> codewords, int version, FormatInformation information);

/// Penalty points of the rules for choosing a mask (section 7.8.3): the least is best.
int mask_penalty(const Matrix& matrix);

/// Modules inside the border that differ from the four beside them: what a blur takes most from.
int lone_modules(const Matrix& matrix);

}  // namespace ostracon::format::qr
