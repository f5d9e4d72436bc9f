// The bit stream: every mode there and back, every rule broken, and how much the rules check.

#include "format/qr/stream_reader.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "format/qr/bit_writer.hpp"
#include "format/qr/stream_writer.hpp"
#include "tests/format/qr/qr_messages.hpp"

namespace ostracon::format::qr {
namespace {

using test::bytes_of_text;
using test::random_message;

/// Pairs of a value and its width, then zeros to the byte's end.
StreamReading read_bits(std::initializer_list<std::pair<std::uint32_t, int>> fields,
                        std::vector<std::uint8_t> behind = {}, int version = 1) {
  BitWriter writer;
  for (const auto& [value, width] : fields) writer.put(value, width);
  std::vector<std::uint8_t> data = writer.take();
  data.insert(data.end(), behind.begin(), behind.end());
  return read_stream(data, version);
}

TEST(QrStream, messages_of_all_modes_come_back_from_every_version) {
  std::mt19937 random(1);
  for (int version = 1; version <= 40; ++version) {
    for (const Level level : kLevels) {
      Message message = random_message(random, version, level);
      const auto data = data_codewords(message, version, level);
      ASSERT_TRUE(data);
      const StreamReading reading = read_stream(data.value(), version);
      EXPECT_EQ(reading.end, StreamEnd::kProper) << version << letter_of(level);
      EXPECT_EQ(reading.message, message);
    }
  }
}

TEST(QrStream, headers_come_back_with_their_values) {
  Message message = {.structured_append = StructuredAppend{4, 11, 0xA7},
                     .segments = {{Mode::kEci, {}, 26},
                                  {Mode::kFnc1Second, {}, 37},
                                  {Mode::kAlphanumeric, bytes_of_text("AB%CD%%")},
                                  {Mode::kEci, {}, 200},
                                  {Mode::kByte, {0, 255}},
                                  {Mode::kEci, {}, 999'999}}};
  const auto data = data_codewords(message, 2, Level::kL);
  ASSERT_TRUE(data);
  const StreamReading reading = read_stream(data.value(), 2);
  EXPECT_EQ(reading.end, StreamEnd::kProper);
  EXPECT_EQ(reading.message, message);
  EXPECT_EQ(bytes_of(reading.message.segments),
            (std::vector<std::uint8_t>{'A', 'B', 0x1D, 'C', 'D', '%', 0, 255}));
  message.segments.erase(message.segments.begin() + 1);  // without FNC1 '%' is itself
  EXPECT_EQ(bytes_of(message.segments),
            (std::vector<std::uint8_t>{'A', 'B', '%', 'C', 'D', '%', '%', 0, 255}));
}

TEST(QrStream, ends_are_told_apart) {
  EXPECT_EQ(read_bits({{1, 4}, {1, 10}, {7, 4}, {0, 4}}).end, StreamEnd::kProper);
  EXPECT_EQ(read_bits({{1, 4}, {1, 10}, {7, 4}, {0, 4}}, {0xEC, 0x11, 0xEC}).end,
            StreamEnd::kProper);
  EXPECT_EQ(read_bits({{1, 4}, {1, 10}, {7, 4}, {0, 4}}, {0x11, 0xEC}).end,
            StreamEnd::kStrangePadding);
  EXPECT_EQ(read_bits({{1, 4}, {1, 10}, {7, 4}, {0, 4}}, {0xEC, 0x11, 0xED}).end,
            StreamEnd::kStrangePadding);
  EXPECT_EQ(read_bits({{1, 4}, {1, 10}, {7, 4}, {0, 4}, {1, 2}}).end, StreamEnd::kStrangePadding);
  // 22 bits: what is left is too short for a terminator.
  EXPECT_EQ(read_bits({{1, 4}, {2, 10}, {42, 7}, {0, 3}}).end, StreamEnd::kProper);
  EXPECT_EQ(read_bits({{1, 4}, {2, 10}, {42, 7}, {1, 3}}).end, StreamEnd::kStrangePadding);
  EXPECT_EQ(read_stream({}, 1).end, StreamEnd::kProper);
}

TEST(QrStream, every_broken_rule_breaks_the_stream) {
  const auto breaks = [](std::initializer_list<std::pair<std::uint32_t, int>> fields) {
    const StreamReading reading = read_bits(fields, {0xEC, 0x11, 0xEC, 0x11});
    return reading.end == StreamEnd::kBroken && reading.message.segments.empty();
  };
  for (const std::uint32_t mode : {6U, 10U, 11U, 12U, 13U, 14U, 15U}) {
    EXPECT_TRUE(breaks({{mode, 4}})) << mode;
  }
  EXPECT_TRUE(breaks({{1, 4}, {3, 10}, {1000, 10}}));
  EXPECT_TRUE(breaks({{1, 4}, {2, 10}, {100, 7}}));
  EXPECT_TRUE(breaks({{1, 4}, {1, 10}, {10, 4}}));
  EXPECT_TRUE(breaks({{1, 4}, {100, 10}}));
  EXPECT_TRUE(breaks({{2, 4}, {2, 9}, {2025, 11}}));
  EXPECT_TRUE(breaks({{2, 4}, {1, 9}, {45, 6}}));
  EXPECT_TRUE(breaks({{4, 4}, {40, 8}}));
  EXPECT_TRUE(breaks({{8, 4}, {1, 8}, {0x3F, 13}}));  // 0x817F
  EXPECT_TRUE(breaks({{8, 4}, {1, 8}, {0xBD, 13}}));  // 0x81FD
  EXPECT_TRUE(breaks({{7, 4}, {0xE0, 8}}));
  EXPECT_TRUE(breaks({{7, 4}, {0xC00000 + 1'000'000, 24}}));
  EXPECT_TRUE(breaks({{9, 4}, {100, 8}}));
  EXPECT_TRUE(breaks({{3, 4}, {2, 4}, {1, 4}, {0, 8}}));    // part 2 of 2
  EXPECT_TRUE(breaks({{3, 4}, {0, 16}, {3, 4}, {0, 16}}));  // twice
  const StreamReading twice = read_bits({{5, 4}, {5, 4}});
  EXPECT_EQ(twice.end, StreamEnd::kBroken);
  EXPECT_EQ(twice.message.segments.size(), 1U);
  const StreamReading late = read_bits({{1, 4}, {1, 10}, {7, 4}, {5, 4}, {0, 4}});
  EXPECT_EQ(late.end, StreamEnd::kBroken);
  EXPECT_EQ(late.message.segments.size(), 1U);
}

TEST(QrStream, checked_bits_are_those_of_the_rules) {
  // Terminator: one of 9 modes; then nothing but padding.
  EXPECT_NEAR(read_bits({{0, 4}}, std::vector<std::uint8_t>(15, 0)).checked_bits,
              4 - std::log2(9.0) + 4, 1e-9);  // up to the first wrong byte
  std::vector<std::uint8_t> padding;
  for (int i = 0; i < 15; ++i) padding.push_back(kPadding[static_cast<std::size_t>(i % 2)]);
  EXPECT_NEAR(read_bits({{0, 4}}, padding).checked_bits, 4 - std::log2(9.0) + 4 + 15 * 8, 1e-9);
  // A byte segment that fills the symbol checks its mode and its count.
  std::vector<std::uint8_t> full(16, 0x5A);
  full[0] = 0x40 | 14 >> 4;
  full[1] = static_cast<std::uint8_t>((14 << 4) | 5);
  const StreamReading reading = read_stream(full, 1);
  EXPECT_EQ(reading.end, StreamEnd::kBroken);  // 0x5A ends in 1010, no terminator
  full[15] = 0x50;
  EXPECT_EQ(read_stream(full, 1).end, StreamEnd::kProper);
  EXPECT_NEAR(read_stream(full, 1).checked_bits,
              4 - std::log2(9.0) + 8 - std::log2(15.0) + 4 - std::log2(6.0), 1e-9);
}

TEST(QrStream, random_codewords_pass_no_more_often_than_checked_bits_say) {
  std::mt19937 random(3);
  constexpr int kTries = 1'000'000;
  std::array<int, 24> passed{};  // [x]: with x bits or more
  for (int i = 0; i < kTries; ++i) {
    std::array<std::uint8_t, 6> data{};
    for (auto& byte : data) byte = static_cast<std::uint8_t>(random());
    const StreamReading reading = read_stream(data, 1);
    if (reading.end != StreamEnd::kProper) continue;
    for (std::size_t x = 0; x < passed.size() && static_cast<double>(x) <= reading.checked_bits;
         ++x) {
      ++passed[x];
    }
  }
  EXPECT_GT(passed[4], 0);
  for (std::size_t x = 0; x < passed.size(); ++x) {
    const double expected = kTries * std::exp2(-static_cast<double>(x));
    EXPECT_LE(passed[x], expected + 5 * std::sqrt(expected)) << x;
  }
}

}  // namespace
}  // namespace ostracon::format::qr
