#include "pipeline/blur.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "datasets/random.hpp"
#include "pipeline/rules/pulse.hpp"

namespace ostracon::test {
namespace {

/// What a filter matched to blur `assumed` gives at a distance of (row, col) modules from a pulse
/// of blur `blur`, by numerical integration along both axes.
double correlation(double distance, float blur, float assumed) {
  double sum = 0;
  for (int k = -400; k <= 400; ++k) {
    const double x = 0.01 * k;
    sum += 0.01 * static_cast<double>(rules::pulse(static_cast<float>(x), assumed)) *
           static_cast<double>(rules::pulse(static_cast<float>(x - distance), blur));
  }
  return sum;
}

/// Known random bits and the filter's output around them, with a module more on every side.
struct KnownPatch {
  static constexpr std::int32_t kSide = 64;
  std::vector<std::uint8_t> known;
  std::vector<float> grid;
};

KnownPatch see(float blur, float assumed, double noise, std::uint64_t seed) {
  constexpr std::int32_t kGrid = KnownPatch::kSide + 2, kWide = kGrid + 4;
  sem::Random random(seed);
  std::vector<double> sign(std::size_t{kWide} * kWide);
  for (double& s : sign) s = (random.word() & 1) != 0 ? 1 : -1;
  const auto at = [&](std::int32_t r, std::int32_t c) {  // of the grid
    return sign[static_cast<std::size_t>((r + 2) * kWide + c + 2)];
  };
  double tap[3];
  for (int d = 0; d < 3; ++d) tap[d] = correlation(d, blur, assumed);
  KnownPatch patch;
  for (std::int32_t r = 0; r < kGrid; ++r)
    for (std::int32_t c = 0; c < kGrid; ++c) {
      double sum = noise * random.normal();
      for (int i = -2; i <= 2; ++i)
        for (int j = -2; j <= 2; ++j)
          sum += 0.33 * tap[std::abs(i)] * tap[std::abs(j)] * at(r + i, c + j);
      patch.grid.push_back(static_cast<float>(sum));
    }
  for (std::int32_t r = 1; r <= KnownPatch::kSide; ++r)
    for (std::int32_t c = 1; c <= KnownPatch::kSide; ++c)
      patch.known.push_back(at(r, c) > 0 ? 0 : 1);
  return patch;
}

float estimate(const std::vector<KnownPatch>& patches, float assumed) {
  constexpr std::int32_t kSide = KnownPatch::kSide;
  PulseResponse response;
  for (const KnownPatch& patch : patches)
    response.add({patch.grid.data(), kSide + 2, kSide + 2, kSide + 2},
                 {patch.known.data(), kSide, kSide, kSide});
  EXPECT_EQ(response.count, static_cast<std::int64_t>(patches.size()) * kSide * kSide);
  return estimate_blur(response, assumed);
}

TEST(Blur, TheRatioOfTheResponsesIsThatOfTheModel) {
  for (const float blur : {0.2F, 0.3F, 0.5F})
    EXPECT_NEAR(response_ratio(static_cast<double>(blur), 0.3),
                correlation(1, blur, 0.3F) / correlation(0, blur, 0.3F), 2e-3)
        << blur;
}

TEST(Blur, IsEstimatedFromFourKnownPatches) {
  for (const float blur : {0.2F, 0.3F, 0.4F, 0.5F}) {
    std::vector<KnownPatch> patches;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) patches.push_back(see(blur, 0.35F, 0.15, seed));
    EXPECT_NEAR(estimate(patches, 0.35F), blur, 0.04F);
  }
}

TEST(Blur, InvertedContrastHasTheSameBlur) {
  KnownPatch patch = see(0.4F, 0.3F, 0.05, 5);
  const float upright = estimate({patch}, 0.3F);
  for (float& value : patch.grid) value = -value;
  EXPECT_NEAR(estimate({patch}, 0.3F), upright, 1e-4F);
}

TEST(Blur, OnlyKnownBitsAreUsed) {
  KnownPatch patch = see(0.3F, 0.3F, 0.05, 6);
  constexpr std::int32_t kSide = KnownPatch::kSide;
  for (std::size_t i = 0; i < patch.known.size(); i += 2) patch.known[i] = 2;
  PulseResponse response;
  response.add({patch.grid.data(), kSide + 2, kSide + 2, kSide + 2},
               {patch.known.data(), kSide, kSide, kSide});
  EXPECT_EQ(response.count, kSide * kSide / 2);
}

TEST(Blur, WithoutAnyKnownBitIsWhatWasAssumed) {
  EXPECT_EQ(estimate_blur(PulseResponse{}, 0.3F), 0.3F);
}

TEST(Blur, AResponseBeyondTheModelGivesTheEndsOfItsRange) {
  EXPECT_NEAR(estimate_blur({1.0, -0.3, 100}, 0.3F), 0.05F, 1e-3F);
  EXPECT_NEAR(estimate_blur({1.0, 0.99, 100}, 0.3F), 0.9F, 1e-3F);
}

}  // namespace
}  // namespace ostracon::test
