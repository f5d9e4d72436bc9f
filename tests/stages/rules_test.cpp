// The rules: arithmetic of one cell that every backend calls.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <tuple>
#include <vector>

#include "pipeline/llr.hpp"
#include "pipeline/rules/background.hpp"
#include "pipeline/rules/block_confidence.hpp"
#include "pipeline/rules/box_plus.hpp"
#include "pipeline/rules/damage.hpp"
#include "pipeline/rules/extrinsic.hpp"
#include "pipeline/rules/min_sum.hpp"
#include "pipeline/rules/pulse.hpp"
#include "pipeline/rules/soft_bit.hpp"

namespace ostracon::test {
namespace {

constexpr rules::SoftClasses kEven{1.0F, 0.25F, -1.0F, 0.25F};

TEST(PulseRule, IntegratesToOneAndSumsToOneOverModules) {
  for (const float blur : {0.0F, 0.1F, 0.3F, 0.5F, 0.9F}) {
    double integral = 0;
    for (int k = -8000; k <= 8000; ++k)
      integral += 1e-3 * static_cast<double>(rules::pulse(static_cast<float>(k) * 1e-3F, blur));
    EXPECT_NEAR(integral, 1, 1e-3) << blur;
    for (const float phase : {0.0F, 0.2F, 0.4F}) {
      double sum = 0;
      for (int k = -6; k <= 6; ++k)
        sum += static_cast<double>(rules::pulse(static_cast<float>(k) + phase, blur));
      EXPECT_NEAR(sum, 1, 1e-5) << blur << ' ' << phase;
    }
  }
}

TEST(PulseRule, IsEvenAndFallsFromItsCentre) {
  for (const float blur : {0.1F, 0.3F, 0.5F})
    for (float x = 0; x < 2.5F; x += 0.05F) {
      EXPECT_FLOAT_EQ(rules::pulse(x, blur), rules::pulse(-x, blur));
      EXPECT_GE(rules::pulse(x, blur) + 1e-7F, rules::pulse(x + 0.05F, blur));
    }
}

TEST(PulseRule, WithoutBlurIsTheSquareOfAModule) {
  EXPECT_NEAR(rules::pulse(0.0F, 0.0F), 1, 1e-6F);
  EXPECT_NEAR(rules::pulse(0.4F, 0.0F), 1, 1e-4F);
  EXPECT_NEAR(rules::pulse(0.5F, 0.0F), 0.5F, 1e-4F);
  EXPECT_NEAR(rules::pulse(0.6F, 0.0F), 0, 1e-4F);
}

TEST(SoftBitRule, RisesWithTheValueAndIsClipped) {
  for (const rules::SoftClasses& classes :
       {kEven, rules::SoftClasses{1, 0.3F, -1, 0.15F}, rules::SoftClasses{1, 1.2F, -1, 0.9F}}) {
    int before = -128;
    for (float value = -6; value <= 6; value += 0.02F) {
      const int llr = rules::soft_bit(value, 1, classes);
      EXPECT_GE(llr, before) << value;
      EXPECT_LE(std::abs(llr), rules::kMostLlrSteps);
      before = llr;
    }
    EXPECT_LT(rules::soft_bit(-1, 1, classes), 0);
    EXPECT_GT(rules::soft_bit(1, 1, classes), 0);
  }
  EXPECT_EQ(rules::soft_bit(100, 0.01F, kEven), rules::kMostLlrSteps);
  EXPECT_EQ(rules::soft_bit(-100, 0.01F, kEven), -rules::kMostLlrSteps);
}

TEST(SoftBitRule, IsTheLogLikelihoodRatioOfTwoGaussians) {
  // Equal variances v: L = 2 x / v nats.
  for (const float x : {-1.1F, -0.4F, 0.0F, 0.3F, 0.9F})
    EXPECT_NEAR(rules::soft_bit(x, 1, kEven), 2 * x / 0.25F / kNatsPerLlrStep, 0.5F + 1e-4F);
  // Unequal ones, half way: 1/2 (1/v_pit - 1/v_land) + 1/2 ln(v_pit / v_land).
  const rules::SoftClasses uneven{1, 0.5F, -1, 0.25F};
  const float nats = 0.5F * (1 / 0.25F - 1 / 0.5F) + 0.5F * std::log(0.25F / 0.5F);
  EXPECT_NEAR(rules::soft_bit(0, 1, uneven), nats / kNatsPerLlrStep, 0.5F + 1e-4F);
}

TEST(SoftBitRule, MoreErrorMakesLessOfIt) {
  EXPECT_EQ(rules::soft_bit(0.5F, 2, kEven), std::lround(4 / 2 / kNatsPerLlrStep));
  int before = rules::kMostLlrSteps + 1;
  for (const float level : {0.4F, 1.0F, 2.0F, 4.0F}) {
    const int llr = rules::soft_bit(0.8F, level, kEven);
    EXPECT_LT(llr, before);
    before = llr;
  }
}

TEST(MinSumRule, SumsSaturate) {
  EXPECT_EQ(rules::add(100, 50), 127);
  EXPECT_EQ(rules::add(-100, -50), -128);
  EXPECT_EQ(rules::subtract(-100, 50), -128);
  EXPECT_EQ(rules::subtract(100, -50), 127);
  EXPECT_EQ(rules::subtract(20, 50), -30);
}

TEST(MinSumRule, ACheckRepliesWithTheSmallestOfTheOtherEdges) {
  rules::CheckState check;
  for (const int message : {-20, 8, -12, 40})
    rules::absorb(check, static_cast<std::int8_t>(message));
  EXPECT_EQ(check.smallest, 8);
  EXPECT_EQ(check.second_smallest, 12);
  EXPECT_EQ(rules::reply(check, -20), -6);  // the others' product is negative
  EXPECT_EQ(rules::reply(check, 8), 10);
  EXPECT_EQ(rules::reply(check, 40), 6);
}

TEST(MinSumRule, AMagnitudeLosesAQuarterButAtMostTwoStepsAndHasABound) {
  for (int m = 0; m <= 128; ++m)
    EXPECT_EQ(rules::lessened(static_cast<std::uint8_t>(m)),
              std::min(std::max(3 * m / 4, m - 2), rules::kMostReply))
        << m;
  // What a bit of full belief brings back to the check it heard most from.
  EXPECT_GT(127 - rules::kMostReply, rules::kMostReply);
}

TEST(BoxPlusRule, IsTheParityOfTwoSoftBitsToHalfAStep) {
  constexpr double kQuarter = double{kNatsPerLlrStep} / 4;
  for (int a = 0; a <= 252; a += 3)
    for (int b = 0; b <= 252; b += 4) {
      const double product = std::tanh(kQuarter * a / 2) * std::tanh(kQuarter * b / 2);
      const double exact = 2 * std::atanh(std::min(product, 1 - 1e-12)) / kQuarter;
      const int rule = rules::box_plus(static_cast<std::uint8_t>(a), static_cast<std::uint8_t>(b));
      EXPECT_NEAR(rule, std::min(exact, 252.0), 2) << a << ' ' << b;
      EXPECT_EQ(rule, rules::box_plus(static_cast<std::uint8_t>(b), static_cast<std::uint8_t>(a)));
    }
}

TEST(BoxPlusRule, ACheckRepliesWithTheParityOfTheOtherEdges) {
  rules::BoxPlusState check;
  for (const int message : {-20, 8, -9, 40})
    rules::absorb(check, static_cast<std::int8_t>(message));
  EXPECT_EQ(check.smallest, 8);
  EXPECT_EQ(rules::reply(check, 8), 9);     // of 9, 20 and 40
  EXPECT_EQ(rules::reply(check, -20), -7);  // 8 less ln(1 + e^-3/8) nat, 1.4 steps
  EXPECT_EQ(rules::reply(check, 40), 7);
  for (int i = 0; i < 200; ++i) rules::absorb(check, 127);
  EXPECT_GT(rules::reply(check, 127), 0);  // sure edges do not wear the sum down to nothing
}

// The median of |x| is 0.6745 of a Gaussian's standard deviation.
TEST(DamageRule, LimitsAreStandardDeviationsOfTheSample) {
  EXPECT_FLOAT_EQ(rules::damage_limit(rules::kDamageSigmas, 0.6745F * 2), 7.8F);
  EXPECT_FLOAT_EQ(rules::damage_limit(rules::kResidualDamageSigmas, 0.6745F), 5.0F);
  EXPECT_TRUE(std::isinf(rules::damage_limit(1, INFINITY)));
}

// Of independent outputs of variance 1, means over windows of 201 modules have variance 1 / 201; of
// correlated ones four times that, and twice as much is beyond chance.
TEST(BackgroundRule, LightIsUnevenWhenWindowsDifferMoreThanNoiseDoes) {
  EXPECT_FALSE(rules::light_is_uneven(1e4 * 7.9 / 201, 1e4, 1e4));
  EXPECT_TRUE(rules::light_is_uneven(1e4 * 8.1 / 201, 1e4, 1e4));
  EXPECT_FALSE(rules::light_is_uneven(1e4 * 8.1 / 201, 2e4, 1e4));  // noisier
  EXPECT_FALSE(rules::light_is_uneven(0, 0, 1));
}

TEST(BlockConfidence, IsTheLogarithmOfALikelihoodRatioRoundedToTheSafeSide) {
  for (int size = 0; size <= 127; ++size) {
    const double exact = 256.0 * std::log1p(std::exp(-0.375 * size));
    EXPECT_GE(rules::doubt(static_cast<Llr>(size)), exact);
    EXPECT_LE(rules::doubt(static_cast<Llr>(size)), exact + 1.0);
    EXPECT_EQ(rules::doubt(static_cast<Llr>(-size)), rules::doubt(static_cast<Llr>(size)));
    EXPECT_EQ(rules::doubt(static_cast<Llr>(size)), rules::kDoubt[std::min(size, 15)]);
  }
  EXPECT_EQ(rules::kConfidencePerNat * kNatsPerLlrStep, rules::kConfidencePerStep);
  EXPECT_EQ(rules::kConfidencePerParityBit, std::floor(256.0 * std::log(2.0)));
  const std::int32_t most = rules::most_loss(208, 5000, 4096);
  EXPECT_GE(rules::block_confidence(208, 5000, most), 4096);
  EXPECT_LT(rules::block_confidence(208, 5000, most + 1), 4096);
  EXPECT_LT(rules::most_loss(56, 9000, 4096), 0);
}

TEST(ExtrinsicSteps, AreHalfOfWhatWasAddedAndNeverBeyondALlr) {
  EXPECT_EQ(rules::extrinsic_steps(20, 10), 5);
  EXPECT_EQ(rules::extrinsic_steps(-127, 127), -127);
  EXPECT_EQ(rules::extrinsic_steps(127, -127), 127);
  EXPECT_EQ(rules::extrinsic_steps(3, 0), 2);  // halves to even
  EXPECT_EQ(rules::extrinsic_steps(1, 0), 0);
  EXPECT_EQ(rules::scrambled(-5, 1), 5);
  EXPECT_EQ(rules::scrambled(-5, 0), -5);
}

}  // namespace
}  // namespace ostracon::test
