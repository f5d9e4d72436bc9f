#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "tests/support/backend_test.hpp"
#include "tests/support/field_on_backend.hpp"

namespace ostracon::test {
namespace {

/// A smooth picture with waves of 40 and 50 px about 1.
double picture(double y, double x) { return 1 + 0.4 * std::sin(y / 6.4) * std::cos(x / 8.0 + 1); }

/// Frames that show `scene(y - shift_y, x - shift_x)`.
template <class Scene>
std::vector<float> moved_frames(const FieldShape& shape,
                                const std::vector<std::array<float, 2>>& shifts,
                                const Scene& scene) {
  std::vector<float> pixels;
  for (const auto& shift : shifts)
    for (std::int32_t y = 0; y < shape.rows; ++y)
      for (std::int32_t x = 0; x < shape.cols; ++x)
        pixels.push_back(static_cast<float>(
            scene(y - static_cast<double>(shift[0]), x - static_cast<double>(shift[1]))));
  return pixels;
}

class FrameAlignerTest : public BackendTest {
 protected:
  Result<std::vector<float>> align(const FieldShape& shape, const std::vector<float>& pixels,
                                   const FlatField& flat, const DriftField& drift,
                                   float black = 0) {
    OSTRACON_TRY_ASSIGN(const auto field, upload_pixels(backend(), shape, pixels, black));
    // Whatever lay there before must not shine through.
    OSTRACON_TRY_ASSIGN(const auto mean, filled_image(backend(), shape.rows, shape.cols, 77.0F));
    OSTRACON_TRY_ASSIGN(auto aligner, backend().make_frame_aligner({shape}));
    OSTRACON_TRY(aligner->run(field.stack(), flat, drift, mean.view()));
    return mean.download();
  }
};

TEST_P(FrameAlignerTest, ShiftedCopiesFallOnEachOther) {
  const FieldShape shape{4, 90, 110, PixelType::kF32};
  const std::vector<std::array<float, 2>> shifts{{3, -5}, {-4, 2}, {0, 7}, {1, -4}};
  const auto mean = align(shape, moved_frames(shape, shifts, picture), even_field(shape, 1),
                          rigid_drift(shape, shifts));
  ASSERT_OK(mean);
  for (std::int32_t y = 0; y < 86; ++y)
    for (std::int32_t x = 0; x < 103; ++x)
      ASSERT_NEAR(mean.value()[static_cast<std::size_t>(y * 110 + x)], picture(y, x) - 1, 1e-5)
          << y << ' ' << x;
}

TEST_P(FrameAlignerTest, FractionsOfAPixelMoveNoCentroid) {
  const FieldShape shape{3, 90, 110, PixelType::kF32};
  const std::vector<std::array<float, 2>> shifts{{0.4F, -0.3F}, {-0.25F, 0.5F}, {1.75F, 2.2F}};
  const auto mean = align(shape, moved_frames(shape, shifts, picture), even_field(shape, 1),
                          rigid_drift(shape, shifts));
  ASSERT_OK(mean);
  // Linear interpolation errs by at most an eighth of the second derivatives.
  const double bound = 0.4 / 8 * (1 / (6.4 * 6.4) + 1 / 64.0);
  for (std::int32_t y = 2; y < 86; ++y)
    for (std::int32_t x = 2; x < 106; ++x)
      ASSERT_NEAR(mean.value()[static_cast<std::size_t>(y * 110 + x)], picture(y, x) - 1,
                  1.1 * bound)
          << y << ' ' << x;
}

TEST_P(FrameAlignerTest, AShiftThatGrowsDownTheFrameIsFollowed) {
  const FieldShape shape{2, 96, 80, PixelType::kF32};
  DriftField drift;
  drift.frames = 2;
  drift.band_centre_y = {24, 72};
  drift.shift = {{0, -1}, {0, 3}, {0, 1}, {0, -3}};
  std::vector<float> pixels;
  for (std::int32_t f = 0; f < 2; ++f)
    for (std::int32_t y = 0; y < 96; ++y)
      for (std::int32_t x = 0; x < 80; ++x)
        pixels.push_back(static_cast<float>(
            picture(y, x - static_cast<double>(drift.at(f, static_cast<float>(y))[1]))));
  const auto mean = align(shape, pixels, even_field(shape, 1), drift);
  ASSERT_OK(mean);
  for (std::int32_t y = 0; y < 95; ++y)
    for (std::int32_t x = 6; x < 74; ++x)
      ASSERT_NEAR(mean.value()[static_cast<std::size_t>(y * 80 + x)], picture(y, x) - 1, 2e-3);
}

TEST_P(FrameAlignerTest, OnlyFramesThatShowAPixelAreAveraged) {
  const FieldShape shape{2, 40, 60, PixelType::kU16};
  std::vector<float> pixels(40 * 60, 100.0F);
  pixels.resize(2 * 40 * 60, 300.0F);
  // Common column x is column x + 10 of the first frame and x - 10 of the second.
  const auto mean =
      align(shape, pixels, even_field(shape, 100), rigid_drift(shape, {{0, 10}, {0, -10}}));
  ASSERT_OK(mean);
  for (std::int32_t x = 0; x < 60; ++x) {
    if (x == 49) continue;  // the first frame's last column
    const float expected = x < 10 ? 0.0F : x > 49 ? 2.0F : 1.0F;
    EXPECT_NEAR(mean.value()[static_cast<std::size_t>(20 * 60 + x)], x == 59 ? 2.0F : expected,
                1e-5F)
        << x;
  }
}

TEST_P(FrameAlignerTest, FramesCountByTheirWeights) {
  const FieldShape shape{3, 90, 110, PixelType::kF32};
  std::vector<float> pixels;
  for (const float level : {1.0F, 1.8F, std::numeric_limits<float>::quiet_NaN()})
    pixels.insert(pixels.end(), shape.pixels_per_frame(), level);
  DriftField drift = rigid_drift(shape, {{0, 0}, {0, 30}, {0, 0}});
  drift.weight = {1.5F, 0.5F, 0.0F};
  const auto mean = align(shape, pixels, even_field(shape, 1), drift);
  ASSERT_OK(mean);
  for (std::int32_t x = 0; x < 109; ++x)  // the second frame ends 30 px further left
    EXPECT_NEAR(mean.value()[static_cast<std::size_t>(44 * 110 + x)], x < 79 ? 0.2 : 0.0, 1e-5)
        << x;
}

TEST_P(FrameAlignerTest, APixelThatNoFrameShowsIsZero) {
  const FieldShape shape{2, 40, 60, PixelType::kU8};
  const auto mean = align(shape, std::vector<float>(2 * 40 * 60, 50.0F), even_field(shape, 20),
                          rigid_drift(shape, {{15, 0}, {12, 0}}));
  ASSERT_OK(mean);
  EXPECT_NEAR(mean.value()[10 * 60 + 30], 1.5F, 1e-5F);
  for (std::size_t x = 0; x < 60; ++x) EXPECT_EQ(mean.value()[30 * 60 + x], 0.0F);

  const auto gone = align(shape, std::vector<float>(2 * 40 * 60, 50.0F), even_field(shape, 20),
                          rigid_drift(shape, {{500, -900}, {-500, 900}}));
  ASSERT_OK(gone);
  for (const float value : gone.value()) ASSERT_EQ(value, 0.0F);
}

TEST_P(FrameAlignerTest, GainBlackLevelAndShadingAreAppliedInEveryPixelType) {
  for (const PixelType type : {PixelType::kU8, PixelType::kU16, PixelType::kF32}) {
    const FieldShape shape{1, 48, 48, type};
    FlatField flat = even_field(shape, 1);
    for (std::int32_t i = 0; i < 3; ++i)
      for (std::int32_t j = 0; j < 3; ++j)
        flat.shading[static_cast<std::size_t>(3 * i + j)] = static_cast<float>(50 + 16 * i + 8 * j);
    for (std::size_t y = 0; y < 48; ++y) flat.row_gain[y] = y % 2 == 0 ? 0.9F : 1.2F;
    const auto mean = align(shape, std::vector<float>(48 * 48, 130.0F), flat, no_drift(shape), 30);
    ASSERT_OK(mean);
    for (std::int32_t y = 0; y < 47; ++y)
      for (std::int32_t x = 0; x < 47; ++x) {
        const float gain = flat.row_gain[static_cast<std::size_t>(y)];
        const float expected =
            100 * gain / flat.shading_at(static_cast<float>(y), static_cast<float>(x)) - 1;
        ASSERT_NEAR(mean.value()[static_cast<std::size_t>(y * 48 + x)], expected, 1e-4F);
      }
  }
}

TEST_P(FrameAlignerTest, OtherShapesThanPlannedAreRefused) {
  const FieldShape shape{1, 64, 48, PixelType::kU8};
  const auto field = upload_pixels(backend(), shape, std::vector<float>(64 * 48, 1.0F));
  const auto right = filled_image(backend(), 64, 48, 0.0F);
  const auto wrong = filled_image(backend(), 48, 64, 0.0F);
  const auto aligner = backend().make_frame_aligner({shape});
  const auto other = backend().make_frame_aligner({{2, 64, 48, PixelType::kU8}});
  ASSERT_TRUE(field.has_value());
  ASSERT_TRUE(aligner.has_value());
  ASSERT_TRUE(other.has_value());
  const FlatField flat = even_field(shape, 1);
  const auto run = [&](const auto& stage, const auto& image) {
    return stage.value()->run(field.value().stack(), flat, no_drift(shape), image.value().view());
  };
  EXPECT_TRUE(run(aligner, right).has_value());
  ASSERT_FALSE(run(aligner, wrong).has_value());
  EXPECT_EQ(run(aligner, wrong).error().code, ErrorCode::kInvalidArgument);
  EXPECT_FALSE(run(other, right).has_value());
  EXPECT_FALSE(backend().make_frame_aligner({{1, 0, 48, PixelType::kU8}}).has_value());
}

OSTRACON_ON_EVERY_BACKEND(FrameAlignerTest);

}  // namespace
}  // namespace ostracon::test
