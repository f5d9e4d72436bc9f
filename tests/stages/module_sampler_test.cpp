#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "datasets/random.hpp"
#include "tests/support/module_sampler_fixture.hpp"

namespace ostracon::test {
namespace {

TEST_P(ModuleSamplerTest, AnIsolatedModuleReadsItsOwnBrightness) {
  for (const float pitch : {2.0F, 2.5F, 3.0F})
    for (const float blur : {0.2F, 0.3F, 0.5F}) {
      Scene scene = small_scene(pitch, blur);
      const auto at = scene.map.at(10, 11);
      std::vector<float> pixels;
      for (std::int32_t y = 0; y < scene.shape.rows; ++y)
        for (std::int32_t x = 0; x < scene.shape.cols; ++x)
          pixels.push_back(80 *
                           (1 + 0.4F * rules::pulse((static_cast<float>(y) - at[0]) / pitch, blur) *
                                    rules::pulse((static_cast<float>(x) - at[1]) / pitch, blur)));
      const auto sampled = sample(scene, pixels);
      ASSERT_OK(sampled);
      EXPECT_NEAR(sampled.value().grid[scene.index(10, 11)], 0.4F, 0.006F) << pitch << ' ' << blur;
      EXPECT_EQ(sampled.value().weight[scene.index(10, 11)], 1.0F);
      // Its neighbours see what the blur brings over, the far ones nothing.
      EXPECT_GT(sampled.value().grid[scene.index(10, 12)], 0.02F);
      EXPECT_LT(sampled.value().grid[scene.index(10, 12)], 0.25F);
      EXPECT_NEAR(sampled.value().grid[scene.index(2, 3)], 0.0F, 1e-4F);
    }
}

TEST_P(ModuleSamplerTest, EveryModuleEqualsTheSumOverItsPixelsInEveryPixelType) {
  for (const PixelType type : {PixelType::kU8, PixelType::kU16, PixelType::kF32})
    for (const float pitch : {2.3F, 3.0F}) {
      Scene scene = small_scene(pitch, 0.35F);
      scene.shape.frames = 3;
      scene.shape.type = type;
      scene.black = 20;
      scene.flat = even_field(scene.shape, 80);
      sem::Random random(8);
      for (float& gain : scene.flat.row_gain) gain = static_cast<float>(1 + 0.1 * random.normal());
      scene.drift = rigid_drift(scene.shape, {{1.3F, -2.1F}, {-1.6F, 0.25F}, {0.3F, 1.85F}});
      std::vector<float> pixels;
      for (std::size_t i = 0; i < 3 * scene.shape.pixels_per_frame(); ++i)
        pixels.push_back(static_cast<float>(std::floor(40 + 120 * random.uniform())));
      const auto sampled = sample(scene, pixels);
      ASSERT_OK(sampled);
      double square = 0, signal = 0;
      for (std::int32_t i = 0; i < scene.rows; ++i)
        for (std::int32_t j = 0; j < scene.cols; ++j) {
          ASSERT_EQ(sampled.value().weight[scene.index(i, j)], 3.0F);
          const double expected = direct_sum(scene, pixels, i, j);
          signal += expected * expected;
          square +=
              std::pow(static_cast<double>(sampled.value().grid[scene.index(i, j)]) - expected, 2);
        }
      EXPECT_LT(std::sqrt(square / signal), 0.03) << to_string(type) << ' ' << pitch;
    }
}

TEST_P(ModuleSamplerTest, AGridStartsWhereItIsToldTo) {
  Scene scene = small_scene();
  sem::Random random(9);
  std::vector<float> pixels(scene.shape.pixels_per_frame());
  for (float& pixel : pixels) pixel = static_cast<float>(80 + 20 * random.normal());
  const auto whole = sample(scene, pixels);
  Scene part = scene;
  part.first_row = 7;
  part.first_col = 4;
  part.rows = 5;
  part.cols = 9;
  const auto patch = sample(part, pixels);
  ASSERT_OK(whole);
  ASSERT_OK(patch);
  for (std::int32_t i = 0; i < 5; ++i)
    for (std::int32_t j = 0; j < 9; ++j)
      EXPECT_EQ(patch.value().grid[part.index(i, j)],
                whole.value().grid[scene.index(i + 7, j + 4)]);
}

TEST_P(ModuleSamplerTest, ShadingIsDividedOutWhereTheModuleLies) {
  Scene scene = small_scene();
  for (std::int32_t i = 0; i < scene.flat.cell_rows; ++i)
    for (std::int32_t j = 0; j < scene.flat.cell_cols; ++j)
      scene.flat.shading[static_cast<std::size_t>(i * scene.flat.cell_cols + j)] =
          static_cast<float>(60 + 6 * i + 4 * j);
  std::vector<float> pixels;
  for (std::int32_t y = 0; y < scene.shape.rows; ++y)
    for (std::int32_t x = 0; x < scene.shape.cols; ++x)
      pixels.push_back(scene.flat.shading_at(static_cast<float>(y), static_cast<float>(x)));
  const auto sampled = sample(scene, pixels);
  ASSERT_OK(sampled);
  for (const float value : sampled.value().grid) EXPECT_NEAR(value, 0, 0.01F);
}

TEST_P(ModuleSamplerTest, ModulesAtTheBorderAreWholeOrLeftOut) {
  for (const float pitch : {2.0F, 3.1F, 6.0F}) {
    Scene scene;
    scene.shape = {1, 64, 72, PixelType::kU8};
    scene.flat = even_field(scene.shape, 80);
    scene.drift = no_drift(scene.shape);
    scene.map = straight_map(60, 60, {-10, -12}, {pitch, 0}, {0, pitch});
    scene.pulse = {0.3F, pitch};
    scene.rows = static_cast<std::int32_t>(90 / pitch);
    scene.cols = static_cast<std::int32_t>(100 / pitch);
    sem::Random random(10);
    std::vector<float> pixels;
    for (std::size_t i = 0; i < scene.shape.pixels_per_frame(); ++i)
      pixels.push_back(static_cast<float>(std::floor(30 + 100 * random.uniform())));
    const auto sampled = sample(scene, pixels);
    ASSERT_OK(sampled);
    const float reach = (0.5F + 2.2F * 0.3F) * pitch;
    int seen = 0;
    for (std::int32_t i = 0; i < scene.rows; ++i)
      for (std::int32_t j = 0; j < scene.cols; ++j) {
        const auto [y, x] = scene.map.at(static_cast<float>(i), static_cast<float>(j));
        const float inside = std::min(std::min(y, 63 - y), std::min(x, 71 - x));
        const float value = sampled.value().grid[scene.index(i, j)];
        if (inside < 0) {
          EXPECT_EQ(sampled.value().weight[scene.index(i, j)], 0.0F);
        }
        if (inside > reach + 5) {
          EXPECT_EQ(sampled.value().weight[scene.index(i, j)], 1.0F);
        }
        if (sampled.value().weight[scene.index(i, j)] == 0.0F) {
          EXPECT_EQ(value, 0.0F);
          continue;
        }
        ++seen;
        EXPECT_NEAR(value, direct_sum(scene, pixels, i, j), 0.05) << y << ' ' << x;
      }
    EXPECT_GT(seen, 30);
  }
}

TEST_P(ModuleSamplerTest, AFrameThatHasDriftedAwayDoesNotCount) {
  Scene scene = small_scene();
  scene.shape.frames = 3;
  scene.flat = even_field(scene.shape, 80);
  scene.drift = rigid_drift(scene.shape, {{0, 0}, {400, 0}, {0, -1e9F}});
  std::vector<float> pixels(scene.shape.pixels_per_frame(), 120.0F);
  pixels.resize(3 * scene.shape.pixels_per_frame(), 7.0F);
  const auto sampled = sample(scene, pixels);
  ASSERT_OK(sampled);
  Scene alone = small_scene();
  const auto expected = sample(alone, std::vector<float>(alone.shape.pixels_per_frame(), 120.0F));
  ASSERT_OK(expected);
  EXPECT_EQ(sampled.value().weight, expected.value().weight);
  EXPECT_EQ(sampled.value().grid, expected.value().grid);
}

TEST_P(ModuleSamplerTest, FramesCountByTheirWeights) {
  Scene scene = small_scene();
  scene.shape.frames = 3;
  scene.flat = even_field(scene.shape, 80);
  scene.drift = no_drift(scene.shape);
  scene.drift.weight = {1.5F, 0.5F, 0.0F};
  std::vector<float> pixels;
  for (const float level : {100.0F, 140.0F, std::numeric_limits<float>::quiet_NaN()})
    pixels.insert(pixels.end(), scene.shape.pixels_per_frame(), level);
  const auto sampled = sample(scene, pixels);
  ASSERT_OK(sampled);
  Scene alone = small_scene();
  const auto expected = sample(alone, std::vector<float>(alone.shape.pixels_per_frame(), 110.0F));
  ASSERT_OK(expected);
  for (std::size_t m = 0; m < expected.value().grid.size(); ++m) {
    EXPECT_EQ(sampled.value().weight[m], 2 * expected.value().weight[m]);
    EXPECT_NEAR(sampled.value().grid[m], expected.value().grid[m], 1e-4);
  }
}

TEST_P(ModuleSamplerTest, PlacesThatAreNoNumbersAreLeftOut) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const float bad : {kNan, kInfinity, -kInfinity, 3e38F, -1e12F}) {
    Scene scene = small_scene();
    // The node of module (8, 8): everything within 8 modules of it is spoilt.
    scene.map.nodes[static_cast<std::size_t>(2 * scene.map.node_cols + 2)] = {bad, bad};
    const auto sampled = sample(scene, std::vector<float>(scene.shape.pixels_per_frame(), 100.0F));
    ASSERT_OK(sampled);
    EXPECT_EQ(sampled.value().weight[scene.index(8, 8)], 0.0F);
    EXPECT_EQ(sampled.value().grid[scene.index(8, 8)], 0.0F);
    EXPECT_EQ(sampled.value().weight[scene.index(18, 20)], 1.0F);
    for (const float value : sampled.value().grid) EXPECT_TRUE(std::isfinite(value));
  }
}

