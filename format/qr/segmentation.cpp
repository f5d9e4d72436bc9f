#include "format/qr/segmentation.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "format/qr/text.hpp"

namespace ostracon::format::qr {
namespace {

constexpr std::size_t kModes = 4;  // numeric, alphanumeric, byte, kanji, as in Mode

/// One character of the message, as the modes would store it.
struct Character {
  std::span<const std::uint8_t> bytes;
  std::array<std::uint8_t, 2> kanji{};
  bool has_kanji = false;
};

/// Bits of a character in sixths, so that groups of two and three characters come out whole.
std::size_t sixths(Mode mode, const Character& character) {
  switch (mode) {
    case Mode::kNumeric:
      return 20;
    case Mode::kAlphanumeric:
      return 33;
    case Mode::kByte:
      return 48 * character.bytes.size();
    default:
      return 78;
  }
}

bool fits(Mode mode, const Character& character) {
  const auto first = static_cast<char>(character.bytes.front());
  switch (mode) {
    case Mode::kNumeric:
      return first >= '0' && first <= '9';
    case Mode::kAlphanumeric:
      return kAlphanumericCharacters.find(first) != std::string_view::npos;
    case Mode::kByte:
      return true;
    default:
      return character.has_kanji;
  }
}

std::vector<Segment> shortest(std::span<const Character> characters, int version) {
  constexpr std::size_t kNever = std::numeric_limits<std::size_t>::max() / 2;
  // cost[m]: sixths of a bit of the best stream so far whose last character is in mode m.
  // from[i][m]: mode of the character before i on the best way to have i in mode m.
  std::array<std::size_t, kModes> cost;
  cost.fill(0);
  std::vector<std::array<std::uint8_t, kModes>> from(characters.size());
  for (std::size_t i = 0; i < characters.size(); ++i) {
    std::array<std::size_t, kModes> next;
    next.fill(kNever);
    for (std::size_t m = 0; m < kModes; ++m) {
      const auto mode = static_cast<Mode>(m);
      if (!fits(mode, characters[i])) continue;
      const auto header = 6 * static_cast<std::size_t>(kModeBits + count_bits(mode, version));
      for (std::size_t before = 0; before < kModes; ++before) {
        if (i == 0 && before != m) continue;
        // A segment ends on a whole bit.
        std::size_t total = cost[before];
        if (before != m || i == 0) total = (total + 5) / 6 * 6 + header;
        total += sixths(mode, characters[i]);
        if (total < next[m]) {
          next[m] = total;
          from[i][m] = static_cast<std::uint8_t>(before);
        }
      }
    }
    cost = next;
  }
  std::vector<std::uint8_t> modes(characters.size());
  auto mode = static_cast<std::uint8_t>(std::min_element(cost.begin(), cost.end()) - cost.begin());
  for (std::size_t i = characters.size(); i-- > 0;) {
    modes[i] = mode;
    mode = from[i][mode];
  }
  std::vector<Segment> segments;
  for (std::size_t i = 0; i < characters.size(); ++i) {
    const auto chosen = static_cast<Mode>(modes[i]);
    if (i == 0 || modes[i] != modes[i - 1]) segments.push_back({.mode = chosen, .bytes = {}});
    const Character& character = characters[i];
    const auto bytes =
        chosen == Mode::kKanji ? std::span<const std::uint8_t>(character.kanji) : character.bytes;
    segments.back().bytes.insert(segments.back().bytes.end(), bytes.begin(), bytes.end());
  }
  return segments;
}

}  // namespace

std::vector<Segment> segments_of_bytes(std::span<const std::uint8_t> bytes, int version) {
  std::vector<Character> characters;
  characters.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    characters.push_back({.bytes = bytes.subspan(i, 1)});
  }
  return shortest(characters, version);
}

Result<std::vector<Segment>> segments_of_text(std::string_view text, int version) {
  const std::span<const std::uint8_t> bytes(reinterpret_cast<const std::uint8_t*>(text.data()),
                                            text.size());
  OSTRACON_TRY_ASSIGN(const std::vector<std::size_t> starts, utf8_characters(bytes));
  OSTRACON_TRY_ASSIGN(const Converter to_kanji, Converter::open("UTF-8", kKanjiCharacterSet));
  std::vector<Character> characters;
  characters.reserve(starts.size());
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::size_t end = i + 1 < starts.size() ? starts[i + 1] : bytes.size();
    Character character = {.bytes = bytes.subspan(starts[i], end - starts[i])};
    if (character.bytes.size() > 1) {
      const auto kanji = to_kanji.convert(character.bytes);
      if (kanji && kanji.value().size() == 2) {
        const auto first = static_cast<std::uint8_t>(kanji.value()[0]);
        const auto second = static_cast<std::uint8_t>(kanji.value()[1]);
        character.has_kanji = is_kanji(first, second);
        character.kanji = {first, second};
      }
    }
    characters.push_back(character);
  }
  return shortest(characters, version);
}

std::size_t stream_bits(const Message& message, int version) {
  constexpr std::size_t kStructuredAppendBits = 20;
  std::size_t bits = message.structured_append ? kStructuredAppendBits : 0;
  for (const Segment& segment : message.segments) {
    bits += static_cast<std::size_t>(kModeBits + count_bits(segment.mode, version));
    if (segment.mode == Mode::kEci) {
      bits += segment.value < 1U << 7U ? 8 : segment.value < 1U << 14U ? 16 : 24;
    } else if (segment.mode == Mode::kFnc1Second) {
      bits += 8;
    }
    const std::size_t bytes = segment.bytes.size();
    bits += character_bits(segment.mode, segment.mode == Mode::kKanji ? bytes / 2 : bytes);
  }
  return bits;
}

}  // namespace ostracon::format::qr
