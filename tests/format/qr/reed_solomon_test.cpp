#include "format/qr/reed_solomon.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "format/gf256.hpp"
#include "tests/support/qr_blocks.hpp"

namespace ostracon::format::qr {
namespace {

using Octets = std::vector<std::uint8_t>;

bool is_codeword(const BlockShape& shape, const Octets& word) {
  const auto values = syndromes(shape, word);
  return std::all_of(values.begin(), values.end(), [](std::uint8_t s) { return s == 0; });
}

TEST(QrReedSolomon, HasTheParityOfTheSymbolInAnnexIOfTheStandard) {
  // Version 1-M, "01234567".
  Octets word = {0x10, 0x20, 0x0C, 0x56, 0x61, 0x80, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC,
                 0x11, 0xEC, 0x11, 0xA5, 0x24, 0xD4, 0xC1, 0xED, 0x36, 0xC7, 0x87, 0x2C, 0x55};
  EXPECT_TRUE(is_codeword({26, 16}, word));
  word[3] ^= 1;
  EXPECT_FALSE(is_codeword({26, 16}, word));
}

TEST(QrReedSolomon, CorrectsEveryNumberOfErrorsAndErasuresWithinTheParity) {
  std::mt19937 random(1);
  for (const BlockShape& shape : test::kShapes)
    for (std::int32_t lost = 0; lost <= shape.parity(); ++lost)
      for (std::int32_t errors = 0; 2 * errors + lost <= shape.parity(); ++errors) {
        const Octets sent = test::random_codeword(shape, random);
        ASSERT_TRUE(is_codeword(shape, sent));
        auto spoilt = test::some_of(shape.octets, lost + errors, random);
        std::shuffle(spoilt.begin(), spoilt.end(), random);
        Octets word = sent;
        for (const std::int32_t i : spoilt)
          word[static_cast<std::size_t>(i)] ^= test::random_error(random);
        std::vector<std::int32_t> erasures(spoilt.begin(), spoilt.begin() + lost);
        std::sort(erasures.begin(), erasures.end());
        const auto done = decode_block(shape, word, erasures);
        ASSERT_TRUE(done.has_value()) << shape.octets << ", " << shape.data_octets << ": " << lost
                                      << " erasures, " << errors << " errors";
        EXPECT_EQ(done->erasures, lost);
        EXPECT_EQ(done->errors, errors);
        ASSERT_EQ(word, sent);
      }
}

TEST(QrReedSolomon, GivesNothingOrACodewordWithinItsRadiusBeyondTheParity) {
  std::mt19937 random(2);
  for (const BlockShape& shape : test::kShapes)
    for (int trial = 0; trial < 200; ++trial) {
      const auto lost =
          static_cast<std::int32_t>(random() % static_cast<std::uint32_t>(shape.parity() + 2));
      const std::int32_t errors =
          std::max(0, shape.parity() - lost) / 2 + 1 + static_cast<std::int32_t>(random() % 3);
      const auto spoilt =
          test::some_of(shape.octets, std::min(shape.octets, lost + errors), random);
      const auto erasures = test::some_of(shape.octets, lost, random);
      Octets word = test::random_codeword(shape, random);
      for (const std::int32_t i : spoilt)
        word[static_cast<std::size_t>(i)] ^= test::random_error(random);
      const Octets received = word;
      const auto done = decode_block(shape, word, erasures);
      if (!done) {
        EXPECT_EQ(word, received);
        continue;
      }
      EXPECT_TRUE(is_codeword(shape, word));
      std::int32_t differing = 0;
      for (std::int32_t i = 0; i < shape.octets; ++i)
        if (word[static_cast<std::size_t>(i)] != received[static_cast<std::size_t>(i)] &&
            !std::binary_search(erasures.begin(), erasures.end(), i))
          ++differing;
      EXPECT_EQ(differing, done->errors);
      EXPECT_LE(2 * differing + lost, shape.parity());
    }
}

TEST(QrReedSolomon, TakesRandomWordsForCodewordsAsOftenAsSpheresFillTheSpace) {
  std::mt19937 random(3);
  constexpr BlockShape kShape{20, 16};  // two errors
  constexpr int kTrials = 100000;
  int taken = 0;
  Octets word(20);
  for (int trial = 0; trial < kTrials; ++trial) {
    for (std::uint8_t& octet : word) octet = test::random_octet(random);
    if (decode_block(kShape, word)) ++taken;
  }
  const double expected = kTrials * (1 + 20 * 255.0 + 190 * 255.0 * 255.0) / std::pow(256.0, 4);
  EXPECT_NEAR(taken, expected, 5 * std::sqrt(expected));
}

TEST(QrReedSolomon, TellsWhichShapesNoBlockHas) {
  EXPECT_TRUE(check({70, 44}).has_value());
  for (const BlockShape shape : {BlockShape{26, 26}, BlockShape{26, 0}, BlockShape{26, 27},
                                 BlockShape{154, 130}, BlockShape{60, 29}, BlockShape{-1, -5}})
    EXPECT_FALSE(check(shape).has_value()) << shape.octets << ", " << shape.data_octets;
}

}  // namespace
}  // namespace ostracon::format::qr