TEST_P(ModuleSamplerTest, AGridLargerThanPlannedAndOtherShapesAreRefused) {
  const Scene scene = small_scene();
  const auto field = upload_pixels(backend(), scene.shape,
                                   std::vector<float>(scene.shape.pixels_per_frame(), 1.0F));
  const auto grid = filled_image(backend(), 20, 22, 0.0F);
  const auto weight = filled_image(backend(), 20, 21, 0.0F);
  ASSERT_TRUE(field.has_value() && grid.has_value() && weight.has_value());
  const auto run = [&](const ModuleSamplerConfig& config, const auto& of_grid,
                       const auto& of_weight) -> Result<> {
    OSTRACON_TRY_ASSIGN(auto sampler, backend().make_module_sampler(config));
    return sampler->run(field.value().stack(), scene.flat, scene.drift, scene.map, scene.pulse, 0,
                        0, of_grid.value().view(), of_weight.value().view());
  };
  EXPECT_TRUE(run({scene.shape, 440}, grid, grid).has_value());
  ASSERT_FALSE(run({scene.shape, 439}, grid, grid).has_value());
  EXPECT_EQ(run({scene.shape, 439}, grid, grid).error().code, ErrorCode::kInvalidArgument);
  EXPECT_FALSE(run({scene.shape, 440}, grid, weight).has_value());
  EXPECT_FALSE(run({{2, 96, 104, PixelType::kF32}, 440}, grid, grid).has_value());
  EXPECT_FALSE(run({scene.shape, 0}, grid, grid).has_value());
}

OSTRACON_ON_EVERY_BACKEND(ModuleSamplerTest);

}  // namespace
}  // namespace ostracon::test
