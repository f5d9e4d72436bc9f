// Text by ECI, kanji, and guess; and messages joined from structured append.

#include "format/qr/text.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "format/qr/encoder.hpp"
#include "format/qr/segmentation.hpp"
#include "format/qr/structured_append.hpp"
#include "tests/format/qr/qr_messages.hpp"

namespace ostracon::format::qr {
namespace {

using test::bytes_of_text;

std::string text(const std::vector<Segment>& segments) {
  const auto text = text_of(segments);
  return text ? text.value() : "error: " + text.error().message;
}

TEST(QrText, bytes_without_eci_are_utf_8_if_all_of_them_are_else_latin_1) {
  EXPECT_EQ(text({{Mode::kByte, bytes_of_text("Grüße, 点")}}), "Grüße, 点");
  EXPECT_EQ(text({{Mode::kByte, {'G', 'r', 0xFC, 0xDF, 'e'}}}), "Grüße");
  // One segment that is not UTF-8 makes both Latin-1, though an ECI stands between.
  EXPECT_EQ(
      text({{Mode::kByte, {0xC3, 0xBC}}, {Mode::kKanji, {0x93, 0x5F}}, {Mode::kByte, {0xFC}}}),
      "Ã¼点ü");
  EXPECT_EQ(text({}), "");
}

TEST(QrText, a_character_may_be_cut_by_the_border_of_segments) {
  EXPECT_EQ(text({{Mode::kByte, {0xC3}}, {Mode::kByte, {0xBC}}}), "ü");
  // The second byte of this Shift-JIS character is an 'A', which an encoder may code as such.
  EXPECT_EQ(text({{Mode::kEci, {}, 20}, {Mode::kByte, {0x83}}, {Mode::kAlphanumeric, {'A'}}}),
            "ア");
}

TEST(QrText, eci_names_the_set_of_what_is_behind_it) {
  EXPECT_EQ(text({{Mode::kEci, {}, 7}, {Mode::kByte, {0xB0}}}), "А");   // ISO 8859-5
  EXPECT_EQ(text({{Mode::kEci, {}, 9}, {Mode::kByte, {0xC1}}}), "Α");   // ISO 8859-7
  EXPECT_EQ(text({{Mode::kEci, {}, 17}, {Mode::kByte, {0xA4}}}), "€");  // ISO 8859-15
  EXPECT_EQ(text({{Mode::kEci, {}, 2}, {Mode::kByte, {0x84}}}), "ä");   // CP437
  EXPECT_EQ(text({{Mode::kEci, {}, 25}, {Mode::kByte, {0x70, 0xB9}}}), "点");
  EXPECT_EQ(text({{Mode::kEci, {}, 26},
                  {Mode::kByte, {0xC3, 0xBC}},
                  {Mode::kEci, {}, 3},
                  {Mode::kByte, {0xC3, 0xBC}}}),
            "üÃ¼");
  // Kanji are Shift-JIS under any ECI, and bytes before it are guessed.
  EXPECT_EQ(text({{Mode::kByte, {0xC3, 0xBC}}, {Mode::kEci, {}, 9}, {Mode::kKanji, {0x93, 0x5F}}}),
            "ü点");
}

TEST(QrText, says_what_it_cannot_convert) {
  const auto error_of = [](const std::vector<Segment>& segments) {
    const auto text = text_of(segments);
    return text ? std::string() : text.error().message;
  };
  EXPECT_NE(error_of({{Mode::kEci, {}, 26}, {Mode::kByte, {'a', 0xFF}}}).find("byte 1 of 2"),
            std::string::npos);
  EXPECT_NE(error_of({{Mode::kEci, {}, 899}, {Mode::kByte, {1}}}).find("ECI 899"),
            std::string::npos);
  EXPECT_FALSE(error_of({{Mode::kEci, {}, 25}, {Mode::kByte, {0x70}}}).empty());
  EXPECT_FALSE(Converter::open("no such set", "UTF-8"));
}

TEST(QrText, utf_8_is_checked_to_the_letter) {
  const auto good = [](std::vector<std::uint8_t> bytes) {
    return utf8_characters(bytes).has_value();
  };
  EXPECT_TRUE(good({0x7F}));
  EXPECT_TRUE(good({0xC2, 0x80}));
  EXPECT_TRUE(good({0xED, 0x9F, 0xBF}));
  EXPECT_TRUE(good({0xF4, 0x8F, 0xBF, 0xBF}));
  EXPECT_FALSE(good({0x80}));
  EXPECT_FALSE(good({0xC1, 0xBF}));
  EXPECT_FALSE(good({0xC2}));
  EXPECT_FALSE(good({0xC2, 0x20}));
  EXPECT_FALSE(good({0xE0, 0x9F, 0xBF}));
  EXPECT_FALSE(good({0xED, 0xA0, 0x80}));
  EXPECT_FALSE(good({0xF0, 0x8F, 0xBF, 0xBF}));
  EXPECT_FALSE(good({0xF4, 0x90, 0x80, 0x80}));
  EXPECT_FALSE(good({0xF5, 0x80, 0x80, 0x80}));
}

TEST(QrStructuredAppend, a_message_is_joined_from_its_codes_in_any_order) {
  std::vector<std::uint8_t> bytes;
  for (int i = 0; i < 300; ++i) bytes.push_back(static_cast<std::uint8_t>(i * i + i / 7));
  auto parts = split(bytes, 3, Level::kM);
  ASSERT_TRUE(parts) << parts.error().message;
  EXPECT_EQ(parts.value().size(), 8U);  // 40 bytes a code beside the 20 bits of the header
  std::vector<Message> codes = parts.value();
  std::reverse(codes.begin(), codes.end());
  codes.insert(codes.begin() + 3, codes[1]);                       // read twice
  codes.push_back({{}, {{Mode::kByte, bytes_of_text("alone")}}});  // another code of the field
  const auto joined = join(codes);
  ASSERT_EQ(joined.size(), 1U);
  EXPECT_TRUE(joined[0].sound());
  EXPECT_EQ(bytes_of(joined[0].segments), bytes);
  EXPECT_EQ(joined[0].codes[7], std::size_t{0});
}

TEST(QrStructuredAppend, missing_wrong_and_contradicting_parts_are_told) {
  const auto bytes = bytes_of_text("structured append of several codes");
  const auto parts = split(bytes, 1, Level::kM);
  ASSERT_TRUE(parts);
  std::vector<Message> codes = parts.value();
  ASSERT_GE(codes.size(), 3U);
  std::vector<Message> fewer(codes.begin() + 1, codes.end());
  auto joined = join(fewer);
  EXPECT_FALSE(joined[0].complete);
  EXPECT_FALSE(joined[0].codes[0].has_value());
  EXPECT_FALSE(joined[0].sound());

  Message other = codes[1];
  other.segments[0].bytes[0] ^= 1U;
  std::vector<Message> more = codes;
  more.push_back(other);
  joined = join(more);
  EXPECT_TRUE(joined[0].complete && joined[0].parity_right);
  EXPECT_EQ(joined[0].contradicting, std::vector<std::size_t>{codes.size()});
  EXPECT_FALSE(joined[0].sound());

  codes[1] = other;
  joined = join(codes);
  EXPECT_TRUE(joined[0].complete);
  EXPECT_FALSE(joined[0].parity_right);
}

TEST(QrStructuredAppend, messages_of_other_parity_are_kept_apart) {
  const auto a = split(bytes_of_text("one message, in several parts"), 1, Level::kM).value();
  const auto b = split(bytes_of_text("ONE message, in several parts"), 1, Level::kM).value();
  std::vector<Message> codes;
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    if (i < a.size()) codes.push_back(a[i]);
    if (i < b.size()) codes.push_back(b[i]);
  }
  const auto joined = join(codes);
  ASSERT_EQ(joined.size(), 2U);
  EXPECT_TRUE(joined[0].sound());
  EXPECT_TRUE(joined[1].sound());
  EXPECT_EQ(text(joined[1].segments), "ONE message, in several parts");
}

TEST(QrStructuredAppend, what_needs_more_than_sixteen_codes_is_refused) {
  const std::vector<std::uint8_t> bytes(1000, 0xA5);
  EXPECT_FALSE(split(bytes, 3, Level::kM));
  EXPECT_FALSE(split(bytes, 0, Level::kM));
  EXPECT_TRUE(split(std::vector<std::uint8_t>(16 * 39, 0xA5), 3, Level::kM));
}

}  // namespace
}  // namespace ostracon::format::qr
