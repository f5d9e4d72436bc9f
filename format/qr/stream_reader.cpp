#include "format/qr/stream_reader.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace ostracon::format::qr {
namespace {

/// Reads the bits of a stream, and adds up what its rules check.
class CheckedBits {
 public:
  explicit CheckedBits(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  std::size_t left() const { return 8 * bytes_.size() - next_; }
  std::size_t position() const { return next_; }
  double checked() const { return checked_; }

  std::optional<std::uint32_t> get(int count) {
    if (left() < static_cast<std::size_t>(count)) return std::nullopt;
    std::uint32_t value = 0;
    for (int i = 0; i < count; ++i, ++next_) {
      value = value << 1U | ((bytes_[next_ / 8] >> (7 - next_ % 8)) & 1U);
    }
    return value;
  }

  /// The next `count` bits, if they are one of the values 0 .. limit - 1.
  std::optional<std::uint32_t> get_below(std::uint32_t limit, int count) {
    const auto value = get(count);
    if (!value || *value >= limit) return std::nullopt;
    note_rule(limit, count);
    return value;
  }

  /// A rule that `fitting` of the 2^bits values keep was kept.
  void note_rule(std::uint32_t fitting, int bits) { checked_ += bits - std::log2(fitting); }

 private:
  std::span<const std::uint8_t> bytes_;
  std::size_t next_ = 0;
  double checked_ = 0;
};

bool read_numeric(CheckedBits& bits, std::size_t count, std::vector<std::uint8_t>& digits) {
  constexpr std::uint32_t kPowers[] = {1, 10, 100, 1000};
  for (std::size_t left = count; left > 0;) {
    const std::size_t group = std::min<std::size_t>(3, left);
    const auto value =
        bits.get_below(kPowers[group], static_cast<int>(character_bits(Mode::kNumeric, group)));
    if (!value) return false;
    for (std::size_t i = group; i-- > 0;) {
      digits.push_back(static_cast<std::uint8_t>('0' + *value / kPowers[i] % 10));
    }
    left -= group;
  }
  return true;
}

bool read_alphanumeric(CheckedBits& bits, std::size_t count, std::vector<std::uint8_t>& bytes) {
  const auto character = [](std::uint32_t value) {
    return static_cast<std::uint8_t>(kAlphanumericCharacters[value]);
  };
  for (std::size_t i = 0; i + 1 < count; i += 2) {
    const auto pair = bits.get_below(45 * 45, 11);
    if (!pair) return false;
    bytes.push_back(character(*pair / 45));
    bytes.push_back(character(*pair % 45));
  }
  if (count % 2 == 0) return true;
  const auto single = bits.get_below(45, 6);
  if (single) bytes.push_back(character(*single));
  return single.has_value();
}

struct KanjiCharacter {
  std::uint8_t first, second;
};

constexpr KanjiCharacter kanji_character(std::uint32_t value) {
  const std::uint32_t row = value / 0xC0;
  const std::uint32_t first = row + (row < 0x1F ? 0x81 : 0xC1);
  return {static_cast<std::uint8_t>(first), static_cast<std::uint8_t>(value % 0xC0 + 0x40)};
}

constexpr std::uint32_t count_kanji() {
  std::uint32_t count = 0;
  for (std::uint32_t value = 0; value < 1U << 13U; ++value) {
    const KanjiCharacter character = kanji_character(value);
    count += is_kanji(character.first, character.second) ? 1 : 0;
  }
  return count;
}

bool read_kanji(CheckedBits& bits, std::size_t count, std::vector<std::uint8_t>& bytes) {
  constexpr std::uint32_t kKanjiCharacters = count_kanji();
  for (std::size_t i = 0; i < count; ++i) {
    const auto value = bits.get(13);
    if (!value) return false;
    const KanjiCharacter character = kanji_character(*value);
    if (!is_kanji(character.first, character.second)) return false;
    bits.note_rule(kKanjiCharacters, 13);
    bytes.push_back(character.first);
    bytes.push_back(character.second);
  }
  return true;
}

/// Of 1, 2 or 3 bytes, which begin with 0, 10 and 110.
std::optional<std::uint32_t> read_eci(CheckedBits& bits) {
  const auto first = bits.get(8);
  if (!first || *first >= 0xE0) return std::nullopt;
  bits.note_rule(0xE0, 8);
  if (*first < 0x80) return first;
  const auto second = bits.get(8);
  if (!second) return std::nullopt;
  const std::uint32_t two = *first << 8U | *second;
  if (*first < 0xC0) return two & 0x3FFFU;
  const auto third = bits.get(8);
  if (!third) return std::nullopt;
  const std::uint32_t number = (two << 8U | *third) & 0x1FFFFFU;
  if (number > kLastEci) return std::nullopt;
  bits.note_rule(kLastEci + 1, 21);
  return number;
}

/// Two digits as 0 to 99, or a letter's ASCII code plus 100.
std::optional<std::uint32_t> read_application(CheckedBits& bits) {
  const auto value = bits.get(8);
  if (!value) return std::nullopt;
  const bool upper = *value >= 'A' + 100 && *value <= 'Z' + 100;
  const bool lower = *value >= 'a' + 100 && *value <= 'z' + 100;
  if (*value >= 100 && !upper && !lower) return std::nullopt;
  bits.note_rule(100 + 26 + 26, 8);
  return value;
}

std::size_t most_characters(Mode mode, std::size_t bits) {
  switch (mode) {
    case Mode::kNumeric:
      return bits / 10 * 3 + (bits % 10 >= 7 ? 2 : bits % 10 >= 4 ? 1 : 0);
    case Mode::kAlphanumeric:
      return bits / 11 * 2 + (bits % 11 >= 6 ? 1 : 0);
    case Mode::kByte:
      return bits / 8;
    default:
      return bits / 13;
  }
}

bool read_characters(CheckedBits& bits, int version, Segment& segment) {
  const int width = count_bits(segment.mode, version);
  const std::size_t after = bits.left() - std::min(bits.left(), static_cast<std::size_t>(width));
  const auto values = std::uint32_t{1} << static_cast<unsigned>(width);
  const auto most = static_cast<std::uint32_t>(
      std::min<std::size_t>(most_characters(segment.mode, after), values - 1));
  const auto count = bits.get_below(most + 1, width);
  if (!count) return false;
  switch (segment.mode) {
    case Mode::kNumeric:
      return read_numeric(bits, *count, segment.bytes);
    case Mode::kAlphanumeric:
      return read_alphanumeric(bits, *count, segment.bytes);
    case Mode::kByte:
      for (std::uint32_t i = 0; i < *count; ++i) {
        segment.bytes.push_back(static_cast<std::uint8_t>(*bits.get(8)));
      }
      return true;
    default:
      return read_kanji(bits, *count, segment.bytes);
  }
}

/// The modes that may come next, which depends on what came before.
class Grammar {
 public:
  bool allows_structured_append() const { return at_start_; }
  bool allows(Mode mode) const {
    return (mode != Mode::kFnc1First && mode != Mode::kFnc1Second) || (!data_ && !fnc1_);
  }
  /// Mode indicators allowed now, the terminator among them.
  std::uint32_t choices() const {
    return 6U + (allows_structured_append() ? 1U : 0U) + (allows(Mode::kFnc1First) ? 2U : 0U);
  }
  void take_structured_append() { at_start_ = false; }
  void take(Mode mode) {
    at_start_ = false;
    data_ = data_ || mode <= Mode::kKanji;
    fnc1_ = fnc1_ || mode == Mode::kFnc1First || mode == Mode::kFnc1Second;
  }

