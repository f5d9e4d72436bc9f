#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tests/support/backend_test.hpp"
#include "tests/support/drift_scene.hpp"

namespace ostracon::test {
namespace {

/// Eight frames of 20 electrons a module.
sem::Profile eight_frames() {
  sem::Profile profile;
  profile.noise.electrons_per_module = 160;
  profile.scan.frames = 8;
  profile.scan.linear_drift = 0;
  profile.geometry.field_rows = profile.geometry.field_cols = kDriftSide;
  return profile;
}

class DriftEstimatorTest : public BackendTest {
 protected:
  Result<DriftField> estimate(const FieldShape& shape, std::span<const std::byte> bytes) {
    return estimate_drift(backend(), shape, bytes);
  }
  Result<DriftField> estimate(const sem::Rendered& seen) {
    return estimate(seen.shape, seen.bytes);
  }

  sem::MemoryPlate plate_{1, 200, 200};
};

TEST_P(DriftEstimatorTest, RigidShiftsAreFoundToATwentiethOfAPixelInEveryPixelType) {
  for (const double bits : {8.0, 16.0, 32.0}) {
    sem::Profile profile = eight_frames();
    profile.adc.bits = bits;
    profile.scan.drift_px = 3;
    const auto seen = sem::render(profile, plate_, 2);
    const auto drift = estimate(seen);
    ASSERT_OK(drift);
    EXPECT_LT(motion_error(drift.value(), seen), 0.05) << bits;
  }
}

TEST_P(DriftEstimatorTest, DriftInsideAFrameIsFollowed) {
  sem::Profile profile = eight_frames();
  profile.scan.drift_px = 6;
  profile.scan.linear_drift = 1;
  const auto seen = sem::render(profile, plate_, 3);
  const auto drift = estimate(seen);
  ASSERT_OK(drift);
  EXPECT_LT(motion_error(drift.value(), seen), 0.08);

  DriftField rigid = drift.value();  // each frame's mean instead: much worse
  const std::size_t bands = rigid.band_centre_y.size();
  ASSERT_GT(bands, 1U);
  for (std::size_t f = 0; f < 8; ++f)
    for (std::size_t axis = 0; axis < 2; ++axis) {
      float mean = 0;
      for (std::size_t b = 0; b < bands; ++b)
        mean += rigid.shift[f * bands + b][axis] / static_cast<float>(bands);
      for (std::size_t b = 0; b < bands; ++b) rigid.shift[f * bands + b][axis] = mean;
    }
  EXPECT_GT(motion_error(rigid, seen), 2 * motion_error(drift.value(), seen));
}

TEST_P(DriftEstimatorTest, JumpsOfTwentyPixelsAreFound) {
  sem::Profile profile = eight_frames();
  profile.scan.frame_jump_px = 20;
  const auto seen = sem::render(profile, plate_, 4);
  const auto drift = estimate(seen);
  ASSERT_OK(drift);
  EXPECT_LT(motion_error(drift.value(), seen), 0.05);
}

TEST_P(DriftEstimatorTest, ShiftsHaveNoMeanOverTheFrames) {
  sem::Profile profile = eight_frames();
  profile.scan.drift_px = 5;
  const auto drift = estimate(sem::render(profile, plate_, 5));
  ASSERT_OK(drift);
  const std::size_t bands = drift.value().band_centre_y.size();
  for (std::size_t b = 0; b < bands; ++b)
    for (std::size_t axis = 0; axis < 2; ++axis) {
      float sum = 0;
      for (std::size_t f = 0; f < 8; ++f) sum += drift.value().shift[f * bands + b][axis];
      EXPECT_NEAR(sum, 0, 1e-4);
    }
}

TEST_P(DriftEstimatorTest, OneFrameDoesNotMove) {
  sem::Profile profile = eight_frames();
  profile.scan.frames = 1;
  profile.geometry.field_rows = 200;  // no power of two
  profile.geometry.field_cols = 136;
  const auto drift = estimate(sem::render(profile, plate_, 6));
  ASSERT_OK(drift);
  for (float y = 0; y < 200; y += 10)
    EXPECT_EQ(drift.value().at(0, y), (std::array<float, 2>{0, 0}));
}

TEST_P(DriftEstimatorTest, TheNoiseOfAPixelIsMeasured) {
  sem::Profile profile = eight_frames();
  profile.noise.detector_sigma_electrons = 0;
  profile.adc.bits = 32;
  const auto drift = estimate(sem::render(profile, plate_, 7));
  ASSERT_OK(drift);
  // Electrons of a pixel and frame at the mean brightness; their relative variance is 1 / that.
  const double electrons = 160.0 / 8 / 9 * 0.75;
  EXPECT_NEAR(static_cast<double>(drift.value().pixel_noise) * electrons, 1.0, 0.15);
}

TEST_P(DriftEstimatorTest, NoiseAloneGivesFiniteShiftsWithinTheSearchedRange) {
  const FieldShape shape{4, 256, 256, PixelType::kU8};
  std::vector<std::byte> bytes(shape.bytes());
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<std::byte>(format::pn_word(3, i) >> 56);
  const auto drift = estimate(shape, bytes);
  ASSERT_OK(drift);
  for (const auto& shift : drift.value().shift)
    for (const float s : shift) {
      EXPECT_TRUE(std::isfinite(s));
      EXPECT_LT(std::abs(s), 2 * 256 / 4 + 2);
    }
  EXPECT_TRUE(std::isfinite(drift.value().pixel_noise));
}

TEST_P(DriftEstimatorTest, AnEvenFieldGivesFiniteShifts) {
  const FieldShape shape{3, 64, 64, PixelType::kU8};
  const auto drift = estimate(shape, std::vector<std::byte>(shape.bytes(), std::byte{100}));
  ASSERT_OK(drift);
  for (const auto& shift : drift.value().shift)
    for (const float s : shift) EXPECT_TRUE(std::isfinite(s));
}

TEST_P(DriftEstimatorTest, TheFieldBeforeChangesNothing) {
  sem::Profile profile = eight_frames();
  profile.scan.frames = 3;
  profile.scan.drift_px = 3;
  const auto clear = sem::render(profile, plate_, 4);
  profile.noise.electrons_per_module = 15;  // fewer frequencies stand above the noise
  const auto dim = sem::render(profile, plate_, 5);
  const auto alone = estimate(dim);
  ASSERT_OK(alone);

  auto estimator = backend().make_drift_estimator({.shape = dim.shape});
  auto flattener = backend().make_flattener({dim.shape});
  ASSERT_TRUE(estimator.has_value() && flattener.has_value());
  for (const sem::Rendered* seen : {&clear, &dim}) {
    const auto field = upload_field(backend(), seen->shape, seen->bytes);
    ASSERT_TRUE(field.has_value());
    const auto flat = flattener.value()->run(field.value().stack());
    ASSERT_OK(flat);
    const auto drift = estimator.value()->run(field.value().stack(), flat.value());
    ASSERT_OK(drift);
    if (seen == &dim) {
      EXPECT_EQ(drift.value().shift, alone.value().shift);
    }
  }
}

TEST_P(DriftEstimatorTest, AnotherShapeThanPlannedIsRefused) {
  const FieldShape shape{2, 64, 64, PixelType::kU8};
  const auto field = upload_pixels(backend(), shape, std::vector<float>(2 * 64 * 64, 1.0F));
  ASSERT_TRUE(field.has_value());
  const auto estimator = backend().make_drift_estimator({.shape = {3, 64, 64, PixelType::kU8}});
  ASSERT_TRUE(estimator.has_value());
  const auto drift = estimator.value()->run(field.value().stack(), even_field(shape, 1));
  ASSERT_FALSE(drift.has_value());
  EXPECT_EQ(drift.error().code, ErrorCode::kInvalidArgument);
  EXPECT_FALSE(backend().make_drift_estimator({.shape = {2, 8, 64, PixelType::kU8}}).has_value());
}

OSTRACON_ON_EVERY_BACKEND(DriftEstimatorTest);

}  // namespace
}  // namespace ostracon::test
