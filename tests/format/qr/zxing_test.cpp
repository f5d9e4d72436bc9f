// ZXing, as an independent reader, reads what our encoder makes: every version, level and mask, and
// every mode.

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "format/qr/encoder.hpp"
#include "format/qr/text.hpp"
#include "tests/format/qr/qr_messages.hpp"

#ifdef OSTRACON_ZXING
#define ZX_USE_UTF8 1  // text() is a std::string, as in later releases
#include <ZXing/ReadBarcode.h>
#endif

namespace ostracon::format::qr {
namespace {

struct PeerReading {
  bool valid = false;
  std::string bytes;
  std::string text;
  int structured_append_index = -1;
  int structured_append_count = -1;
};

#ifdef OSTRACON_ZXING

constexpr bool kHasZxing = true;

/// Three pixels a module and a quiet zone of four modules.
PeerReading read_by_peer(const Matrix& matrix) {
  constexpr int kPixels = 3;
  constexpr int kQuiet = 4;
  const int side = kPixels * (matrix.side + 2 * kQuiet);
  std::vector<std::uint8_t> image(static_cast<std::size_t>(side) * static_cast<std::size_t>(side),
                                  255);
  for (int y = 0; y < kPixels * matrix.side; ++y) {
    for (int x = 0; x < kPixels * matrix.side; ++x) {
      const int module = y / kPixels * matrix.side + x / kPixels;
      if (matrix.modules[static_cast<std::size_t>(module)] == 0) continue;
      const int pixel = (y + kPixels * kQuiet) * side + x + kPixels * kQuiet;
      image[static_cast<std::size_t>(pixel)] = 0;
    }
  }
  const auto hints = ZXing::DecodeHints().setFormats(ZXing::BarcodeFormat::QRCode).setIsPure(true);
  const auto result =
      ZXing::ReadBarcode({image.data(), side, side, ZXing::ImageFormat::Lum}, hints);
  return {.valid = result.isValid(),
          .bytes = std::string(result.bytes().begin(), result.bytes().end()),
          .text = result.text(),
          .structured_append_index = result.sequenceIndex(),
          .structured_append_count = result.sequenceSize()};
}

#else

constexpr bool kHasZxing = false;

PeerReading read_by_peer(const Matrix& /*matrix*/) { return {}; }

#endif

class QrZxing : public testing::Test {
 protected:
  void SetUp() override {
    if (!kHasZxing) GTEST_SKIP() << "no ZXing in this build";
  }
};

TEST_F(QrZxing, reads_every_version_level_and_mask) {
  std::mt19937 random(21);
  for (int version = 1; version <= 40; ++version) {
    for (const Level level : kLevels) {
      for (int mask = 0; mask < kMasks; ++mask) {
        const Message message = test::random_message(random, version, level);
        const auto matrix = encode(message, {level, version, mask});
        ASSERT_TRUE(matrix) << matrix.error().message;
        const PeerReading reading = read_by_peer(matrix.value());
        ASSERT_TRUE(reading.valid) << version << letter_of(level) << mask;
        const auto bytes = bytes_of(message.segments);
        ASSERT_EQ(reading.bytes, std::string(bytes.begin(), bytes.end()));
      }
    }
  }
}

TEST_F(QrZxing, reads_the_mask_and_version_of_our_choice) {
  std::mt19937 random(22);
  for (std::size_t length = 1; length < 2900; length = length * 5 / 4 + 1) {
    const auto bytes = test::random_segment(random, Mode::kByte, length).bytes;
    for (const Level level : {Level::kL, Level::kH}) {
      const auto matrix = encode_bytes(bytes, {level, {}, {}});
      if (level == Level::kH && length > 1273) continue;
      ASSERT_TRUE(matrix) << matrix.error().message;
      const PeerReading reading = read_by_peer(matrix.value());
      ASSERT_TRUE(reading.valid) << length;
      ASSERT_EQ(reading.bytes, std::string(bytes.begin(), bytes.end()));
    }
  }
}

TEST_F(QrZxing, reads_the_same_text_as_we_do) {
  for (const std::string text : {"0123456789", "HTTPS://EXAMPLE.ORG/1", "Grüße aus Wien",
                                 "点茗 123 ABC 漢字とかな", "Ω≈ç√"}) {
    const auto matrix = encode_text(text, {});
    ASSERT_TRUE(matrix) << matrix.error().message;
    EXPECT_EQ(read_by_peer(matrix.value()).text, text);
  }
  const std::vector<Segment> greek = {{Mode::kEci, {}, 9}, {Mode::kByte, {0xC1, 0xE2}}};
  const auto matrix = encode({{}, greek}, {});
  ASSERT_TRUE(matrix);
  EXPECT_EQ(read_by_peer(matrix.value()).text, text_of(greek).value());
}

TEST_F(QrZxing, reads_structured_append_and_fnc1) {
  const auto parts = split(test::bytes_of_text("structured append, some parts"), 1, Level::kM);
  ASSERT_TRUE(parts);
  for (const Message& part : parts.value()) {
    const auto matrix = encode(part, {Level::kM, 1, {}});
    ASSERT_TRUE(matrix);
    const PeerReading reading = read_by_peer(matrix.value());
    EXPECT_TRUE(reading.valid);
    EXPECT_EQ(reading.structured_append_index, part.structured_append->index);
    EXPECT_EQ(reading.structured_append_count, part.structured_append->count);
  }
  for (const Segment& fnc1 : {Segment{Mode::kFnc1First, {}}, Segment{Mode::kFnc1Second, {}, 37}}) {
    const std::vector<Segment> segments = {
        fnc1, {Mode::kAlphanumeric, test::bytes_of_text("10ABC%2112")}};
    const auto matrix = encode({{}, segments}, {});
    ASSERT_TRUE(matrix);
    const PeerReading reading = read_by_peer(matrix.value());
    ASSERT_TRUE(reading.valid);
    const auto bytes = bytes_of(segments);
    const std::string ours(bytes.begin(), bytes.end());
    // ZXing puts the application indicator before the bytes.
    EXPECT_TRUE(reading.bytes.ends_with(ours)) << reading.bytes;
  }
}

}  // namespace
}  // namespace ostracon::format::qr