 private:
  bool at_start_ = true, data_ = false, fnc1_ = false;
};

std::optional<Mode> mode_of(std::uint32_t indicator) {
  for (int mode = 0; mode <= static_cast<int>(Mode::kFnc1Second); ++mode) {
    if (indicator_of(static_cast<Mode>(mode)) == indicator) return static_cast<Mode>(mode);
  }
  return std::nullopt;
}

std::optional<StructuredAppend> read_structured_append(CheckedBits& bits) {
  const auto header = bits.get(16);
  if (!header) return std::nullopt;
  const StructuredAppend append = {.index = static_cast<int>(*header >> 12U),
                                   .count = static_cast<int>((*header >> 8U) & 0xFU) + 1,
                                   .parity = static_cast<std::uint8_t>(*header & 0xFFU)};
  if (append.index >= append.count) return std::nullopt;
  bits.note_rule(16 * 17 / 2, 8);
  return append;
}

std::optional<Segment> read_segment(CheckedBits& bits, Mode mode, int version) {
  Segment segment = {.mode = mode, .bytes = {}};
  std::optional<std::uint32_t> value = 0;
  if (mode == Mode::kEci) value = read_eci(bits);
  if (mode == Mode::kFnc1Second) value = read_application(bits);
  if (!value) return std::nullopt;
  segment.value = *value;
  if (mode <= Mode::kKanji && !read_characters(bits, version, segment)) return std::nullopt;
  return segment;
}

/// Everything behind the terminator, or behind what is left of it at the end of the symbol.
StreamEnd read_padding(CheckedBits& bits, std::span<const std::uint8_t> data) {
  const auto rest = static_cast<int>(bits.left() % 8);
  if (!bits.get_below(1, rest)) return StreamEnd::kStrangePadding;
  const std::size_t first = bits.position() / 8;
  for (std::size_t i = first; i < data.size(); ++i) {
    if (data[i] != kPadding[(i - first) % 2]) return StreamEnd::kStrangePadding;
    bits.note_rule(1, 8);
  }
  return StreamEnd::kProper;
}

}  // namespace

StreamReading read_stream(std::span<const std::uint8_t> data, int version) {
  StreamReading reading;
  CheckedBits bits(data);
  Grammar grammar;
  const auto finish = [&](StreamEnd end) {
    reading.end = end;
    reading.checked_bits = bits.checked();
    return std::move(reading);
  };
  while (bits.left() >= static_cast<std::size_t>(kModeBits)) {
    const std::uint32_t indicator = *bits.get(kModeBits);
    if (indicator == kTerminatorIndicator) {
      bits.note_rule(grammar.choices(), kModeBits);
      return finish(read_padding(bits, data));
    }
    if (indicator == kStructuredAppendIndicator) {
      if (!grammar.allows_structured_append()) return finish(StreamEnd::kBroken);
      bits.note_rule(grammar.choices(), kModeBits);
      grammar.take_structured_append();
      reading.message.structured_append = read_structured_append(bits);
      if (!reading.message.structured_append) return finish(StreamEnd::kBroken);
      continue;
    }
    const auto mode = mode_of(indicator);
    if (!mode || !grammar.allows(*mode)) return finish(StreamEnd::kBroken);
    bits.note_rule(grammar.choices(), kModeBits);
    grammar.take(*mode);
    auto segment = read_segment(bits, *mode, version);
    if (!segment) return finish(StreamEnd::kBroken);
    reading.message.segments.push_back(std::move(*segment));
  }
  return finish(read_padding(bits, data));
}

}  // namespace ostracon::format::qr
