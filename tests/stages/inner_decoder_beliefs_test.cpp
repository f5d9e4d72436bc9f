// What the inner decoder hands out besides payloads, and how little it can be asked to do.

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <random>

#include "tests/support/inner_decoder_fixture.hpp"

namespace ostracon::test {
namespace {

using InnerDecoderBeliefsTest = InnerDecoderTest;

/// The sent bits of a batch.
std::vector<std::uint8_t> sent_bits(const NoisyCodewords& batch, format::Rate rate) {
  std::vector<std::uint8_t> sent(batch.llrs.size());
  const auto bits = static_cast<std::size_t>(format::codeword_bits(rate));
  for (std::size_t i = 0; i * bits < sent.size(); ++i)
    format::encode_codeword({&batch.payload[i * kBytes], kBytes}, rate, {&sent[i * bits], bits});
  return sent;
}

/// Bits a bit that `steps` tells of `sent`, taken as log-likelihood ratios in LLR steps.
double information(const std::vector<int>& steps, const std::vector<std::uint8_t>& sent) {
  double missing = 0;
  for (std::size_t i = 0; i < sent.size(); ++i)
    missing += std::log2(1 + std::exp((sent[i] != 0 ? 1 : -1) * double{kNatsPerLlrStep} *
                                      static_cast<double>(steps[i])));
  return 1 - missing / static_cast<double>(sent.size());
}

TEST_P(InnerDecoderBeliefsTest, BeliefsInADecodedCodewordAreItsBitsWithoutDoubt) {
  for (const format::Rate rate : kRates) {
    const auto batch = noisy_codewords(rate, 2, kThresholdDb[static_cast<std::size_t>(rate)] + 0.5,
                                       30, 0.01);  // the erased bits are told as well
    const auto decoded = decode({.rate = rate, .max_codewords = 2}, batch.llrs);
    ASSERT_OK(decoded);
    const auto sent = sent_bits(batch, rate);
    std::vector<Llr> expected(sent.size());
    for (std::size_t b = 0; b < sent.size(); ++b) expected[b] = sent[b] != 0 ? -127 : 127;
    EXPECT_EQ(decoded.value().beliefs, expected) << format::to_string(rate);
  }
}

TEST_P(InnerDecoderBeliefsTest, BeliefsInALostCodewordTellMoreThanTheChannelDid) {
  const auto batch = noisy_codewords(format::Rate::kFourFifths, trials(48, 8), 1.0, 31);
  const auto sent = sent_bits(batch, format::Rate::kFourFifths);
  std::array<double, 2> added{};  // bits a bit beyond the channel's word: min-sum, box-plus
  for (const bool box_plus : {false, true}) {
    const auto decoded = decode({.max_codewords = 48,
                                 .min_sum_iterations = box_plus ? 10 : 50,
                                 .box_plus_iterations = box_plus ? 40 : 0},
                                batch.llrs);
    ASSERT_OK(decoded);
    for (const InnerOutcome& outcome : decoded.value().outcomes) ASSERT_EQ(outcome.decoded, 0);
    std::vector<int> channel(batch.llrs.begin(), batch.llrs.end());
    std::vector<int> beliefs(decoded.value().beliefs.begin(), decoded.value().beliefs.end());
    EXPECT_GT(information(beliefs, sent), information(channel, sent) + 0.01);
    for (std::size_t b = 0; b < sent.size(); ++b) beliefs[b] -= channel[b];
    added[box_plus ? 1 : 0] = information(beliefs, sent);
  }
  EXPECT_GT(added[0], 0.07);
  EXPECT_GT(added[1], 0.14);
}

TEST_P(InnerDecoderBeliefsTest, BeliefsAreTheSoftBitsWhereTheDecoderHasNothingToSay) {
  // All parity checks hold, but the CRC does not.
  std::mt19937 random(32);
  std::vector<std::uint8_t> information(std::size_t{format::kInformationBits});
  for (std::uint8_t& bit : information) bit = static_cast<std::uint8_t>(random() % 2);
  std::vector<std::uint8_t> mother(std::size_t{68} * 384);
  format::encode_mother(format::payload_code(), information, mother);
  const auto bits = static_cast<std::size_t>(format::codeword_bits(format::Rate::kFourFifths));
  std::vector<Llr> llrs(bits);
  for (std::size_t b = 0; b < bits; ++b)
    llrs[b] = mother[b + std::size_t{format::kPuncturedBits}] != 0 ? -9 : 9;
  for (std::size_t b = 0; b < bits; b += 200) llrs[b] = static_cast<Llr>(-llrs[b]);
  auto decoded = decode({}, llrs);
  ASSERT_OK(decoded);
  EXPECT_EQ(decoded.value().outcomes[0].decoded, 0);
  EXPECT_EQ(decoded.value().beliefs, llrs);

  std::fill_n(llrs.begin(), bits / 4, Llr{0});  // fewer known than information bits
  decoded = decode({}, llrs);
  ASSERT_OK(decoded);
  EXPECT_EQ(decoded.value().beliefs, llrs);
}

TEST_P(InnerDecoderBeliefsTest, WhatIsSkippedStaysAsItIs) {
  const auto batch = noisy_codewords(format::Rate::kFourFifths, 3, 5.0, 33);
  const auto decoded = decode({.max_codewords = 3}, batch.llrs, true, {0, 1, 0});
  ASSERT_OK(decoded);
  const Decoded& result = decoded.value();
  const std::size_t bits = batch.llrs.size() / 3;
  for (const std::size_t i : {0U, 2U}) {
    EXPECT_EQ(result.outcomes[i].decoded, 1);
    EXPECT_EQ(std::memcmp(&result.payload[i * kBytes], &batch.payload[i * kBytes], kBytes), 0);
    EXPECT_EQ(std::abs(result.beliefs[i * bits]), 127);
  }
  EXPECT_EQ(result.outcomes[1].decoded, 0);
  for (std::size_t i = 0; i < kBytes; ++i) ASSERT_EQ(result.payload[kBytes + i], 77);
  for (std::size_t b = 0; b < bits; ++b) ASSERT_EQ(result.beliefs[bits + b], 77);
}

TEST_P(InnerDecoderBeliefsTest, TheSecondPassCanBeLeftOutOfACall) {
  const auto batch = noisy_codewords(format::Rate::kFourFifths, trials(8), 0.7, 34);
  const auto decoded = decode({.max_codewords = 8}, batch.llrs, false);
  ASSERT_OK(decoded);
  for (const InnerOutcome& outcome : decoded.value().outcomes) {
    EXPECT_EQ(outcome.decoded, 0);
    EXPECT_EQ(outcome.iterations, 50);
  }
}

OSTRACON_ON_EVERY_BACKEND(InnerDecoderBeliefsTest);

}  // namespace
}  // namespace ostracon::test
