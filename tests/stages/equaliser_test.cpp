#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/support/equaliser_fixture.hpp"

namespace ostracon::test {
namespace {

TEST_P(EqualiserTest, InterferenceWithoutNoiseIsTakenOut) {
  const SeenPage page = see({.beside = 0.22F, .diagonal = 0.05F, .offset = 0.03F});
  const auto out = equalise(page);
  ASSERT_OK(out);
  EXPECT_EQ(out.value().error_rate(page), 0.0);
  EXPECT_GT(out.value().mutual_information(page), 0.97);
  EXPECT_GT(out.value().report.signal_to_noise, 50);
  EXPECT_LT(out.value().report.erased_fraction, 0.02F);
  EXPECT_EQ(out.value().report.slipped_fraction, 0.0F);
  EXPECT_NEAR(out.value().report.amplitude, 0.33F, 0.02F);
  EXPECT_GT(out.value().report.trained_on, 5000);
}

TEST_P(EqualiserTest, WithoutInterferenceTheSoftBitsAreWorthTheCapacity) {
  for (const float sigma : {0.4F, 0.7F, 1.0F}) {
    const SeenPage page = see({.noise = sigma}, 2);
    const auto out = equalise(page);
    ASSERT_OK(out);
    const float snr = 1 / (sigma * sigma);
    EXPECT_NEAR(out.value().report.signal_to_noise / snr, 1, 0.06) << sigma;
    EXPECT_NEAR(out.value().mutual_information(page), binary_capacity(static_cast<double>(sigma)),
                0.015)
        << sigma;
  }
}

TEST_P(EqualiserTest, EqualisingBeatsTheMatchedFilterAlone) {
  const SeenPage page = see({.beside = 0.25F, .diagonal = 0.06F, .noise = 0.4F}, 3);
  const auto out = equalise(page);
  ASSERT_OK(out);
  std::size_t wrong = 0;
  for (std::int32_t r = 0; r < kSide; ++r)
    for (std::int32_t c = 0; c < kSide; ++c)
      wrong += (page.grid[grid_index(r + 2, c + 2)] < 0) != (page.bits[module_index(r, c)] != 0);
  EXPECT_LT(out.value().error_rate(page),
            0.6 * static_cast<double>(wrong) / static_cast<double>(kModules));
}

TEST_P(EqualiserTest, InvertedContrastGivesTheSameSoftBits) {
  SeenPage page = see({.beside = 0.2F, .noise = 0.3F}, 4);
  const auto upright = equalise(page);
  for (float& value : page.grid) value = -value;
  const auto inverted = equalise(page);
  ASSERT_OK(upright);
  ASSERT_OK(inverted);
  EXPECT_LT(inverted.value().error_rate(page), 0.01);
  EXPECT_NEAR(inverted.value().report.amplitude, -upright.value().report.amplitude, 1e-4F);
  EXPECT_NEAR(inverted.value().mutual_information(page), upright.value().mutual_information(page),
              1e-3);
}

TEST_P(EqualiserTest, DamageIsErased) {
  SeenPage page = see({.beside = 0.15F, .noise = 0.3F}, 5);
  const auto is_dirt = [](std::int32_t r, std::int32_t c) {
    return (r - 60) * (r - 60) + (c - 100) * (c - 100) < 81;
  };
  for (std::int32_t r = 0; r < kSide; ++r)
    for (std::int32_t c = 0; c < kSide; ++c)
      if (is_dirt(r, c)) page.grid[grid_index(r + 2, c + 2)] = 1.4F;
  const auto out = equalise(page);
  ASSERT_OK(out);
  std::size_t erased_elsewhere = 0;
  for (std::int32_t r = 0; r < kSide; ++r)
    for (std::int32_t c = 0; c < kSide; ++c) {
      const bool erased = out.value().llrs[module_index(r, c)] == 0;
      if (is_dirt(r, c)) {
        EXPECT_TRUE(erased) << r << ' ' << c;
      }
      const bool near = (r - 60) * (r - 60) + (c - 100) * (c - 100) < 144;
      if (erased && !near) ++erased_elsewhere;
    }
  EXPECT_LT(erased_elsewhere, kModules / 50);
  EXPECT_LT(out.value().error_rate(page), 0.005);
  EXPECT_GT(out.value().report.erased_fraction, 200.0F / static_cast<float>(kModules));
}

TEST_P(EqualiserTest, ATileThatSlippedByAModuleIsErased) {
  SeenPage page = see({.noise = 0.3F}, 6);
  for (std::int32_t r = 64; r < 128; ++r)
    for (std::int32_t c = 64; c < 128; ++c)
      page.grid[grid_index(r + 2, c + 2)] = page.grid[grid_index(r + 2, c + 3)];
  const auto out = equalise(page);
  ASSERT_OK(out);
  EXPECT_NEAR(out.value().report.slipped_fraction, 1.0F / 9, 1e-4F);
  for (std::int32_t r = 64; r < 128; ++r)
    for (std::int32_t c = 64; c < 128; ++c)
      ASSERT_EQ(out.value().llrs[module_index(r, c)], 0) << r << ' ' << c;
  std::size_t erased = 0;
  for (const Llr llr : out.value().llrs) erased += llr == 0 ? 1 : 0;
  EXPECT_LT(erased, 64U * 64U + kModules / 50);
  EXPECT_LT(out.value().error_rate(page), 0.005);
}

TEST_P(EqualiserTest, ModulesThatNoFrameSawAreErased) {
  SeenPage page = see({.noise = 0.3F}, 7);
  for (std::int32_t r = 0; r < 40; ++r)
    for (std::int32_t c = 0; c < kGridSide; ++c) {
      page.weight[grid_index(r, c)] = 0;
      page.grid[grid_index(r, c)] = 0;
    }
  const auto out = equalise(page);
  ASSERT_OK(out);
  for (std::int32_t c = 0; c < kSide; ++c) {
    EXPECT_EQ(out.value().llrs[module_index(20, c)], 0);
    EXPECT_EQ(out.value().usable[module_index(20, c)], 0);
    EXPECT_EQ(out.value().usable[module_index(60, c)], 1);
    EXPECT_EQ(out.value().llrs[module_index(37, c)], 0);
  }
  EXPECT_LT(out.value().error_rate(page), 0.005);
  EXPECT_NEAR(out.value().report.erased_fraction, 39.0F / kSide, 0.02F);
}

TEST_P(EqualiserTest, ANoisierQuarterGetsWeakerSoftBits) {
  SeenPage page = see({.noise = 0.4F}, 8);
  sem::Random random(99);
  for (std::int32_t r = 0; r < kGridSide / 2; ++r)
    for (std::int32_t c = 0; c < kGridSide / 2; ++c)
      page.grid[grid_index(r, c)] += static_cast<float>(0.33 * 0.7 * random.normal());
  const auto out = equalise(page);
  ASSERT_OK(out);
  double noisy = 0, quiet = 0;
  for (std::int32_t r = 8; r < 80; ++r)
    for (std::int32_t c = 8; c < 80; ++c) {
      noisy += std::abs(out.value().llrs[module_index(r, c)]);
      quiet += std::abs(out.value().llrs[module_index(r + 104, c + 104)]);
    }
  EXPECT_LT(noisy, 0.7 * quiet);
}

TEST_P(EqualiserTest, FewerThanTwoHundredKnownModulesEraseEverything) {
  SeenPage page = see({.noise = 0.2F}, 9);
  int left = 199;
  for (std::uint8_t& known : page.known)
    if (known < 2 && left-- <= 0) known = 2;
  const auto out = equalise(page);
  ASSERT_OK(out);
  EXPECT_EQ(out.value().report.erased_fraction, 1.0F);
  EXPECT_EQ(out.value().report.trained_on, 0);
  for (const Llr llr : out.value().llrs) ASSERT_EQ(llr, 0);
}

TEST_P(EqualiserTest, AGridOfNothingIsErasedOrSaysNothingCertain) {
  SeenPage page = see({}, 10);
  std::fill(page.grid.begin(), page.grid.end(), 0.0F);
  const auto out = equalise(page);
  ASSERT_OK(out);
  EXPECT_LT(out.value().mutual_information(page), 0.01);
  EXPECT_GT(out.value().mutual_information(page), -0.02);
  EXPECT_TRUE(std::isfinite(out.value().report.signal_to_noise));
  EXPECT_TRUE(std::isfinite(out.value().report.amplitude));
}

TEST_P(EqualiserTest, OtherShapesThanPlannedAreRefused) {
  const auto grid = filled_image(backend(), 68, 68, 0.0F);
  const auto narrow = filled_image(backend(), 68, 67, 0.0F);
  const auto known = filled_image(backend(), 64, 64, std::uint8_t{2});
  const auto llrs = filled_image(backend(), 64, 64, Llr{0});
  const auto usable = filled_image(backend(), 64, 64, std::uint8_t{0});
  const auto equaliser = backend().make_equaliser({64, 64});
  ASSERT_TRUE(grid.has_value() && narrow.has_value() && known.has_value() && llrs.has_value() &&
              usable.has_value() && equaliser.has_value());
  const auto run = [&](const auto& of_grid, const auto& of_weight) {
    return equaliser.value()->run(of_grid.value().view(), of_weight.value().view(),
                                  known.value().view(), llrs.value().view(), usable.value().view());
  };
  EXPECT_TRUE(run(grid, grid).has_value());
  ASSERT_FALSE(run(narrow, grid).has_value());
  EXPECT_EQ(run(narrow, grid).error().code, ErrorCode::kInvalidArgument);
  EXPECT_FALSE(run(grid, narrow).has_value());
  EXPECT_FALSE(backend().make_equaliser({0, 64}).has_value());
}

OSTRACON_ON_EVERY_BACKEND(EqualiserTest);

}  // namespace
}  // namespace ostracon::test
