#include <gtest/gtest.h>

#include <cmath>

#include "bench/dose_curve/dose_search.hpp"
#include "bench/dose_curve/limits.hpp"
#include "bench/dose_curve/operating_dose.hpp"
#include "bench/interval.hpp"

namespace ostracon::bench {
namespace {

/// A reader that passes from `threshold` on and loses everything 1 dB below.
auto reader_of(std::int32_t threshold, int& calls) {
  return [threshold, &calls](std::int32_t step) -> Result<DoseVerdict> {
    ++calls;
    return DoseVerdict{step >= threshold, std::clamp((threshold - step) / 20.0, 0.0, 1.0)};
  };
}

TEST(DoseSearch, FindsTheLeastPassingStepFromBelowAndFromAbove) {
  for (const std::int32_t threshold : {380, 395, 399, 400, 401, 402, 403, 404, 437, 500}) {
    int calls = 0;
    const auto found = find_operating_dose(400, reader_of(threshold, calls));
    ASSERT_TRUE(found);
    ASSERT_TRUE(found.value().operating_step);
    EXPECT_EQ(*found.value().operating_step, threshold);
    EXPECT_TRUE(found.value().tried.at(threshold).passed);
    EXPECT_FALSE(found.value().tried.at(threshold - 1).passed);
    EXPECT_LE(calls, 16);
  }
}

TEST(DoseSearch, GivesUpWhereNoDoseWithinReachPasses) {
  int calls = 0;
  const auto found = find_operating_dose(400, reader_of(1000, calls));
  ASSERT_TRUE(found);
  EXPECT_FALSE(found.value().operating_step);
}

TEST(DoseSearch, PassesAnErrorOn) {
  const auto found = find_operating_dose(0, [](std::int32_t) -> Result<DoseVerdict> {
    return Error{ErrorCode::kOutOfMemory, "no memory"};
  });
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::kOutOfMemory);
}

TEST(DoseSearch, StepsAreTwentiethsOfADecibel) {
  EXPECT_NEAR(dose_of_step(200), 10.0, 1e-12);
  EXPECT_NEAR(decibels(dose_of_step(1) / dose_of_step(0)), 0.05, 1e-12);
  for (const std::int32_t step : {0, 7, 413, 600})
    EXPECT_EQ(step_of_dose(dose_of_step(step)), step);
}

TEST(Interval, AgreesWithPublishedClopperPearsonBounds) {
  // 3 of 10: 0.0667 .. 0.6525; none of 10: 0 .. 0.3085 (the rule of 1 - 0.025^(1/n)).
  EXPECT_NEAR(share_interval(3, 10).low, 0.0667, 1e-4);
  EXPECT_NEAR(share_interval(3, 10).high, 0.6525, 1e-4);
  EXPECT_EQ(share_interval(0, 10).low, 0);
  EXPECT_NEAR(share_interval(0, 10).high, 1 - std::pow(0.025, 0.1), 1e-9);
  EXPECT_NEAR(share_interval(10, 10).low, std::pow(0.025, 0.1), 1e-9);
  EXPECT_EQ(share_interval(10, 10).high, 1);
}

TEST(Interval, HoldsForManyTrials) {
  // docs/benchmarks.md: 71 of 3040 give 0.018 .. 0.029, 711 of 3040 give 0.22 .. 0.25.
  EXPECT_NEAR(share_interval(71, 3040).low, 0.0183, 5e-4);
  EXPECT_NEAR(share_interval(71, 3040).high, 0.0294, 5e-4);
  EXPECT_NEAR(share_interval(711, 3040).low, 0.219, 1e-3);
  EXPECT_NEAR(share_interval(711, 3040).high, 0.249, 1e-3);
}

TEST(Limits, TheTableIsScaledToTheContrast) {
  EXPECT_EQ(tabled_limit(0.3, format::Rate::kFourFifths), 73);
  EXPECT_EQ(tabled_limit(0.5, format::Rate::kEightNinths), 235);
  EXPECT_FALSE(tabled_limit(0.35, format::Rate::kFourFifths));
  EXPECT_FALSE(tabled_limit(0.3, format::Rate::kOneThird));
  EXPECT_NEAR(contrast_factor(0.5), 1, 1e-12);
  EXPECT_NEAR(contrast_factor(0.3), 3.148, 1e-3);
}

TEST(Limits, AGuessIsTheTableWhereThereIsOneAndLiesBetweenItElsewhere) {
  EXPECT_NEAR(guessed_limit(0.4, format::Rate::kTwoThirds), 75, 1e-9);
  const double between = guessed_limit(0.35, format::Rate::kFourFifths);
  EXPECT_GT(between, 73);
  EXPECT_LT(between, 111);
  EXPECT_LT(guessed_limit(0.3, format::Rate::kOneThird), 30);
}

TEST(Limits, DetectorNoiseCostsWhatTheFormulaOfTheChannelSays) {
  sem::Profile profile;
  profile.scan.frames = 8;
  profile.scan.pixels_per_module = 3;
  profile.optics.contrast = 0.5;
  profile.noise.detector_sigma_electrons = 0.3;
  const double noisy = limit_with_noise(111, profile);
  // At the noisy limit the noise costs as much as it lies above the clean one.
  const double cost = 1 + 8 * 9 * 0.09 / (noisy * 0.75);
  EXPECT_NEAR(noisy / 111, cost, 1e-9);
  profile.noise.detector_sigma_electrons = 0;
  EXPECT_NEAR(limit_with_noise(111, profile), 111, 1e-9);
  profile.noise.excess_factor = 1.5;
  EXPECT_NEAR(limit_with_noise(100, profile), 150, 1e-9);
}

TEST(Limits, ShadingGivesZonesMoreAndLessThanTheDoseAskedFor) {
  double mean = 0, least = 2;
  for (int row = 0; row < 2; ++row)
    for (int col = 0; col < 2; ++col) {
      const double gain = zone_gain(0.25, 2, 2, row, col);
      mean += gain / 4;
      least = std::min(least, gain);
    }
  EXPECT_NEAR(mean, zone_gain(0.25, 1, 1, 0, 0), 1e-3);
  EXPECT_LT(least, 0.97);
  EXPECT_GT(least, 0.75);
  EXPECT_EQ(zone_gain(0, 2, 2, 1, 0), 1);
}

TEST(OperatingDose, LossesAreAllowedInProportionAndRoundedDown) {
  EXPECT_EQ(allowed_losses(3040), 3);
  EXPECT_EQ(allowed_losses(3039), 2);
  EXPECT_EQ(allowed_losses(6080), 6);
  EXPECT_EQ(allowed_losses(108), 0);
}

}  // namespace
}  // namespace ostracon::bench
