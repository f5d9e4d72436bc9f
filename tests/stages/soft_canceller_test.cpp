// Soft cancellation on pages whose matched filter outputs are drawn from a known response.

#include <cmath>
#include <vector>

#include "tests/support/cancelled_page.hpp"

namespace ostracon::test {
namespace {

class SoftCancellerTest : public CancelledPageTest {};

TEST_P(SoftCancellerTest, TheResponseIsLearnedFromTheKnownCorners) {
  const Channel channel;
  const auto out = read(see(channel));
  ASSERT_OK(out);
  const ChannelResponse& learned = out.value().learned;
  EXPECT_EQ(learned.trained_on, 4 * (kKnownSide - 4) * (kKnownSide - 4));
  EXPECT_NEAR(learned.bias, channel.bias, 0.01F);
  const float centre = learned.response[ChannelResponse::kCentre];
  EXPECT_NEAR(centre, channel.amplitude, 0.01F);
  for (std::int32_t i = -2; i <= 2; ++i)
    for (std::int32_t j = -2; j <= 2; ++j) {
      if (i == 0 && j == 0) continue;
      EXPECT_NEAR(learned.response[static_cast<std::size_t>((i + 2) * 5 + j + 2)] / centre,
                  channel.along(std::abs(i)) * channel.along(std::abs(j)), 0.03F)
          << i << ", " << j;
    }
  EXPECT_NEAR(std::sqrt(learned.noise * channel.energy()) / channel.amplitude, channel.noise,
              0.03F);
}

TEST_P(SoftCancellerTest, CancellationKnowsMoreThanLinearTaps) {
  const Page page = see({}, 2);
  const auto out = read(page);
  ASSERT_OK(out);
  const double linear = page.mutual_information(out.value().linear);
  const double cancelled = page.mutual_information(out.value().cancelled);
  EXPECT_GT(linear, 0.55);
  EXPECT_GT(cancelled, linear + 0.03);
}

TEST_P(SoftCancellerTest, WithAllNeighboursKnownOnlyTheNoiseIsLeft) {
  Page page = see({}, 3);
  std::vector<std::uint8_t> known = page.bits;  // all but one module in nine
  for (std::int32_t r = 1; r < kSide; r += 3)
    for (std::int32_t c = 1; c < kSide; c += 3) known[at(r, c)] = 2;
  const auto out = read(page, known, std::vector<Llr>(kModules), 24);
  ASSERT_OK(out);
  double sum = 0, square = 0, count = 0;
  for (std::int32_t r = 1; r < kSide; r += 3)
    for (std::int32_t c = 1; c < kSide; c += 3) {
      if (page.known[at(r, c)] < 2) continue;
      const double sign = page.bits[at(r, c)] == 0 ? 1 : -1;
      const double nats = sign * static_cast<double>(out.value().cancelled[at(r, c)]) * 0.375 / 0.8;
      sum += nats;
      square += nats * nats;
      count += 1;
    }
  // LLR of a bit in Gaussian noise: mean 2 / sigma^2, variance twice that. (Clipping at the
  // strongest LLR takes a little off both.)
  const double mean = sum / count;
  const Channel channel;
  const double expected =
      2 * static_cast<double>(channel.energy() / (channel.noise * channel.noise));
  EXPECT_NEAR(mean, expected, 0.06 * expected);
  EXPECT_NEAR((square / count - mean * mean) / mean, 2, 0.25);
}

TEST_P(SoftCancellerTest, WhatTheDecoderBelievesOfSomeHelpsTheOthers) {
  const Page page = see({}, 4);
  std::vector<Llr> prior(kModules);
  sem::Random random(5);
  for (std::size_t i = 0; i < kModules; ++i)
    if (random.word() % 2 == 0) prior[i] = page.bits[i] == 0 ? Llr{12} : Llr{-12};
  const auto alone = read(page);
  const auto helped = read(page, page.known, prior);
  ASSERT_OK(alone);
  ASSERT_OK(helped);
  Page others = page;
  for (std::size_t i = 0; i < kModules; ++i)
    if (prior[i] != 0) others.known[i] = page.bits[i];
  EXPECT_GT(others.mutual_information(helped.value().cancelled),
            others.mutual_information(alone.value().cancelled) + 0.03);
}

TEST_P(SoftCancellerTest, ABeliefDoesNotComeBackAsEvidenceOfItsOwnModule) {
  const Page page = see({}, 6);
  std::vector<Llr> prior(kModules);
  prior[at(96, 96)] = page.bits[at(96, 96)] == 0 ? Llr{-100} : Llr{100};  // a lie
  const auto before = read(page, page.known, std::vector<Llr>(kModules), 1);
  const auto after = read(page, page.known, prior, 1);
  ASSERT_OK(before);
  ASSERT_OK(after);
  EXPECT_EQ(before.value().cancelled[at(96, 96)], after.value().cancelled[at(96, 96)]);
  EXPECT_NE(before.value().cancelled[at(96, 97)], after.value().cancelled[at(96, 97)]);
  EXPECT_EQ(before.value().cancelled[at(96, 100)], after.value().cancelled[at(96, 100)]);
}

TEST_P(SoftCancellerTest, UnusableModulesSayNothing) {
  const Page page = see({}, 7);
  std::vector<std::uint8_t> mask(kModules, 1);
  for (std::int32_t r = 80; r < 100; ++r)
    for (std::int32_t c = 80; c < 100; ++c) mask[at(r, c)] = 0;
  const auto out = read(page, page.known, std::vector<Llr>(kModules), 6, &mask);
  ASSERT_OK(out);
  for (std::int32_t r = 80; r < 100; ++r)
    for (std::int32_t c = 80; c < 100; ++c) ASSERT_EQ(out.value().cancelled[at(r, c)], 0);
  EXPECT_GT(page.mutual_information(out.value().cancelled), 0.55);
}

TEST_P(SoftCancellerTest, ANoisierQuarterGetsWeakerEvidence) {
  Page page = see({.noise = 0.5F}, 8);
  sem::Random random(9);
  for (std::int32_t r = 0; r < kGridSide / 2; ++r)
    for (std::int32_t c = kGridSide / 2; c < kGridSide; ++c)
      page.grid[static_cast<std::size_t>(r * kGridSide + c)] +=
          0.33F * 0.6F * static_cast<float>(random.normal());
  const auto out = read(page);
  ASSERT_OK(out);
  double noisy = 0, quiet = 0;
  for (std::int32_t k = 50; k < 90; ++k)
    for (std::int32_t l = 50; l < 90; ++l) {
      noisy += std::abs(out.value().cancelled[at(k, l + 50)]);
      quiet += std::abs(out.value().cancelled[at(k + 50, l)]);
    }
  EXPECT_LT(noisy, 0.8 * quiet);
}

TEST_P(SoftCancellerTest, WithoutKnownNeighbourhoodsNothingIsLearned) {
  Page page = see({}, 10);
  for (std::size_t i = 0; i < kModules; i += 3) page.known[i] = 2;
  const auto out = read(page);
  ASSERT_FALSE(out.has_value());
  EXPECT_EQ(out.error().code, ErrorCode::kInvalidArgument);
  EXPECT_NE(out.error().message.find("learned"), std::string::npos);
}

TEST_P(SoftCancellerTest, OtherShapesThanPlannedAreRefused) {
  EXPECT_FALSE(backend().make_soft_canceller({0, 64}).has_value());
  const auto grid = filled_image(backend(), 68, 68, 0.0F);
  const auto byte = filled_image(backend(), 64, 64, std::uint8_t{2});
  const auto short_llrs = filled_image(backend(), 63, 64, Llr{0});
  const auto canceller = backend().make_soft_canceller({64, 64});
  ASSERT_TRUE(grid.has_value() && byte.has_value() && short_llrs.has_value() &&
              canceller.has_value());
  const auto begun = canceller.value()->begin(grid.value().view(), byte.value().view(),
                                              byte.value().view(), short_llrs.value().view());
  ASSERT_FALSE(begun.has_value());
  EXPECT_EQ(begun.error().code, ErrorCode::kInvalidArgument);
}

OSTRACON_ON_EVERY_BACKEND(SoftCancellerTest);

}  // namespace
}  // namespace ostracon::test
