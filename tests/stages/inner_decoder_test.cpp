#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <random>

#include "tests/support/inner_decoder_fixture.hpp"
#include "tests/support/scalar_inner_decoder.hpp"

namespace ostracon::test {
namespace {

TEST_P(InnerDecoderTest, CodewordsWithoutNoiseNeedNoIteration) {
  for (const format::Rate rate : kRates) {
    const auto batch = noisy_codewords(rate, 3, 20.0, 1);
    const auto decoded = decode({.rate = rate, .max_codewords = 3}, batch.llrs);
    ASSERT_OK(decoded);
    EXPECT_EQ(decoded.value().payload, batch.payload);
    for (const InnerOutcome& outcome : decoded.value().outcomes) {
      EXPECT_EQ(outcome.decoded, 1) << format::to_string(rate);
      EXPECT_EQ(outcome.iterations, 0) << format::to_string(rate);
      EXPECT_EQ(outcome.second_pass, 0);
      EXPECT_EQ(outcome.bits_flipped, 0);
    }
  }
}

TEST_P(InnerDecoderTest, FlippedBitsAreCorrectedAndCounted) {
  for (const format::Rate rate : kRates) {
    auto batch = noisy_codewords(rate, 1, 20.0, 2);
    for (Llr& llr : batch.llrs) llr = llr < 0 ? Llr{-12} : Llr{12};
    for (std::size_t i = 5; i < batch.llrs.size(); i += 150)
      batch.llrs[i] = static_cast<Llr>(-batch.llrs[i]);
    const auto flipped = static_cast<std::int32_t>((batch.llrs.size() - 6) / 150 + 1);
    const auto decoded = decode({.rate = rate}, batch.llrs);
    ASSERT_OK(decoded);
    EXPECT_EQ(decoded.value().payload, batch.payload) << format::to_string(rate);
    EXPECT_EQ(decoded.value().outcomes[0].bits_flipped, flipped);
    EXPECT_GT(decoded.value().outcomes[0].iterations, 0);
  }
}

TEST_P(InnerDecoderTest, NoiseHalfADecibelAboveTheThresholdIsCorrected) {
  for (std::size_t r = 0; r < kRates.size(); ++r) {
    const auto batch = noisy_codewords(kRates[r], trials(24), kThresholdDb[r] + 0.5, 3);
    const auto decoded = decode({.rate = kRates[r], .max_codewords = 24}, batch.llrs);
    ASSERT_OK(decoded);
    EXPECT_EQ(decoded.value().payload, batch.payload) << format::to_string(kRates[r]);
    for (const InnerOutcome& outcome : decoded.value().outcomes) EXPECT_EQ(outcome.decoded, 1);
  }
}

TEST_P(InnerDecoderTest, TwoPercentOfErasedBitsCostLessThanSixTenthsOfADecibel) {
  const auto batch = noisy_codewords(format::Rate::kFourFifths, trials(24), 1.94 + 0.6, 4, 0.02);
  const auto decoded = decode({.max_codewords = 24}, batch.llrs);
  ASSERT_OK(decoded);
  EXPECT_EQ(decoded.value().payload, batch.payload);
}

TEST_P(InnerDecoderTest, FailuresAreSaidAndDoNotTouchTheirNeighbours) {
  auto batch = noisy_codewords(format::Rate::kFourFifths, 5, 5.0, 5);
  const std::size_t bits = batch.llrs.size() / 5;
  std::mt19937 random(6);
  for (std::size_t i = 2 * bits; i < 3 * bits; ++i)
    batch.llrs[i] = static_cast<Llr>(static_cast<int>(random() % 33) - 16);
  const auto decoded = decode({.max_codewords = 5}, batch.llrs);
  ASSERT_OK(decoded);
  for (const std::size_t i : {0U, 1U, 3U, 4U}) {
    EXPECT_EQ(decoded.value().outcomes[i].decoded, 1);
    EXPECT_EQ(std::memcmp(&decoded.value().payload[i * kBytes], &batch.payload[i * kBytes], kBytes),
              0);
  }
  EXPECT_EQ(decoded.value().outcomes[2].decoded, 0);
  EXPECT_EQ(decoded.value().outcomes[2].iterations, 100);
}

TEST_P(InnerDecoderTest, NoiseAloneIsNeverTakenForACodeword) {
  const std::size_t count = trials(40);
  for (const format::Rate rate : kRates) {
    std::vector<Llr> llrs(count * static_cast<std::size_t>(format::codeword_bits(rate)));
    std::mt19937 random(7);
    for (Llr& llr : llrs) llr = static_cast<Llr>(static_cast<int>(random() % 61) - 30);
    const auto decoded =
        decode({.rate = rate, .max_codewords = static_cast<std::int32_t>(count)}, llrs);
    ASSERT_OK(decoded);
    for (const InnerOutcome& outcome : decoded.value().outcomes) EXPECT_EQ(outcome.decoded, 0);
  }
}

TEST_P(InnerDecoderTest, TooFewKnownBitsAreNotTakenForTheWordOfAllZeros) {
  std::vector<Llr> llrs(static_cast<std::size_t>(format::codeword_bits(format::Rate::kFourFifths)));
  auto decoded = decode({}, llrs);  // all erased
  ASSERT_OK(decoded);
  EXPECT_EQ(decoded.value().outcomes[0].decoded, 0);

  std::fill_n(llrs.begin(), format::kInformationBits - 1, Llr{40});
  decoded = decode({}, llrs);
  ASSERT_OK(decoded);
  EXPECT_EQ(decoded.value().outcomes[0].decoded, 0);

  std::fill(llrs.begin(), llrs.end(), Llr{40});  // the word of all zeros as it may be written
  decoded = decode({}, llrs);
  ASSERT_OK(decoded);
  EXPECT_EQ(decoded.value().outcomes[0].decoded, 1);
  EXPECT_EQ(decoded.value().payload, std::vector<std::uint8_t>(kBytes, 0));
}

TEST_P(InnerDecoderTest, EveryRateAgreesWithTheScalarDecoderToTheBit) {
  for (std::size_t r = 0; r < kRates.size(); ++r) {
    // Below the threshold, so that some fail, some need the second pass, and most iterate long.
    const InnerDecoderConfig config{.rate = kRates[r], .max_codewords = 8};
    const std::size_t count = trials(8);
    const auto batch = noisy_codewords(kRates[r], count, kThresholdDb[r] - 0.15, 8 + r, 0.002);
    const auto decoded = decode(config, batch.llrs);
    ASSERT_OK(decoded);
    const std::size_t bits = batch.llrs.size() / count;
    ScalarInnerDecoder scalar(config);
    for (std::size_t i = 0; i < count; ++i) {
      std::vector<std::uint8_t> payload(kBytes);
      std::vector<Llr> beliefs(bits);
      const auto expected = scalar.decode({&batch.llrs[i * bits], bits}, payload, beliefs);
      EXPECT_EQ(std::memcmp(&decoded.value().beliefs[i * bits], beliefs.data(), bits), 0);
      const InnerOutcome& outcome = decoded.value().outcomes[i];
      EXPECT_EQ(outcome.decoded, expected.decoded) << format::to_string(kRates[r]);
      EXPECT_EQ(outcome.second_pass, expected.second_pass);
      EXPECT_EQ(outcome.iterations, expected.iterations);
      EXPECT_EQ(outcome.bits_flipped, expected.bits_flipped);
      if (expected.decoded == 0) continue;
      EXPECT_EQ(std::memcmp(&decoded.value().payload[i * kBytes], payload.data(), kBytes), 0);
    }
  }
}

TEST_P(InnerDecoderTest, LoudSoftBitsThatSaturateAgreeWithTheScalarDecoder) {
  const InnerDecoderConfig config{
      .max_codewords = 4, .min_sum_iterations = 1, .box_plus_iterations = 2, .retry_iterations = 4};
  auto batch = noisy_codewords(config.rate, 4, 1.8, 20);
  for (Llr& llr : batch.llrs) llr = static_cast<Llr>(std::clamp(8 * llr, -127, 127));
  const auto decoded = decode(config, batch.llrs);
  ASSERT_OK(decoded);
  const std::size_t bits = batch.llrs.size() / 4;
  ScalarInnerDecoder scalar(config);
  for (std::size_t i = 0; i < 4; ++i) {
    std::vector<std::uint8_t> payload(kBytes);
    std::vector<Llr> beliefs(bits);
    const auto expected = scalar.decode({&batch.llrs[i * bits], bits}, payload, beliefs);
    EXPECT_EQ(std::memcmp(&decoded.value().beliefs[i * bits], beliefs.data(), bits), 0);
    EXPECT_EQ(decoded.value().outcomes[i].decoded, expected.decoded);
    EXPECT_EQ(decoded.value().outcomes[i].iterations, expected.iterations);
    EXPECT_EQ(decoded.value().outcomes[i].bits_flipped, expected.bits_flipped);
  }
}

TEST_P(InnerDecoderTest, LoudSoftBitsDoNotLockTheFirstPass) {
  auto batch = noisy_codewords(format::Rate::kFourFifths, 100, 2.4, 22);
  for (Llr& llr : batch.llrs) llr = static_cast<Llr>(std::clamp(2 * llr, -127, 127));
  const auto decoded = decode({.max_codewords = 100, .retry_iterations = 0}, batch.llrs);
  ASSERT_OK(decoded);
  EXPECT_EQ(decoded.value().payload, batch.payload);
}

TEST_P(InnerDecoderTest, ABatchOfNothingIsDone) {
  const auto decoder = backend().make_inner_decoder({});
  ASSERT_TRUE(decoder.has_value());
  ASSERT_OK(decoder.value()->run(nullptr, 0, nullptr, nullptr));
}

TEST_P(InnerDecoderTest, ABatchLargerThanPlannedIsRefused) {
  const auto batch = noisy_codewords(format::Rate::kFourFifths, 3, 10.0, 9);
  const auto decoded = decode({.max_codewords = 2}, batch.llrs);
  ASSERT_FALSE(decoded.has_value());
  EXPECT_EQ(decoded.error().code, ErrorCode::kInvalidArgument);
}

TEST_P(InnerDecoderTest, AConfigurationThatMeansNothingIsRefused) {
  const std::array configs{InnerDecoderConfig{.max_codewords = 0},
                           InnerDecoderConfig{.min_sum_iterations = 0},
                           InnerDecoderConfig{.min_sum_iterations = 1'000'000},
                           InnerDecoderConfig{.box_plus_iterations = -1},
                           InnerDecoderConfig{.retry_iterations = -1},
                           InnerDecoderConfig{.rate = static_cast<format::Rate>(5)}};
  for (const InnerDecoderConfig& config : configs) {
    const auto decoder = backend().make_inner_decoder(config);
    ASSERT_FALSE(decoder.has_value());
    EXPECT_EQ(decoder.error().code, ErrorCode::kInvalidArgument);
  }
}

OSTRACON_ON_EVERY_BACKEND(InnerDecoderTest);

}  // namespace
}  // namespace ostracon::test
