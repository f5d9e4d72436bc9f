#pragma once
// Messages that tests of QR codes share.

#include <algorithm>
#include <array>
#include <random>
#include <string_view>
#include <vector>

#include "format/qr/contents.hpp"
#include "format/qr/segmentation.hpp"
#include "format/qr/stream_writer.hpp"

namespace ostracon::format::qr::test {

inline std::vector<std::uint8_t> bytes_of_text(std::string_view text) {
  return {text.begin(), text.end()};
}

/// `characters` of them in a mode that has characters.
inline Segment random_segment(std::mt19937& random, Mode mode, std::size_t characters) {
  Segment segment = {.mode = mode, .bytes = {}};
  for (std::size_t i = 0; i < characters; ++i) {
    if (mode == Mode::kNumeric) {
      segment.bytes.push_back(static_cast<std::uint8_t>('0' + random() % 10));
    } else if (mode == Mode::kAlphanumeric) {
      segment.bytes.push_back(static_cast<std::uint8_t>(kAlphanumericCharacters[random() % 45]));
    } else if (mode == Mode::kByte) {
      segment.bytes.push_back(static_cast<std::uint8_t>(random()));
    } else {
      // Rows of everyday kanji, which every table of Shift-JIS has.
      segment.bytes.push_back(static_cast<std::uint8_t>(0x89 + random() % 14));
      segment.bytes.push_back(static_cast<std::uint8_t>(0x40 + random() % 63));
    }
  }
  return segment;
}

/// Segments of all four modes, which fill the symbol but for a part that differs from call to call
/// (now and then for none at all).
inline Message random_message(std::mt19937& random, int version, Level level) {
  const std::size_t bits =
      capacity_bits(version, level) * (random() % 3 == 0 ? 4 : random() % 5) / 4;
  Message message;
  std::size_t tries = 0;
  while (stream_bits(message, version) < bits && tries < 8) {
    const auto mode = static_cast<Mode>(random() % 4);
    Segment segment = random_segment(random, mode, 1 + random() % (1 + bits / 16));
    while (!segment.bytes.empty()) {
      message.segments.push_back(segment);
      if (stream_bits(message, version) <= bits) break;
      message.segments.pop_back();
      const std::size_t less = mode == Mode::kKanji ? 2 : 1;
      segment.bytes.resize(segment.bytes.size() - less);
    }
    ++tries;
  }
  if (message.segments.empty())
    message.segments.push_back(random_segment(random, Mode::kNumeric, 1));
  return message;
}

}  // namespace ostracon::format::qr::test
