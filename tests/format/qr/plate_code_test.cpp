// The bytes of one code of a QR plate, and of its description.

#include "format/qr/plate_code.hpp"

#include <gtest/gtest.h>

#include <numeric>

#include "format/qr/encoder.hpp"
#include "format/qr/stream_writer.hpp"

namespace ostracon::format::qr {
namespace {

PlateCode some_code() {
  PlateCode code = {.tag = {0xAB, 0xCD}, .sequence = 0x030201, .payload = {}};
  code.payload.resize(32);
  std::iota(code.payload.begin(), code.payload.end(), std::uint8_t{0x40});
  return code;
}

PlateDescription some_description() {
  PlateDescription description;
  for (std::size_t i = 0; i < 16; ++i) {
    description.plate.bytes[i] = static_cast<std::uint8_t>(0x10 + i);
  }
  description.groups = {500, 3, 34};
  description.stream_bytes = 15'991;
  description.pitch_pm = 49'000;
  return description;
}

TEST(QrPlateCode, bytes_are_where_the_format_says) {
  const PlateCode code = some_code();
  const auto bytes = serialise(code);
  ASSERT_EQ(bytes.size(), 42U);
  EXPECT_EQ(std::vector<std::uint8_t>(bytes.begin(), bytes.begin() + 8),
            (std::vector<std::uint8_t>{0x12, 0xAB, 0xCD, 0x01, 0x02, 0x03, 0x40, 0x41}));
  EXPECT_EQ(parse_code(bytes), code);
}

TEST(QrPlateCode, any_changed_bit_and_any_other_length_is_refused) {
  const auto bytes = serialise(some_code());
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    auto changed = bytes;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    EXPECT_FALSE(parse_code(changed)) << bit;
  }
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_FALSE(parse_code(std::span(bytes).first(length))) << length;
  }
}

TEST(QrPlateCode, only_one_byte_segment_is_a_code_of_a_plate) {
  const Segment segment = {Mode::kByte, serialise(some_code())};
  EXPECT_TRUE(parse_code(Message{{}, {segment}}));
  EXPECT_FALSE(parse_code(Message{}));
  EXPECT_FALSE(parse_code(Message{{}, {segment, segment}}));
  EXPECT_FALSE(parse_code(Message{{}, {{Mode::kAlphanumeric, segment.bytes}}}));
  EXPECT_FALSE(parse_code(Message{StructuredAppend{0, 2, 0}, {segment}}));
}

TEST(QrPlateCode, codes_fill_their_symbol_to_the_last_whole_byte) {
  EXPECT_EQ(code_payload_bytes(3, Level::kM).value(), 32U);
  EXPECT_EQ(code_payload_bytes(3, Level::kL).value(), 43U);
  EXPECT_EQ(code_payload_bytes(40, Level::kL).value(), 2943U);
  for (int version = 1; version <= 40; ++version) {
    for (const Level level : kLevels) {
      const auto payload = code_payload_bytes(version, level);
      if (!payload) {
        EXPECT_LT(version, 6);
        EXPECT_FALSE(payload.error().message.empty());
        continue;
      }
      const std::vector<std::uint8_t> full(kCodeHeaderBytes + payload.value() + kCodeCrcBytes);
      EXPECT_TRUE(data_codewords({{}, {{Mode::kByte, full}}}, version, level));
      const std::vector<std::uint8_t> more(full.size() + 1);
      EXPECT_FALSE(data_codewords({{}, {{Mode::kByte, more}}}, version, level));
    }
  }
  EXPECT_FALSE(code_payload_bytes(2, Level::kL));
  EXPECT_FALSE(code_payload_bytes(41, Level::kL));
}

TEST(QrPlateCode, description_comes_back_from_a_payload_with_zeros_behind_it) {
  const PlateDescription description = some_description();
  const auto bytes = serialise(description);
  EXPECT_EQ(bytes[16], 500 & 0xFF);
  EXPECT_EQ(bytes[17], 500 >> 8);
  EXPECT_EQ(bytes[19], 3);
  EXPECT_EQ(bytes[21], 34);
  EXPECT_EQ(bytes[22], 15'991 & 0xFF);
  EXPECT_EQ(bytes[28], 49'000 & 0xFF);
  const auto parsed = parse_description(bytes);
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed.value().plate, description.plate);
  EXPECT_EQ(parsed.value().groups.data_pages, 500U);
  EXPECT_EQ(parsed.value().groups.groups, 3U);
  EXPECT_EQ(parsed.value().groups.parity_per_group, 34U);
  EXPECT_EQ(parsed.value().stream_bytes, 15'991U);
  EXPECT_EQ(parsed.value().pitch_pm, 49'000U);
  EXPECT_EQ(serialise(parsed.value()), bytes);
  EXPECT_EQ(tag_of(description.plate), (std::array<std::uint8_t, 2>{0x10, 0x11}));
}

TEST(QrPlateCode, descriptions_that_contradict_themselves_are_refused) {
  const auto refuses = [](auto change) {
    PlateDescription description = some_description();
    change(description);
    const auto parsed = parse_description(serialise(description));
    return !parsed && parsed.error().code == ErrorCode::kBadInput;
  };
  EXPECT_TRUE(refuses([](PlateDescription& d) { d.groups.groups = 0; }));
  EXPECT_TRUE(refuses([](PlateDescription& d) { d.groups.groups = 501; }));
  EXPECT_TRUE(refuses([](PlateDescription& d) { d.groups.groups = 1; }));  // 534 members
  EXPECT_TRUE(refuses([](PlateDescription& d) { d.groups.parity_per_group = 1; }));
  EXPECT_TRUE(refuses([](PlateDescription& d) { d.groups.parity_per_group = 89; }));
  EXPECT_TRUE(refuses([](PlateDescription& d) { d.stream_bytes = 500 * 32 + 1; }));
  EXPECT_TRUE(refuses([](PlateDescription& d) { d.stream_bytes = 499 * 32; }));
  EXPECT_TRUE(refuses([](PlateDescription& d) {
    d.groups = {0xFFFFFF, 0xFFFF, 2};
    d.stream_bytes = std::uint64_t{0xFFFFFF} * 32;
  }));
  EXPECT_FALSE(refuses([](PlateDescription& d) { d.stream_bytes = 500 * 32; }));
  auto bytes = serialise(some_description());
  EXPECT_FALSE(parse_description(std::span(bytes).first(31)));
  bytes[31] = 1;
  EXPECT_FALSE(parse_description(bytes));
}

}  // namespace
}  // namespace ostracon::format::qr
