#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "datasets/random.hpp"
#include "tests/datasets/memory_plate.hpp"
#include "tests/support/backend_test.hpp"
#include "tests/support/field_on_backend.hpp"

namespace ostracon::test {
namespace {

constexpr std::int32_t kSide = 384;

/// Frames of brightness level(frame, y, x) with white noise of `noise` of it.
template <class Level>
std::vector<float> noisy_frames(const FieldShape& shape, double noise, const Level& level) {
  std::vector<float> pixels;
  pixels.reserve(static_cast<std::size_t>(shape.frames) * shape.pixels_per_frame());
  sem::Random random(11);
  for (std::int32_t f = 0; f < shape.frames; ++f)
    for (std::int32_t y = 0; y < shape.rows; ++y)
      for (std::int32_t x = 0; x < shape.cols; ++x)
        pixels.push_back(static_cast<float>(level(f, y, x) * (1 + noise * random.normal())));
  return pixels;
}

class FlattenerTest : public BackendTest {
 protected:
  Result<FlatField> flatten(const FieldShape& shape, const std::vector<float>& pixels,
                            float black = 0) {
    OSTRACON_TRY_ASSIGN(const auto field, upload_pixels(backend(), shape, pixels, black));
    OSTRACON_TRY_ASSIGN(auto flattener, backend().make_flattener({shape}));
    return flattener->run(field.stack());
  }
};

TEST_P(FlattenerTest, AGradientOfBrightnessIsRecovered) {
  const FieldShape shape{3, kSide, kSide, PixelType::kF32};
  const auto truth = [](double y, double x) {
    return 120 * (1 + 0.15 * (2 * x / kSide - 1) - 0.1 * (2 * y / kSide - 1));
  };
  const auto flat =
      flatten(shape, noisy_frames(shape, 0.3, [&](int, int y, int x) { return truth(y, x); }));
  ASSERT_OK(flat);
  for (std::int32_t y = 0; y < kSide; y += 7)
    for (std::int32_t x = 0; x < kSide; x += 7) {
      // Smoothing over 100 px has only one side of the gradient at the edges.
      const bool edge = std::min({y, x, kSide - 1 - y, kSide - 1 - x}) < 80;
      const double found = static_cast<double>(
          flat.value().shading_at(static_cast<float>(y), static_cast<float>(x)));
      EXPECT_NEAR(found / truth(y, x), 1.0, edge ? 0.035 : 0.006) << y << ' ' << x;
    }
}

TEST_P(FlattenerTest, RowsThatFlickerGetTheReciprocalOfTheirBrightness) {
  const FieldShape shape{2, kSide, kSide, PixelType::kF32};
  sem::Random random(5);
  std::vector<double> gain;
  for (std::int32_t i = 0; i < shape.frames * shape.rows; ++i)
    gain.push_back(1 + 0.06 * random.normal());
  const auto flat = flatten(shape, noisy_frames(shape, 0.2, [&](int f, int y, int) {
                              return 50 * gain[static_cast<std::size_t>(f * kSide + y)];
                            }));
  ASSERT_OK(flat);
  ASSERT_EQ(flat.value().row_gain.size(), gain.size());
  double before = 0, after = 0;
  for (std::size_t i = 0; i < gain.size(); ++i) {
    before += std::pow(gain[i] - 1, 2);
    after += std::pow(gain[i] * static_cast<double>(flat.value().row_gain[i]) - 1, 2);
  }
  EXPECT_LT(std::sqrt(after / before), 0.3);
}

TEST_P(FlattenerTest, WithoutFlickerEveryGainIsOne) {
  const FieldShape shape{2, kSide, kSide, PixelType::kF32};
  const auto flat = flatten(shape, noisy_frames(shape, 0.25, [](int, int, int) { return 80.0; }));
  ASSERT_OK(flat);
  for (const float gain : flat.value().row_gain) ASSERT_NEAR(gain, 1.0F, 0.004F);
}

TEST_P(FlattenerTest, ThePatternOfModulesIsNotTakenForFlicker) {
  sem::Profile profile = sem::still_profile();
  profile.noise.electrons_per_module = 150;
  profile.geometry.field_rows = profile.geometry.field_cols = kSide;
  sem::MemoryPlate plate(1, 160, 160);
  const auto seen = sem::render(profile, plate);
  const auto field = upload_field(backend(), seen.shape, seen.bytes);
  ASSERT_TRUE(field.has_value());
  const auto flattener = backend().make_flattener({seen.shape});
  ASSERT_TRUE(flattener.has_value());
  const auto flat = flattener.value()->run(field.value().stack());
  ASSERT_OK(flat);
  double square = 0;
  for (const float gain : flat.value().row_gain)
    square += std::pow(static_cast<double>(gain) - 1, 2);
  // The row means themselves scatter by 2 %.
  EXPECT_LT(std::sqrt(square / static_cast<double>(flat.value().row_gain.size())), 0.012);
}

TEST_P(FlattenerTest, DustDoesNotPullTheShadingOfItsSurroundings) {
  const FieldShape shape{1, kSide, kSide, PixelType::kF32};
  const auto dust = [](int y, int x) { return std::abs(y - 200) < 24 && std::abs(x - 168) < 24; };
  const auto flat = flatten(shape, noisy_frames(shape, 0.2, [&](int, int y, int x) {
                              return dust(y, x) ? 350.0 : 100.0;
                            }));
  ASSERT_OK(flat);
  for (std::int32_t y = 8; y < kSide; y += 16)
    for (std::int32_t x = 8; x < kSide; x += 16)
      EXPECT_NEAR(flat.value().shading_at(static_cast<float>(y), static_cast<float>(x)), 100, 3)
          << y << ' ' << x;
}

TEST_P(FlattenerTest, DarkAndSaturatedFramesDoNotPullTheShading) {
  const FieldShape shape{5, kSide, kSide, PixelType::kF32};
  auto pixels = noisy_frames(shape, 0.2, [](int, int, int) { return 100.0; });
  const std::size_t size = shape.pixels_per_frame();
  std::fill_n(pixels.begin(), size, 0.0F);
  std::fill_n(pixels.begin() + static_cast<std::ptrdiff_t>(3 * size), size, 255.0F);
  const auto flat = flatten(shape, pixels);
  ASSERT_OK(flat);
  for (const float shade : flat.value().shading) ASSERT_NEAR(shade, 100, 3);
}

TEST_P(FlattenerTest, EveryPixelTypeGivesTheSame) {
  FieldShape shape{2, 100, 131, PixelType::kF32};
  std::vector<float> pixels =
      noisy_frames(shape, 0.1, [](int, int, int x) { return 90 + x / 4.0; });
  for (float& pixel : pixels) pixel = std::floor(pixel);
  const auto expected = flatten(shape, pixels);
  ASSERT_OK(expected);
  for (const PixelType type : {PixelType::kU8, PixelType::kU16}) {
    shape.type = type;
    const auto flat = flatten(shape, pixels);
    ASSERT_OK(flat);
    EXPECT_EQ(flat.value().shading, expected.value().shading) << to_string(type);
    EXPECT_EQ(flat.value().row_gain, expected.value().row_gain) << to_string(type);
  }
}

TEST_P(FlattenerTest, TheBlackLevelIsTakenOff) {
  const FieldShape shape{1, 96, 96, PixelType::kF32};
  auto pixels = noisy_frames(shape, 0.1, [](int, int y, int) { return 60 + 0.2 * y; });
  const auto without = flatten(shape, pixels);
  for (float& pixel : pixels) pixel += 500;
  const auto with = flatten(shape, pixels, 500);
  ASSERT_OK(without);
  ASSERT_OK(with);
  for (std::size_t i = 0; i < with.value().shading.size(); ++i)
    EXPECT_NEAR(with.value().shading[i], without.value().shading[i], 0.01);
}

TEST_P(FlattenerTest, AFieldSmallerThanACellHasOneShade) {
  const FieldShape shape{1, 3, 5, PixelType::kU8};
  const auto flat = flatten(shape, std::vector<float>(15, 40.0F));
  ASSERT_OK(flat);
  EXPECT_EQ(flat.value().cell_rows, 1);
  EXPECT_EQ(flat.value().cell_cols, 1);
  EXPECT_NEAR(flat.value().shading_at(1, 1), 40, 1e-3);
}

TEST_P(FlattenerTest, ABlankFieldIsSaidToBeBlank) {
  for (const PixelType type : {PixelType::kU8, PixelType::kU16, PixelType::kF32}) {
    const FieldShape shape{2, 64, 80, type};
    const auto flat = flatten(shape, std::vector<float>(2 * 64 * 80, 0.0F));
    ASSERT_FALSE(flat.has_value());
    EXPECT_EQ(flat.error().code, ErrorCode::kBadInput);
  }
}

TEST_P(FlattenerTest, AnotherShapeThanPlannedIsRefused) {
  const FieldShape shape{1, 64, 64, PixelType::kU8};
  const auto field = upload_pixels(backend(), shape, std::vector<float>(64 * 64, 1.0F));
  ASSERT_TRUE(field.has_value());
  for (const FieldShape& planned :
       {FieldShape{2, 64, 64, PixelType::kU8}, FieldShape{1, 32, 64, PixelType::kU8},
        FieldShape{1, 64, 32, PixelType::kU8}, FieldShape{1, 64, 64, PixelType::kU16}}) {
    const auto flattener = backend().make_flattener({planned});
    ASSERT_TRUE(flattener.has_value());
    const auto flat = flattener.value()->run(field.value().stack());
    ASSERT_FALSE(flat.has_value());
    EXPECT_EQ(flat.error().code, ErrorCode::kInvalidArgument);
  }
  EXPECT_FALSE(backend().make_flattener({FieldShape{0, 64, 64, PixelType::kU8}}).has_value());
}

OSTRACON_ON_EVERY_BACKEND(FlattenerTest);

}  // namespace
}  // namespace ostracon::test
