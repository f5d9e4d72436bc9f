// How near the drift estimator comes to the Cramer-Rao bound, and what bad frames do to it.

#include <gtest/gtest.h>

#include <cstring>

#include "tests/support/backend_test.hpp"
#include "tests/support/drift_scene.hpp"

namespace ostracon::test {
namespace {

class DriftAccuracyTest : public BackendTest {
 protected:
  /// rms error over `fields` fields of eight frames in units of the bound.
  double error_over_bound(double electrons, std::uint64_t fields) {
    sem::Profile profile = drifting_frames(8, electrons);
    profile.noise.detector_sigma_electrons = 0;  // the bound counts electrons alone
    double square = 0;
    sem::MemoryPlate plate(1, 210, 210);
    for (std::uint64_t seed = 1; seed <= fields; ++seed) {
      const auto seen = sem::render(profile, plate, seed);
      const auto drift = estimate_drift(backend(), seen.shape, seen.bytes);
      if (!drift) return std::nan("");
      square += std::pow(motion_error(drift.value(), seen), 2) / static_cast<double>(fields);
    }
    return std::sqrt(square) / cramer_rao_px(profile, plate);
  }
  /// Shift of the second frame against the first in the middle of the field.
  Result<std::array<float, 2>> between(const sem::Rendered& seen, std::size_t first,
                                       std::size_t second) {
    FieldShape shape = seen.shape;
    shape.frames = 2;
    const std::size_t size = shape.bytes() / 2;
    std::vector<std::byte> pair(shape.bytes());
    std::memcpy(pair.data(), seen.bytes.data() + first * size, size);
    std::memcpy(pair.data() + size, seen.bytes.data() + second * size, size);
    OSTRACON_TRY_ASSIGN(const DriftField drift, estimate_drift(backend(), shape, pair));
    const auto a = drift.at(0, kDriftSide / 2);
    const auto b = drift.at(1, kDriftSide / 2);
    return std::array<float, 2>{b[0] - a[0], b[1] - a[1]};
  }

  sem::MemoryPlate plate_{1, 400, 210};
};

TEST_P(DriftAccuracyTest, RigidShiftsAtTenElectronsAndMoreComeWithinThreeTenthsOfTheBound) {
  for (const double electrons : {30.0, 10.0}) {
    const double ratio = error_over_bound(electrons, trials(6));
    RecordProperty("ratio_at_" + std::to_string(static_cast<int>(electrons)),
                   std::to_string(ratio));
    EXPECT_LE(ratio, 1.3) << electrons;
    EXPECT_GE(ratio, 0.8) << "no estimate is better than the bound";
  }
}

TEST_P(DriftAccuracyTest, RigidShiftsAtThreeElectronsComeWithinTwiceTheBound) {
  const double ratio = error_over_bound(3, trials(4));
  RecordProperty("ratio", std::to_string(ratio));
  EXPECT_LE(ratio, 2.0);
  EXPECT_GE(ratio, 0.8);
}

TEST_P(DriftAccuracyTest, SixteenFramesOfOneElectronAModuleAreAllFound) {
  sem::Profile profile = drifting_frames(16, 1);
  profile.noise.detector_sigma_electrons = 0;
  const auto seen = sem::render(profile, plate_, 3);
  const auto drift = estimate_drift(backend(), seen.shape, seen.bytes);
  ASSERT_OK(drift);
  for (std::int32_t f = 0; f < 16; ++f) EXPECT_GT(drift.value().weight_of(f), 0) << f;
  const double error = motion_error(drift.value(), seen);
  RecordProperty("px", std::to_string(error));
  EXPECT_LT(error, 0.5);
}

TEST_P(DriftAccuracyTest, AChainOfPairsClosesToATenthOfAPixel) {
  const auto seen = sem::render(drifting_frames(4, 30), plate_, 5);
  std::array<double, 2> sum{};
  for (std::size_t f = 0; f < 4; ++f) {
    const auto step = between(seen, f, (f + 1) % 4);
    ASSERT_OK(step);
    for (std::size_t k = 0; k < 2; ++k) sum[k] += static_cast<double>(step.value()[k]);
  }
  RecordProperty("y_px", std::to_string(sum[0]));
  RecordProperty("x_px", std::to_string(sum[1]));
  for (const double s : sum) EXPECT_LE(std::abs(s), 0.1);
}

TEST_P(DriftAccuracyTest, AnArcOfFourPixelsInsideEveryFrameIsFollowed) {
  sem::Profile profile = drifting_frames(8, 20);
  profile.geometry.field_rows = 2 * kDriftSide;
  profile.scan.curved_drift_px = 4;
  profile.scan.linear_drift = 1;
  const auto seen = sem::render(profile, plate_, 6);
  const auto drift = estimate_drift(backend(), seen.shape, seen.bytes);
  ASSERT_OK(drift);
  const double error = motion_error(drift.value(), seen);
  RecordProperty("px", std::to_string(error));
  EXPECT_LT(error, 0.15);
}

TEST_P(DriftAccuracyTest, NoNumberOfFramesIsTooFew) {
  for (const double frames : {2.0, 3.0, 5.0, 16.0}) {
    const auto seen = sem::render(drifting_frames(frames, 20), plate_, 7);
    const auto drift = estimate_drift(backend(), seen.shape, seen.bytes);
    ASSERT_OK(drift);
    EXPECT_TRUE(drift.value().weight.empty()) << frames;
    EXPECT_LT(motion_error(drift.value(), seen), 0.05) << frames;
  }
}

OSTRACON_ON_EVERY_BACKEND(DriftAccuracyTest);

}  // namespace
}  // namespace ostracon::test
