#pragma once
// What a QR code says: its segments, as they stand in the bit stream of its data codewords.

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace ostracon::format::qr {

enum class Mode : std::uint8_t {
  kNumeric,
  kAlphanumeric,
  kByte,
  kKanji,
  kEci,         ///< extended channel interpretation: what bytes behind it mean
  kFnc1First,   ///< the message follows the GS1 rules
  kFnc1Second,  ///< it follows those of an industry, which the application indicator names
};

struct Segment {
  Mode mode = Mode::kByte;
  /// kNumeric, kAlphanumeric: ASCII characters, as coded (before the rules of FNC1 for '%').
  /// kByte: the bytes. kKanji: Shift-JIS, two bytes a character. Others: empty.
  std::vector<std::uint8_t> bytes;
  /// kEci: assignment number, 0 to 999999. kFnc1Second: application indicator. Others: 0.
  std::uint32_t value = 0;

  bool operator==(const Segment&) const = default;
};

inline constexpr int kMaxParts = 16;

/// This code is part `index` (from 0) of `count` (1 to 16) that make up one message.
struct StructuredAppend {
  int index = 0;
  int count = 1;
  std::uint8_t parity = 0;  ///< xor of all bytes of the whole message

  bool operator==(const StructuredAppend&) const = default;
};

struct Message {
  std::optional<StructuredAppend> structured_append;
  std::vector<Segment> segments;

  bool operator==(const Message&) const = default;
};

/// The bytes of all segments in order. With FNC1, '%' of alphanumeric segments becomes 0x1D (group
/// separator) and "%%" becomes '%'.
std::vector<std::uint8_t> bytes_of(const std::vector<Segment>& segments);

/// Of a whole message, for StructuredAppend.
std::uint8_t xor_of(const std::vector<std::uint8_t>& bytes);

/// The 45 characters of alphanumeric mode, by value.
inline constexpr std::string_view kAlphanumericCharacters =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

inline constexpr int kModeBits = 4;
inline constexpr std::uint32_t kLastEci = 999'999;

/// What fills the data codewords behind the terminator, by turns.
inline constexpr std::array<std::uint8_t, 2> kPadding = {0xEC, 0x11};

/// Mode indicators of the bit stream.
inline constexpr std::uint32_t kTerminatorIndicator = 0;
inline constexpr std::uint32_t kStructuredAppendIndicator = 3;
constexpr std::uint32_t indicator_of(Mode mode) {
  constexpr std::array<std::uint32_t, 7> kIndicators = {1, 2, 4, 8, 7, 5, 9};
  return kIndicators[static_cast<std::size_t>(mode)];
}

/// Bits of the character count; 0 for the modes that have none.
constexpr int count_bits(Mode mode, int version) {
  constexpr std::array<std::array<int, 3>, 4> kBits = {
      {{10, 12, 14}, {9, 11, 13}, {8, 16, 16}, {8, 10, 12}}};
  if (mode > Mode::kKanji) return 0;
  const std::size_t size = version < 10 ? 0 : version < 27 ? 1 : 2;
  return kBits[static_cast<std::size_t>(mode)][size];
}

/// Bits of `count` characters (bytes, where the mode is kByte) of a mode that has a count.
constexpr std::size_t character_bits(Mode mode, std::size_t count) {
  switch (mode) {
    case Mode::kNumeric:
      return count / 3 * 10 + (count % 3 == 0 ? 0 : count % 3 * 3 + 1);
    case Mode::kAlphanumeric:
      return count / 2 * 11 + count % 2 * 6;
    case Mode::kByte:
      return count * 8;
    case Mode::kKanji:
      return count * 13;
    default:
      return 0;
  }
}

/// Kanji mode has the Shift-JIS characters 0x8140 to 0x9FFC and 0xE040 to 0xEBBF.
constexpr bool is_kanji(std::uint8_t first, std::uint8_t second) {
  if (second < 0x40 || second == 0x7F || second > 0xFC) return false;
  return (first >= 0x81 && first <= 0x9F) || (first >= 0xE0 && first <= 0xEA) ||
         (first == 0xEB && second <= 0xBF);
}

}  // namespace ostracon::format::qr
