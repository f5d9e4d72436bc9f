// The scale on which all pixels are equally noisy.
#include "host/view/noise_model.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace ostracon::view {
namespace {

constexpr float kGain = 9.0F, kOffset = 20.0F, kDetector = 0.4F;  // counts, counts, electrons

/// Counts of `electrons` on average, rounded.
float draw(double electrons, std::mt19937& random) {
  std::poisson_distribution<int> poisson(electrons);
  std::normal_distribution<float> detector(0, kDetector);
  return std::round(kOffset + kGain * (static_cast<float>(poisson(random)) + detector(random)));
}

NoiseModel true_model() {
  return {kGain, kGain * kGain * kDetector * kDetector + 1.0F / 12 - kGain * kOffset};
}

/// 256 x 256 px, brighter to the right: 1 to 21 electrons.
std::vector<float> ramp() {
  std::mt19937 random(3);
  std::vector<float> pixels;
  for (int y = 0; y < 256; ++y)
    for (int x = 0; x < 256; ++x) pixels.push_back(draw(1 + x * (20.0 / 255), random));
  return pixels;
}

ImageView<const float> view_of(const std::vector<float>& pixels) {
  return {pixels.data(), 256, 256, 256};
}

TEST(NoiseModel, StabilisedCountsHaveUnitNoiseAndTheMeanComesBack) {
  const Stabiliser stabiliser(true_model());
  for (const double electrons : {1.0, 2.0, 4.0, 10.0, 30.0}) {
    std::mt19937 random(static_cast<std::uint32_t>(electrons * 10));
    double sum = 0, squares = 0;
    constexpr int kDraws = 200000;
    for (int i = 0; i < kDraws; ++i) {
      const auto level = static_cast<double>(stabiliser.forward(draw(electrons, random)));
      sum += level;
      squares += level * level;
    }
    const double mean = sum / kDraws;
    EXPECT_NEAR(squares / kDraws - mean * mean, 1, electrons < 4 ? 0.2 : 0.05) << electrons;
    EXPECT_NEAR(stabiliser.inverse(static_cast<float>(mean)),
                static_cast<double>(kOffset) + static_cast<double>(kGain) * electrons,
                0.02 * static_cast<double>(kGain) * electrons + 0.5)
        << electrons;
  }
}

TEST(NoiseModel, WithoutGainTheScaleIsLinear) {
  const Stabiliser stabiliser({0, 25});
  EXPECT_FLOAT_EQ(stabiliser.forward(40), 8);
  EXPECT_FLOAT_EQ(stabiliser.inverse(8), 40);
  EXPECT_FLOAT_EQ(stabiliser.inverse(-8), -40);
}

TEST(NoiseModel, WhatTheFileStatesIsTaken) {
  const auto pixels = ramp();
  const NoiseModel model = find_noise(view_of(pixels), PixelType::kU8, {kOffset, kGain});
  EXPECT_FLOAT_EQ(model.gain, kGain);
  EXPECT_NEAR(model.floor, -kGain * kOffset + 1.0F / 12, 1e-3);
}

TEST(NoiseModel, WhatItDoesNotStateIsMeasured) {
  const auto pixels = ramp();
  const NoiseModel truth = true_model();
  const double middle = static_cast<double>(kOffset + kGain * 11);
  const auto variance = [&](const NoiseModel& model, double counts) {
    return static_cast<double>(model.gain) * counts + static_cast<double>(model.floor);
  };
  const NoiseModel blind = find_noise(view_of(pixels), PixelType::kU8, {});
  EXPECT_NEAR(blind.gain, kGain, 0.1 * static_cast<double>(kGain));
  EXPECT_NEAR(variance(blind, middle) / variance(truth, middle), 1, 0.05);
  const NoiseModel half = find_noise(view_of(pixels), PixelType::kU8, {std::nullopt, kGain});
  EXPECT_FLOAT_EQ(half.gain, kGain);
  EXPECT_NEAR(variance(half, middle) / variance(truth, middle), 1, 0.05);
}

TEST(NoiseModel, OfAnEvenOrTinyPictureIsFinite) {
  const std::vector<float> even(256 * 256, 7.0F), none(256 * 256, 0.0F);
  for (const PixelType type : {PixelType::kU8, PixelType::kF32})
    for (const auto& pixels : {even, none}) {
      for (const ImageView<const float> image :
           {view_of(pixels), ImageView<const float>{pixels.data(), 1, 1, 1},
            ImageView<const float>{pixels.data(), 2, 9, 9}}) {
        const NoiseModel model = find_noise(image, type, {});
        EXPECT_EQ(model.gain, 0);
        EXPECT_GT(model.floor, 0);
        const Stabiliser stabiliser(model);
        EXPECT_NEAR(stabiliser.inverse(stabiliser.forward(pixels[0])), pixels[0], 1e-4);
      }
    }
}

}  // namespace
}  // namespace ostracon::view
