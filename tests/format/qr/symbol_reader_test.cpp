// Whole symbols: made by libqrencode and by our encoder, of every version, level and mask, read
// back; turned, damaged, and none at all.

#include "format/qr/symbol_reader.hpp"

#include <gtest/gtest.h>

#include <random>

#include "format/qr/encoder.hpp"
#include "tests/format/qr/qr_messages.hpp"
#include "tests/format/qr/qrencode_oracle.hpp"

namespace ostracon::format::qr {
namespace {

using test::bytes_of_text;
using test::random_message;

Matrix transposed(const Matrix& matrix) {
  Matrix turned = matrix;
  const auto side = static_cast<std::size_t>(matrix.side);
  for (std::size_t i = 0; i < matrix.modules.size(); ++i) {
    turned.modules[i % side * side + i / side] = matrix.modules[i];
  }
  return turned;
}

void expect_read(const Matrix& matrix, const Message& message, int version, Level level, int mask) {
  const SymbolReading reading = read_symbol(matrix);
  EXPECT_TRUE(reading.proper()) << version << letter_of(level) << mask;
  EXPECT_EQ(reading.version, version);
  EXPECT_EQ(reading.format, (FormatInformation{level, mask}));
  EXPECT_EQ(reading.format_errors, 0);
  EXPECT_EQ(reading.corrected, 0);
  EXPECT_FALSE(reading.mirrored);
  EXPECT_FALSE(reading.inverted);
  EXPECT_EQ(reading.stream.message, message);
}

TEST(QrSymbolReader, every_version_level_and_mask_of_our_encoder_comes_back) {
  std::mt19937 random(11);
  for (int version = 1; version <= 40; ++version) {
    for (const Level level : kLevels) {
      for (int mask = 0; mask < kMasks; ++mask) {
        const Message message = random_message(random, version, level);
        const auto matrix = encode(message, {level, version, mask});
        ASSERT_TRUE(matrix) << matrix.error().message;
        expect_read(matrix.value(), message, version, level, mask);
      }
    }
  }
}

TEST(QrSymbolReader, every_version_level_and_mask_of_libqrencode_comes_back) {
  if (!test::has_qrencode()) GTEST_SKIP() << "no libqrencode in this build";
  std::mt19937 random(12);
  for (int version = 1; version <= 40; ++version) {
    for (const Level level : kLevels) {
      for (int mask = 0; mask < kMasks; ++mask) {
        const Message message = random_message(random, version, level);
        const auto made = test::qrencode(message.segments, version, level, mask);
        ASSERT_TRUE(made) << version << letter_of(level);
        expect_read(made->matrix, message, version, level, mask);
      }
    }
  }
}

TEST(QrSymbolReader, a_mirrored_and_an_inverted_symbol_is_read_and_called_so) {
  const Message message = {{}, {{Mode::kByte, bytes_of_text("mirrored, inverted")}}};
  for (const int version : {2, 7}) {
    const Matrix matrix = encode(message, {Level::kM, version, {}}).value();
    for (const bool mirrored : {false, true}) {
      for (const bool inverted : {false, true}) {
        Matrix turned = mirrored ? transposed(matrix) : matrix;
        for (auto& module : turned.modules) module ^= inverted ? 1U : 0U;
        const SymbolReading reading = read_symbol(turned);
        EXPECT_TRUE(reading.proper());
        EXPECT_EQ(reading.mirrored, mirrored);
        EXPECT_EQ(reading.inverted, inverted);
        EXPECT_EQ(reading.stream.message, message);
      }
    }
  }
}

TEST(QrSymbolReader, wrong_codewords_and_format_bits_are_corrected_up_to_their_limits) {
  std::mt19937 random(13);
  const Message message = {{}, {{Mode::kByte, bytes_of_text("3-M corrects thirteen codewords")}}};
  const Matrix matrix = encode(message, {Level::kM, 3, {}}).value();
  const auto& data_modules = symbol_of(3).data_modules;
  for (const std::size_t wrong : {1U, 13U, 17U, 30U}) {
    Matrix damaged = matrix;
    const std::size_t first = random() % (70 - wrong);
    for (std::size_t i = first; i < first + wrong; ++i) {
      damaged.modules[data_modules[8 * i + random() % 8]] ^= 1U;
    }
    const SymbolReading reading = read_symbol(damaged);
    EXPECT_EQ(reading.proper(), wrong <= 13) << wrong;
    const std::optional<int> corrected = static_cast<int>(wrong);
    EXPECT_EQ(reading.corrected, wrong <= 13 ? corrected : std::nullopt);
  }
  // One copy of the format information destroyed, three bits wrong in the other.
  const auto format = format_modules(3);
  Matrix damaged = matrix;
  for (const std::uint16_t module : format[0]) damaged.modules[module] = 0;
  for (const std::size_t i : {1U, 6U, 13U}) damaged.modules[format[1][i]] ^= 1U;
  const SymbolReading reading = read_symbol(damaged);
  EXPECT_TRUE(reading.proper());
  EXPECT_EQ(reading.stream.message, message);
}

TEST(QrSymbolReader, what_is_no_symbol_is_not_read) {
  EXPECT_EQ(read_symbol({}).version, 0);
  EXPECT_EQ(read_symbol({.side = 22, .modules = std::vector<std::uint8_t>(22 * 22)}).version, 0);
  EXPECT_EQ(read_symbol({.side = 21, .modules = std::vector<std::uint8_t>(20)}).version, 0);
  EXPECT_EQ(read_symbol({.side = -21, .modules = std::vector<std::uint8_t>(441)}).version, 0);
  std::mt19937 random(14);
  int corrected = 0;
  constexpr int kTries = 20'000;
  for (int i = 0; i < kTries; ++i) {
    Matrix noise = {.side = 29, .modules = std::vector<std::uint8_t>(29 * 29)};
    for (auto& module : noise.modules) module = random() % 2;
    const SymbolReading reading = read_symbol(noise);
    corrected += reading.corrected.has_value() ? 1 : 0;
    EXPECT_FALSE(reading.proper());
  }
  // Random words of version 3 are within reach of a codeword less than once in 10^9.
  EXPECT_EQ(corrected, 0);
}

}  // namespace
}  // namespace ostracon::format::qr
