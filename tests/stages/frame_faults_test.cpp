// Frames in a stack that spoil the others if nobody takes them out.

#include <gtest/gtest.h>

#include <cstring>

#include "tests/support/backend_test.hpp"
#include "tests/support/drift_scene.hpp"

namespace ostracon::test {
namespace {

class FrameFaultsTest : public BackendTest {
 protected:
  void SetUp() override {
    BackendTest::SetUp();
    seen_ = sem::render(drifting_frames(6, 20), plate_, 2);
    other_ = sem::render(drifting_frames(6, 20), another_plate_, 3, 1);
  }
  /// Bytes of frame `f`.
  std::span<std::byte> frame(sem::Rendered& seen, std::size_t f) const {
    const std::size_t size = seen.shape.bytes() / static_cast<std::size_t>(seen.shape.frames);
    return {seen.bytes.data() + f * size, size};
  }
  /// Frame `bad` is left out for `fault`, the others are found as well as ever.
  void expect_left_out(std::size_t bad, FrameFault fault) {
    const auto drift = estimate_drift(backend(), seen_.shape, seen_.bytes);
    ASSERT_OK(drift);
    ASSERT_EQ(drift.value().fault.size(), 6U);
    for (std::size_t f = 0; f < 6; ++f) {
      EXPECT_EQ(drift.value().fault[f], f == bad ? fault : FrameFault::kNone) << f;
      if (f == bad) {
        EXPECT_EQ(drift.value().weight_of(static_cast<std::int32_t>(f)), 0) << f;
      } else {
        EXPECT_GT(drift.value().weight_of(static_cast<std::int32_t>(f)), 0) << f;
      }
    }
    EXPECT_LT(motion_error(drift.value(), seen_), 0.05);
  }

  sem::MemoryPlate plate_{1, 210, 210}, another_plate_{2, 210, 210};
  sem::Rendered seen_, other_;
};

TEST_P(FrameFaultsTest, GoodFramesHaveNoFaultAndNoWeights) {
  const auto drift = estimate_drift(backend(), seen_.shape, seen_.bytes);
  ASSERT_OK(drift);
  EXPECT_TRUE(drift.value().fault.empty());
  EXPECT_TRUE(drift.value().weight.empty());
}

TEST_P(FrameFaultsTest, ADarkFrameIsLeftOut) {
  for (std::byte& pixel : frame(seen_, 0)) pixel = std::byte{0};
  expect_left_out(0, FrameFault::kBlank);
}

TEST_P(FrameFaultsTest, ASaturatedFrameIsLeftOut) {
  for (std::byte& pixel : frame(seen_, 3)) pixel = std::byte{255};
  expect_left_out(3, FrameFault::kBlank);
}

TEST_P(FrameFaultsTest, AFrameOfAnotherPlaceIsLeftOutEvenIfItComesFirst) {
  for (const std::size_t bad : {0U, 4U}) {
    SetUp();
    std::memcpy(frame(seen_, bad).data(), frame(other_, 0).data(), frame(seen_, bad).size());
    expect_left_out(bad, FrameFault::kDifferent);
  }
}

TEST_P(FrameFaultsTest, AFrameOutOfFocusIsLeftOut) {
  sem::Profile blurred = drifting_frames(6, 20);
  blurred.optics.blur_sigma_modules = 0.8;
  blurred.optics.contrast = 0.2;
  sem::Rendered soft = sem::render(blurred, plate_, 2);
  std::memcpy(frame(seen_, 2).data(), frame(soft, 2).data(), frame(soft, 2).size());
  expect_left_out(2, FrameFault::kBlurred);
}

TEST_P(FrameFaultsTest, AFrameOfHalfTheDoseCountsForLess) {
  sem::Profile poor = drifting_frames(6, 5);
  poor.adc.bits = 8;
  sem::Rendered noisy = sem::render(poor, plate_, 2);
  std::memcpy(frame(seen_, 1).data(), frame(noisy, 1).data(), frame(noisy, 1).size());
  const auto drift = estimate_drift(backend(), seen_.shape, seen_.bytes);
  ASSERT_OK(drift);
  ASSERT_EQ(drift.value().weight.size(), 6U);
  EXPECT_TRUE(drift.value().fault.empty());
  for (std::int32_t f = 0; f < 6; ++f) {
    if (f == 1) {
      EXPECT_LT(drift.value().weight_of(f), 0.5);
      EXPECT_GT(drift.value().weight_of(f), 0.1);
    } else {
      EXPECT_EQ(drift.value().weight_of(f), 1);
    }
  }
}

OSTRACON_ON_EVERY_BACKEND(FrameFaultsTest);

}  // namespace
}  // namespace ostracon::test
