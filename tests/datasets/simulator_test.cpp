#include "datasets/simulator.hpp"

#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <algorithm>
#include <cmath>

#include "tests/datasets/memory_plate.hpp"

namespace ostracon::sem {
namespace {

constexpr std::int32_t kSide = 200;

/// A bit of everything.
Profile full_profile() {
  Profile profile;
  profile.scan.frames = 2;
  profile.scan.drift_px = 6;
  profile.scan.row_jitter_px = 0.3;
  profile.geometry.rotation_deg = 2;
  profile.geometry.warp_rms_modules = 0.4;
  profile.noise.fast_axis_correlation = 0.2;
  profile.background = {0.3, 0.02, 0.01, 50, 0.1, 0.05};
  profile.damage = {0.03, 0.001};
  profile.optics.edge_peak = 0.2;
  profile.optics.placement_error_nm = 2;
  return profile;
}

TEST(Simulator, GivesTheSameBytesWithOneAndTwoThreadsAndInAnyOrder) {
  MemoryPlate plate(3, kSide, kSide);
  auto simulator = Simulator::create(full_profile(), plate, 4);
  ASSERT_TRUE(simulator);
  const std::size_t size = simulator.value().shape().bytes();
  std::vector<std::byte> one(size), two(size), other(size);
  {
    const tbb::global_control single(tbb::global_control::max_allowed_parallelism, 1);
    ASSERT_TRUE(simulator.value().render(1, one, nullptr));
  }
  const tbb::global_control both(tbb::global_control::max_allowed_parallelism, 2);
  ASSERT_TRUE(simulator.value().render(2, other, nullptr));
  ASSERT_TRUE(simulator.value().render(1, two, nullptr));
  EXPECT_EQ(one, two);
  EXPECT_NE(one, other);
  const Rendered other_seed = render(full_profile(), plate, 5, 1);
  EXPECT_NE(one, other_seed.bytes);
}

TEST(Simulator, KeepsTheSameElectronsInEveryPixelType) {
  MemoryPlate plate(1, kSide, kSide);
  Profile profile = full_profile();
  profile.adc = {32, 1, 0, 0};
  const Rendered exact = render(profile, plate);
  for (const double bits : {8.0, 16.0}) {
    profile.adc = {bits, bits == 8 ? 10.0 : 1000.0, 20, 0};
    const Rendered rounded = render(profile, plate);
    ASSERT_EQ(rounded.shape.bytes(), exact.shape.pixels_per_frame() * 2 * std::size_t(bits / 8));
    const double step = 1 / profile.adc.dn_per_electron / exact.truth.bright_electrons;
    const double lowest = -20 * step, highest = (bits == 8 ? 235 : 65515) * step;
    for (std::int32_t y = 0; y < exact.shape.rows; ++y)
      for (std::int32_t x = 0; x < exact.shape.cols; ++x)
        ASSERT_NEAR(rounded.level(1, y, x), std::clamp(exact.level(1, y, x), lowest, highest),
                    0.51 * step);
  }
}

TEST(Simulator, ChoosesAGainThatHardlyClipsOrClipsWhatIsAsked) {
  MemoryPlate plate(1, kSide, kSide);
  for (const double clip : {0.0, 0.02}) {
    Profile profile;
    profile.noise.electrons_per_module = 3000;
    profile.background.shading = 0.2;
    profile.adc.clip_fraction = clip;
    const Rendered field = render(profile, plate);
    ASSERT_GT(field.bytes.size(), 0U);
    const double share =
        static_cast<double>(std::count(field.bytes.begin(), field.bytes.end(), std::byte{255})) /
        static_cast<double>(field.bytes.size());
    EXPECT_NEAR(share, clip, clip == 0 ? 1e-5 : 0.008);
    const double land_dn = field.truth.bright_electrons * field.truth.dn_per_electron;
    if (clip == 0) {
      EXPECT_GT(land_dn, 60);
      EXPECT_LT(land_dn, 140);
    }
  }
}

TEST(Simulator, DamagesTheAreaAskedAndSaysWhere) {
  MemoryPlate plate(1, kSide, kSide, false);
  Profile profile = still_profile();
  profile.geometry.neighbours = false;
  double area = 0;
  int fields = 0;
  for (std::uint64_t seed = 0; seed < 12; ++seed, ++fields) {
    profile.damage.area = 0.05;
    const Rendered field = render(profile, plate, seed);
    ASSERT_GT(field.shape.rows, 0);
    int dirty = 0, pixels = 0;
    const auto corner = field.truth.lattice[0];
    for (std::int32_t row = 0; row < kSide - 1; ++row) {
      for (std::int32_t col = 0; col < kSide - 1; ++col) {
        const auto y = static_cast<std::int32_t>(std::lround(corner[0] + 3.0F * float(row)));
        const auto x = static_cast<std::int32_t>(std::lround(corner[1] + 3.0F * float(col)));
        const double level = field.level(0, y, x);
        const bool dark = std::abs(level - 0.25) < 0.01, bright = std::abs(level - 1.8) < 0.01;
        if (dark || bright) {
          EXPECT_EQ(field.truth.damaged[static_cast<std::size_t>(row * kSide + col)], 1);
          ++dirty;
        }
        ++pixels;
      }
    }
    area += static_cast<double>(dirty) / pixels;
  }
  EXPECT_NEAR(area / fields, 0.05, 0.015);
}

TEST(Simulator, LosesSignalToContaminationAndShadesTheField) {
  MemoryPlate plate(1, kSide, kSide, false);
  Profile profile = still_profile();
  profile.scan.frames = 3;
  profile.background.contamination = 0.1;
  const Rendered dirty = render(profile, plate);
  ASSERT_EQ(dirty.shape.frames, 3);
  const std::int32_t middle = dirty.shape.rows / 2;
  EXPECT_NEAR(dirty.level(2, middle, middle) / dirty.level(0, middle, middle), 0.81, 0.01);
  profile.background = {};
  profile.background.shading = 0.3;
  const Rendered shaded = render(profile, plate);
  double low = 9, high = 0;
  for (std::int32_t y = 100; y < shaded.shape.rows - 100; ++y) {
    low = std::min(low, shaded.level(0, y, 100));
    high = std::max(high, shaded.level(0, y, 100));
  }
  EXPECT_GT(high, 1.1);
  EXPECT_LT(low, 0.85);
  EXPECT_GT(low, 0.69);
  EXPECT_LT(high, 1.31);
}

TEST(Simulator, RefusesWhatItCannotDoWithASentence) {
  MemoryPlate none(0, kSide, kSide), plate(1, kSide, kSide);
  EXPECT_FALSE(Simulator::create(Profile{}, none, 1));
  Profile profile;
  profile.scan.pixels_per_module = 0;
  EXPECT_FALSE(Simulator::create(profile, plate, 1));
  MemoryPlate huge(1, 8000, 8);
  profile.scan.pixels_per_module = 32;
  profile.geometry.rotation_deg = 45;
  const auto too_large = Simulator::create(profile, huge, 1);
  ASSERT_FALSE(too_large);
  EXPECT_NE(too_large.error().message.find("too large"), std::string::npos);
  auto simulator = Simulator::create(Profile{}, plate, 1);
  ASSERT_TRUE(simulator);
  std::vector<std::byte> bytes(simulator.value().shape().bytes());
  EXPECT_FALSE(simulator.value().render(1, bytes, nullptr));
  bytes.pop_back();
  EXPECT_FALSE(simulator.value().render(0, bytes, nullptr));
}

TEST(Simulator, LooksAtTheFieldSizeAskedFor) {
  MemoryPlate plate(1, kSide, kSide);
  Profile profile = full_profile();
  profile.geometry.field_rows = 100;
  profile.geometry.field_cols = 72;
  const Rendered field = render(profile, plate);
  EXPECT_EQ(field.shape, (FieldShape{2, 100, 72, PixelType::kU8}));
}

}  // namespace
}  // namespace ostracon::sem
