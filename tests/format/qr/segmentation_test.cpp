// The segments of a message: the shortest of all, and those of text.

#include "format/qr/segmentation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "format/qr/stream_writer.hpp"
#include "tests/format/qr/qr_messages.hpp"

namespace ostracon::format::qr {
namespace {

using test::bytes_of_text;

/// The fewest bits of any way to give every character a mode.
std::size_t fewest_bits(const std::string& text, int version) {
  std::size_t fewest = ~std::size_t{0};
  std::vector<Mode> modes(text.size(), Mode::kNumeric);
  for (std::size_t way = 0, ways = 1; way == 0 || way < ways; ++way) {
    ways = 1;
    for (auto& mode : modes) {
      mode = static_cast<Mode>(way / ways % 3);
      ways *= 3;
    }
    std::vector<Segment> segments;
    bool possible = true;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool digit = text[i] >= '0' && text[i] <= '9';
      const bool alphanumeric = kAlphanumericCharacters.find(text[i]) != std::string_view::npos;
      possible = possible && (modes[i] == Mode::kByte || digit ||
                              (alphanumeric && modes[i] == Mode::kAlphanumeric));
      if (i == 0 || modes[i] != modes[i - 1]) segments.push_back({.mode = modes[i], .bytes = {}});
      segments.back().bytes.push_back(static_cast<std::uint8_t>(text[i]));
    }
    if (possible) fewest = std::min(fewest, stream_bits({{}, segments}, version));
  }
  return fewest;
}

TEST(QrSegmentation, segments_are_the_shortest_of_all) {
  std::mt19937 random(9);
  const std::string characters = "01234567AB:ab";
  for (int i = 0; i < 40; ++i) {
    std::string text;
    for (std::size_t j = random() % 6 + 1; j > 0; --j) {
      // Runs, so that a change of mode can pay.
      const char character = characters[random() % characters.size()];
      text.append(
          std::min<std::size_t>(random() % 5 + 1, 6 - std::min<std::size_t>(6, text.size())),
          character);
    }
    for (const int version : {1, 10, 40}) {
      const auto bytes = bytes_of_text(text);
      const Message ours = {{}, segments_of_bytes(bytes, version)};
      EXPECT_EQ(bytes_of(ours.segments), bytes);
      EXPECT_EQ(stream_bits(ours, version), fewest_bits(text, version)) << text << ' ' << version;
    }
  }
  const auto mixed = bytes_of_text("0123456789012345abcdefABCDEFGHIJKLMNOPQRST");
  const auto segments = segments_of_bytes(mixed, 3);
  ASSERT_EQ(segments.size(), 3U);
  EXPECT_EQ(segments[0].mode, Mode::kNumeric);
  EXPECT_EQ(segments[1].mode, Mode::kByte);
  EXPECT_EQ(segments[2].mode, Mode::kAlphanumeric);
}

TEST(QrSegmentation, text_of_kanji_stands_in_a_kanji_segment_and_other_text_in_utf_8) {
  const auto kanji = segments_of_text("点茗", 1);  // the standard's example of kanji mode
  ASSERT_TRUE(kanji) << kanji.error().message;
  ASSERT_EQ(kanji.value().size(), 1U);
  EXPECT_EQ(kanji.value()[0].mode, Mode::kKanji);
  EXPECT_EQ(kanji.value()[0].bytes, (std::vector<std::uint8_t>{0x93, 0x5F, 0xE4, 0xAA}));
  const auto data = data_codewords({{}, kanji.value()}, 1, Level::kL);
  ASSERT_TRUE(data);
  // 1000, 00000010, 0110110011111, 1101010101010, 0000
  EXPECT_EQ(std::vector<std::uint8_t>(data.value().begin(), data.value().begin() + 6),
            (std::vector<std::uint8_t>{0x80, 0x26, 0xCF, 0xEA, 0xA8, 0x00}));
  const auto latin = segments_of_text("Größe", 1);
  ASSERT_TRUE(latin);
  ASSERT_EQ(latin.value().size(), 1U);
  EXPECT_EQ(latin.value()[0].bytes, bytes_of_text("Größe"));
  EXPECT_FALSE(segments_of_text("\xFF", 1));
  EXPECT_FALSE(segments_of_text("\xE4\xB8", 1));
}

}  // namespace
}  // namespace ostracon::format::qr
