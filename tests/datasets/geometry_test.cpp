#include "datasets/geometry.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "datasets/tables.hpp"
#include "tests/datasets/memory_plate.hpp"

namespace ostracon::sem {
namespace {

constexpr std::int32_t kSide = 128;

/// Everything that moves or bends, nothing that adds noise.
Profile moving_profile() {
  Profile profile = still_profile();
  profile.scan.frames = 3;
  profile.scan.pixels_per_module = 4;
  profile.scan.drift_px = 6;
  profile.scan.curved_drift_px = 4;
  profile.scan.frame_jump_px = 10;
  profile.scan.row_jitter_px = 0.5;
  profile.scan.mains_amplitude_px = 0.4;
  profile.geometry.rotation_deg = 5;
  profile.geometry.scale_error = 0.03;
  profile.geometry.shear = 0.02;
  profile.geometry.warp_rms_modules = 0.6;
  profile.geometry.stage_error_um = 0.5;
  return profile;
}

FieldMap map_of(const Profile& profile, const Rendered& field, std::uint64_t seed) {
  return {profile, {kSide, kSide, 49}, {field.shape.rows, field.shape.cols}, seed, 0};
}

/// Signal at `at` from the modules of a page, by the formula.
double expected_level(const FieldTruth& truth, Point at) {
  const auto row = static_cast<std::int32_t>(std::lround(at.y));
  const auto col = static_cast<std::int32_t>(std::lround(at.x));
  double depth = 0;
  for (std::int32_t r = row - 2; r <= row + 2; ++r)
    for (std::int32_t c = col - 2; c <= col + 2; ++c)
      depth += truth.modules[static_cast<std::size_t>(r * kSide + c)] * pulse(at.y - r, 0.3, 1) *
               pulse(at.x - c, 0.3, 1);
  return 1 - 0.5 * depth;
}

TEST(FieldMap, InvertsItself) {
  const Profile profile = moving_profile();
  const FieldMap map(profile, {kSide, kSide, 49}, {600, 640}, 3, 1);
  for (const Point module : {Point{0, 0}, Point{127, 5}, Point{60.25, 99.5}}) {
    const Point back = map.module_of(map.pixel_of(module));
    EXPECT_NEAR(back.y, module.y, 1e-9);
    EXPECT_NEAR(back.x, module.x, 1e-9);
  }
}

TEST(FieldMap, TurnsPositiveFromXTowardsYAndMirrorsColumns) {
  Profile profile;
  profile.scan.pixels_per_module = 2;
  const auto step_along_columns = [&] {
    const FieldMap map(profile, {kSide, kSide, 49}, {300, 300}, 1, 0);
    const Point from = map.pixel_of({10, 10}), to = map.pixel_of({10, 11});
    return Point{to.y - from.y, to.x - from.x};
  };
  EXPECT_NEAR(step_along_columns().x, 2, 1e-12);
  profile.geometry.rotation_deg = 30;
  EXPECT_NEAR(step_along_columns().y, 1, 1e-12);
  profile.geometry.rotation_deg = 0;
  profile.geometry.turn_deg = 90;
  EXPECT_NEAR(step_along_columns().y, 2, 1e-12);
  EXPECT_NEAR(step_along_columns().x, 0, 1e-12);
  profile.geometry.turn_deg = 0;
  profile.geometry.mirrored = true;
  EXPECT_NEAR(step_along_columns().x, -2, 1e-12);
}

TEST(FieldMap, WarpsByTheRmsAsked) {
  Profile profile;
  profile.geometry.warp_rms_modules = 0.35;
  const Profile straight;
  double power = 0;
  int count = 0;
  for (std::uint64_t field = 0; field < 10; ++field) {
    const FieldMap bent(profile, {kSide, kSide, 49}, {4000, 4000}, 1, field);
    const FieldMap plain(straight, {kSide, kSide, 49}, {4000, 4000}, 1, field);
    for (double y = 0; y < 4000; y += 100, ++count)
      for (double x = 0; x < 4000; x += 100)
        power += std::pow(bent.module_of({y, x}).y - plain.module_of({y, x}).y, 2) / 40;
  }
  EXPECT_NEAR(std::sqrt(power / count), 0.35, 0.03);
}

class Orientation : public testing::TestWithParam<std::tuple<int, bool>> {};

TEST_P(Orientation, PutsEveryLatticeModuleWhereTheTruthSays) {
  Profile profile = moving_profile();
  profile.geometry.turn_deg = std::get<0>(GetParam());
  profile.geometry.mirrored = std::get<1>(GetParam());
  MemoryPlate plate(1, kSide, kSide);
  const std::uint64_t seed = 11;
  const Rendered field = render(profile, plate, seed);
  ASSERT_GT(field.shape.rows, 0);
  const FieldMap map = map_of(profile, field, seed);
  for (std::int32_t i = 0; i < field.truth.lattice_rows; ++i) {
    for (std::int32_t j = 0; j < field.truth.lattice_cols; ++j) {
      const auto at = field.truth.lattice[static_cast<std::size_t>(i * 8 + j)];
      const Point module = map.module_of({static_cast<double>(at[0]), static_cast<double>(at[1])});
      ASSERT_NEAR(module.y, 16 * i, 1e-3);
      ASSERT_NEAR(module.x, 16 * j, 1e-3);
    }
  }
  double power = 0, largest = 0;
  int count = 0;
  for (std::int32_t frame = 0; frame < field.shape.frames; ++frame) {
    for (std::int32_t y = 0; y < field.shape.rows; y += 3) {
      const auto motion =
          field.truth.row_motion[static_cast<std::size_t>(frame * field.shape.rows + y)];
      for (std::int32_t x = 0; x < field.shape.cols; x += 5) {
        const Point at =
            map.module_of({y - static_cast<double>(motion[0]), x - static_cast<double>(motion[1])});
        if (std::min(at.y, at.x) < 3 || std::max(at.y, at.x) > kSide - 4) continue;
        const double error = field.level(frame, y, x) - expected_level(field.truth, at);
        power += error * error;
        largest = std::max(largest, std::abs(error));
        ++count;
      }
    }
  }
  ASSERT_GT(count, 20000);
  EXPECT_LT(std::sqrt(power / count), 0.001);
  EXPECT_LT(largest, 0.005);
}

INSTANTIATE_TEST_SUITE_P(All, Orientation,
                         testing::Combine(testing::Values(0, 90, 180, 270), testing::Bool()));

TEST(Motion, GivesMidFrameShiftsAndStaysWithinTheDriftAsked) {
  Profile profile = still_profile();
  profile.scan.frames = 8;
  profile.scan.drift_px = 6;
  MemoryPlate plate(1, kSide, kSide);
  const Rendered field = render(profile, plate);
  ASSERT_EQ(field.truth.frame_shift.size(), 8U);
  float largest = 0;
  for (const auto& shift : field.truth.row_motion)
    largest = std::max({largest, std::abs(shift[0]), std::abs(shift[1])});
  EXPECT_LE(largest, 6.0F);
  EXPECT_GT(largest, 5.0F);
  const auto middle = static_cast<std::size_t>(field.shape.rows / 2);
  EXPECT_EQ(field.truth.frame_shift[0], field.truth.row_shift[middle]);
}

TEST(FieldSize, HoldsTheWholePageWhateverMoves) {
  Profile profile = moving_profile();
  profile.geometry.stage_error_um = 1;
  MemoryPlate plate(12, kSide, 150);
  for (const int turn : {0, 90}) {
    profile.geometry.turn_deg = turn;
    auto simulator = Simulator::create(profile, plate, 21);
    ASSERT_TRUE(simulator);
    const FieldShape shape = simulator.value().shape();
    EXPECT_EQ(shape.rows % 8, 0);
    EXPECT_EQ(shape.cols % 8, 0);
    EXPECT_LT(shape.rows, 4 * 150 * 1.2 + 250);
    std::vector<std::byte> bytes(shape.bytes());
    for (std::int64_t number = 0; number < simulator.value().fields(); ++number) {
      FieldTruth truth;
      ASSERT_TRUE(simulator.value().render(number, bytes, &truth));
      EXPECT_LE(std::abs(truth.stage_offset_modules[0]), 1000.0 / 49);
      for (const auto& at : truth.lattice) {
        for (const auto& shift : truth.frame_shift) {
          ASSERT_GE(at[0] + shift[0], 0);
          ASSERT_GE(at[1] + shift[1], 0);
          ASSERT_LT(at[0] + shift[0], shape.rows);
          ASSERT_LT(at[1] + shift[1], shape.cols);
        }
      }
    }
  }
}

}  // namespace
}  // namespace ostracon::sem
