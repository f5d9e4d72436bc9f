#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "datasets/surface.hpp"
#include "tests/datasets/memory_plate.hpp"

namespace ostracon::sem {
namespace {

constexpr std::int32_t kSide = 64;

Profile fine_profile() {
  Profile profile = still_profile();
  profile.noise.electrons_per_module = 1e9;
  profile.scan.pixels_per_module = 8;
  return profile;
}

double erf_pulse(double x, double sigma, double fill) {
  return (std::erf((x + fill / 2) / (std::sqrt(2) * sigma)) -
          std::erf((x - fill / 2) / (std::sqrt(2) * sigma))) /
         2;
}

TEST(Optics, DrawASinglePitByTheErfFormula) {
  for (const double fill : {1.0, 0.7}) {
    MemoryPlate plate(1, kSide, kSide, false);
    plate.modules(0)[32 * kSide + 32] = 1;
    Profile profile = fine_profile();
    profile.optics.pit_fill = fill;
    const Rendered field = render(profile, plate);
    ASSERT_GT(field.shape.rows, 0);
    const auto centre = field.truth.lattice[std::size_t(2 * field.truth.lattice_cols + 2)];
    double deepest = 1;
    for (std::int32_t y = -20; y <= 20; ++y) {
      for (std::int32_t x = -20; x <= 20; ++x) {
        const auto py = static_cast<std::int32_t>(centre[0]) + y;
        const auto px = static_cast<std::int32_t>(centre[1]) + x;
        const double level = field.level(0, py, px);
        const double expected =
            1 - 0.5 * erf_pulse((py - static_cast<double>(centre[0])) / 8, 0.3, fill) *
                    erf_pulse((px - static_cast<double>(centre[1])) / 8, 0.3, fill);
        ASSERT_NEAR(level, expected, 0.003) << y << " " << x;
        deepest = std::min(deepest, level);
      }
    }
    EXPECT_LT(deepest, 0.9);
  }
}

TEST(Optics, ExchangeLandAndPitsWhereInverted) {
  MemoryPlate plate(1, kSide, kSide);
  Profile profile = fine_profile();
  const Rendered normal = render(profile, plate);
  profile.optics.inverted = true;
  const Rendered inverted = render(profile, plate);
  ASSERT_GT(normal.shape.rows, 0);
  for (std::int32_t y = 200; y < 300; ++y)
    for (std::int32_t x = 200; x < 300; ++x)
      ASSERT_NEAR(normal.level(0, y, x) + inverted.level(0, y, x), 1.5, 0.003);
}

TEST(Optics, TreatAlmostEqualPitsAsEqualOnes) {
  MemoryPlate plate(1, kSide, kSide);
  Profile profile = fine_profile();
  profile.optics.edge_peak = 0.3;
  const Rendered equal = render(profile, plate);
  profile.optics.placement_error_nm = 1e-6;
  const Rendered unequal = render(profile, plate);
  ASSERT_GT(equal.shape.rows, 0);
  double largest = 0;
  for (std::int32_t y = 0; y < equal.shape.rows; ++y)
    for (std::int32_t x = 0; x < equal.shape.cols; ++x)
      largest = std::max(largest, std::abs(equal.level(0, y, x) - unequal.level(0, y, x)));
  EXPECT_LT(largest, 0.006);
}

TEST(Optics, SpreadPitSizesAndPlacesByWhatIsAsked) {
  MemoryPlate plate(1, kSide, kSide, false);
  for (std::int32_t row = 8; row < kSide; row += 8)
    for (std::int32_t col = 8; col < kSide; col += 8)
      plate.modules(0)[static_cast<std::size_t>(row * kSide + col)] = 1;
  Profile profile = fine_profile();
  profile.optics.pit_size_spread = 0.1;
  profile.optics.placement_error_nm = 3;
  const Rendered field = render(profile, plate);
  ASSERT_GT(field.shape.rows, 0);
  double place_power = 0, area_power = 0, area_mean = 0;
  int pits = 0;
  for (std::int32_t row = 8; row < kSide; row += 8) {
    for (std::int32_t col = 8; col < kSide; col += 8, ++pits) {
      const auto at = field.truth.lattice[0];
      const double y0 = static_cast<double>(at[0]) + 8 * row,
                   x0 = static_cast<double>(at[1]) + 8 * col;
      double area = 0, moment = 0;
      for (auto y = static_cast<std::int32_t>(y0) - 20; y <= y0 + 20; ++y) {
        for (auto x = static_cast<std::int32_t>(x0) - 20; x <= x0 + 20; ++x) {
          const double depth = (1 - field.level(0, y, x)) / 0.5 / 64;
          area += depth;
          moment += depth * (x - x0) / 8;
        }
      }
      area_mean += area;
      area_power += (area - 1) * (area - 1);
      place_power += moment / area * moment / area;
    }
  }
  ASSERT_EQ(pits, 49);
  EXPECT_NEAR(area_mean / pits, 1, 0.12);
  EXPECT_NEAR(std::sqrt(area_power / pits), 0.2, 0.07);  // twice the spread of the side
  EXPECT_NEAR(std::sqrt(place_power / pits), 3.0 / 49, 0.02);
}

TEST(Optics, BrightenALongEdgeByThePeakAndTheSideOfTheDetector) {
  MemoryPlate plate(1, kSide, kSide, false);
  for (std::int32_t row = 0; row < kSide; ++row)
    for (std::int32_t col = 20; col < 44; ++col)
      plate.modules(0)[static_cast<std::size_t>(row * kSide + col)] = 1;
  Profile profile = fine_profile();
  profile.optics.edge_peak = 0.4;
  profile.optics.edge_asymmetry = 0.25;
  const Rendered field = render(profile, plate);
  ASSERT_GT(field.shape.rows, 0);
  const auto origin = field.truth.lattice[0];
  const auto y = static_cast<std::int32_t>(origin[0]) + 8 * 32;
  const auto level_at = [&](double module) {  // between the two nearest pixels
    const double x = static_cast<double>(origin[1]) + 8 * module;
    const auto left = static_cast<std::int32_t>(std::floor(x));
    const double share = x - left;
    return (1 - share) * field.level(0, y, left) + share * field.level(0, y, left + 1);
  };
  EXPECT_NEAR(level_at(19.5), 0.75 + 0.4 * 1.25, 0.01);
  EXPECT_NEAR(level_at(43.5), 0.75 + 0.4 * 0.75, 0.01);
  EXPECT_NEAR(level_at(32), 0.5, 0.003);
}

TEST(Charging, LeavesADecayingDarkTailAfterBrightPixels) {
  std::vector<float> signal(400, 0.75F);
  for (std::size_t x = 100; x < 200; ++x) signal[x] = 1.75F;
  add_charging(0.2, 50, 0.75, signal);
  EXPECT_FLOAT_EQ(signal[99], 0.75F);
  const double full = 0.2 * (1 - std::exp(-2.0));
  EXPECT_NEAR(static_cast<double>(signal[200]), 0.75 - full, 1e-3);
  EXPECT_NEAR(static_cast<double>(signal[250]), 0.75 - full * std::exp(-1.0), 1e-3);
}

}  // namespace
}  // namespace ostracon::sem
