// The drift estimator's kernels against the CPU's on seeded scenes: floats of the same arithmetic,
// but of other Fourier transforms and other orders of summation.

#include <cstring>

#include "tests/support/both_backends.hpp"
#include "tests/support/drift_scene.hpp"

namespace ostracon::test {
namespace {

constexpr float kMostPx = 2e-3F;
constexpr float kMostWeight = 1e-3F;

class DriftEstimatorEqualTest : public BothBackendsTest {
 protected:
  /// One scene on both backends with the CPU's shading.
  void expect_equal(const FieldShape& shape, std::span<const std::byte> bytes, float black = 0) {
    const auto on_cpu = upload_field(cpu(), shape, bytes, black);
    const auto on_kernels = upload_field(kernels(), shape, bytes, black);
    ASSERT_TRUE(on_cpu.has_value() && on_kernels.has_value());
    auto flattener = cpu().make_flattener({shape});
    ASSERT_TRUE(flattener.has_value());
    const auto flat = flattener.value()->run(on_cpu.value().stack());
    ASSERT_OK(flat);
    auto expecting = cpu().make_drift_estimator({.shape = shape});
    auto finding = kernels().make_drift_estimator({.shape = shape});
    ASSERT_TRUE(expecting.has_value() && finding.has_value());
    const auto expected = expecting.value()->run(on_cpu.value().stack(), flat.value());
    const auto found = finding.value()->run(on_kernels.value().stack(), flat.value());
    ASSERT_OK(expected);
    ASSERT_OK(found);
    compare(found.value(), expected.value());
  }
  void expect_equal(const sem::Rendered& seen) { expect_equal(seen.shape, seen.bytes); }

 private:
  static void compare(const DriftField& found, const DriftField& expected) {
    EXPECT_EQ(found.frames, expected.frames);
    EXPECT_EQ(found.band_centre_y, expected.band_centre_y);
    EXPECT_EQ(found.fault, expected.fault);
    ASSERT_EQ(found.shift.size(), expected.shift.size());
    float apart = 0;
    for (std::size_t i = 0; i < found.shift.size(); ++i)
      for (std::size_t k = 0; k < 2; ++k)
        apart = std::max(apart, std::abs(found.shift[i][k] - expected.shift[i][k]));
    EXPECT_LE(apart, kMostPx);
    ASSERT_EQ(found.weight.size(), expected.weight.size());
    float weights_apart = 0;
    for (std::size_t f = 0; f < found.weight.size(); ++f)
      weights_apart = std::max(weights_apart, std::abs(found.weight[f] - expected.weight[f]));
    EXPECT_LE(weights_apart, kMostWeight);
    EXPECT_NEAR(found.residual_px, expected.residual_px, kMostPx);
    EXPECT_NEAR(found.pixel_noise, expected.pixel_noise, 1e-4F * expected.pixel_noise);
    RecordProperty("shifts_apart_px", std::to_string(apart));
    RecordProperty("weights_apart", std::to_string(weights_apart));
  }
};

sem::Profile scene(double frames, double electrons, std::int32_t rows, std::int32_t cols) {
  sem::Profile profile = drifting_frames(frames, electrons);
  profile.geometry.field_rows = rows;
  profile.geometry.field_cols = cols;
  return profile;
}

TEST_F(DriftEstimatorEqualTest, EveryPixelTypeGivesTheSameTracks) {
  sem::MemoryPlate plate(1, 200, 200);
  for (const double bits : {8.0, 16.0, 32.0}) {
    sem::Profile profile = scene(3, 20, 300, 291);  // no powers of two
    profile.adc.bits = bits;
    profile.scan.linear_drift = 1;
    expect_equal(sem::render(profile, plate, 11));
  }
}

TEST_F(DriftEstimatorEqualTest, JumpsBeyondABandsTaperAreCutAgainAlike) {
  sem::MemoryPlate plate(1, 200, 200);
  sem::Profile profile = scene(4, 20, 384, 256);
  profile.scan.frame_jump_px = 25;
  expect_equal(sem::render(profile, plate, 4));
}

TEST_F(DriftEstimatorEqualTest, FewElectronsAFrameAreWeighedAlike) {
  sem::MemoryPlate plate(1, 200, 200);
  expect_equal(sem::render(scene(6, 2, 256, 512), plate, 5));
}

TEST_F(DriftEstimatorEqualTest, TheSameFramesAreLeftOut) {
  sem::MemoryPlate plate(1, 200, 200), other_plate(2, 200, 200);
  sem::Rendered seen = sem::render(scene(6, 20, 256, 300), plate, 2);
  const sem::Rendered other = sem::render(scene(6, 20, 256, 300), other_plate, 3, 1);
  const std::size_t size = seen.shape.bytes() / 6;
  std::memcpy(seen.bytes.data() + size, other.bytes.data() + size, size);
  std::memset(seen.bytes.data() + 4 * size, 0, size);
  expect_equal(seen);
}

TEST_F(DriftEstimatorEqualTest, OneFrameAndTheSmallestFieldAreNoExceptions) {
  for (const FieldShape& shape :
       {FieldShape{1, 40, 33, PixelType::kU8}, FieldShape{2, 32, 32, PixelType::kU8}}) {
    std::vector<std::byte> bytes(shape.bytes());
    for (std::size_t i = 0; i < bytes.size(); ++i)
      bytes[i] = static_cast<std::byte>(100 + (format::pn_word(3, i) >> 58));
    expect_equal(shape, bytes, 20);
  }
}

TEST_F(DriftEstimatorEqualTest, ShadingOfAnotherFieldIsRefused) {
  const FieldShape shape{2, 64, 64, PixelType::kU8};
  const auto field = upload_field(kernels(), shape, std::vector<std::byte>(shape.bytes()));
  ASSERT_TRUE(field.has_value());
  const auto estimator = kernels().make_drift_estimator({.shape = shape});
  ASSERT_TRUE(estimator.has_value());
  FlatField flat = even_field(shape, 1);
  flat.shading.pop_back();
  const auto drift = estimator.value()->run(field.value().stack(), flat);
  ASSERT_FALSE(drift.has_value());
  EXPECT_EQ(drift.error().code, ErrorCode::kInvalidArgument);
}

TEST_F(DriftEstimatorEqualTest, BandsWithoutKernelsAreRefused) {
  DriftEstimatorConfig config{.shape = {2, 64, 64, PixelType::kU8}};
  config.band_rows = 8;
  EXPECT_FALSE(kernels().make_drift_estimator(config).has_value());
  config.band_rows = 16;
  EXPECT_TRUE(kernels().make_drift_estimator(config).has_value());
  config.shape.frames = 513;
  EXPECT_FALSE(kernels().make_drift_estimator(config).has_value());
}

}  // namespace
}  // namespace ostracon::test
