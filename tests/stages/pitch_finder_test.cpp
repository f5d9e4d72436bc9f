#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>

#include "tests/support/backend_test.hpp"
#include "tests/support/lattice_image.hpp"

namespace ostracon::test {
namespace {

constexpr std::int32_t kSide = 512;

sem::Profile ordinary() {
  sem::Profile profile;
  profile.noise.electrons_per_module = 150;
  return profile;
}

/// Vectors of one module down and to the right that `geometry` gives, px.
LatticeSeed seed_of(const sem::Profile& profile) {
  const double angle = profile.geometry.rotation_deg * std::numbers::pi / 180;
  const double p = profile.scan.pixels_per_module;
  LatticeSeed seed;
  seed.down = {static_cast<float>(p * std::cos(angle)), static_cast<float>(-p * std::sin(angle))};
  seed.right = {static_cast<float>(p * std::sin(angle)), static_cast<float>(p * std::cos(angle))};
  return seed;
}

/// The same where the lattice is warped or stretched: between the true nodes about a pixel.
LatticeSeed seed_near(const sem::FieldTruth& truth, std::array<float, 2> centre) {
  const auto node = [&](std::int32_t i, std::int32_t j) {
    return truth.lattice[static_cast<std::size_t>(i * truth.lattice_cols + j)];
  };
  std::int32_t near_i = 1, near_j = 1;
  const auto distance = [&](std::int32_t i, std::int32_t j) {
    return std::hypot(node(i, j)[0] - centre[0], node(i, j)[1] - centre[1]);
  };
  for (std::int32_t i = 1; i + 1 < truth.lattice_rows; ++i)
    for (std::int32_t j = 1; j + 1 < truth.lattice_cols; ++j)
      if (distance(i, j) < distance(near_i, near_j)) near_i = i, near_j = j;
  constexpr float kApart = 2.0F * sem::FieldTruth::kLatticeStep;
  LatticeSeed seed;
  for (std::size_t axis = 0; axis < 2; ++axis) {
    seed.down[axis] = (node(near_i + 1, near_j)[axis] - node(near_i - 1, near_j)[axis]) / kApart;
    seed.right[axis] = (node(near_i, near_j + 1)[axis] - node(near_i, near_j - 1)[axis]) / kApart;
  }
  return seed;
}

class PitchFinderTest : public BackendTest {
 protected:
  Result<std::optional<LatticeSeed>> find(std::int32_t rows, std::int32_t cols,
                                          const std::vector<float>& pixels) {
    OSTRACON_TRY_ASSIGN(const auto image, upload_image(backend(), rows, cols, pixels));
    OSTRACON_TRY_ASSIGN(auto finder, backend().make_pitch_finder({.rows = rows, .cols = cols}));
    return finder->run(image.view());
  }

  void expect_found(const sem::Profile& profile, std::int32_t side, const std::string& what) {
    const LatticeImage image = lattice_image(profile, side);
    const auto found = find(image.rows, image.cols, image.pixels);
    ASSERT_TRUE(found.has_value()) << what;
    ASSERT_TRUE(found.value().has_value()) << what;
    const LatticeSeed& seed = *found.value();
    const LatticeSeed truth = seed_of(profile);
    EXPECT_NEAR(seed.pitch() / truth.pitch(), 1, 0.005) << what;
    for (std::size_t axis = 0; axis < 2; ++axis) {
      EXPECT_NEAR(seed.down[axis], truth.down[axis], 0.005F * truth.pitch()) << what;
      EXPECT_NEAR(seed.right[axis], truth.right[axis], 0.005F * truth.pitch()) << what;
    }
    EXPECT_NEAR(seed.centre[0], 0.5F * static_cast<float>(side - 1), 1) << what;
    EXPECT_NEAR(seed.centre[1], 0.5F * static_cast<float>(side - 1), 1) << what;
  }
};

TEST_P(PitchFinderTest, EveryPitchFromTwoToFivePixelsIsFoundAtEveryAngleUpToTenDegrees) {
  constexpr std::array kPitches{2.0, 2.5, 3.0, 4.0, 5.0};
  constexpr std::array kAngles{-10.0, 0.7, 10.0};
  constexpr std::size_t kAll = kPitches.size() * kAngles.size();
  const std::size_t count = trials(kAll);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t one = i * kAll / count;
    const double pitch = kPitches[one / kAngles.size()];
    const double angle = kAngles[one % kAngles.size()];
    sem::Profile profile = ordinary();
    profile.scan.pixels_per_module = pitch;
    profile.geometry.rotation_deg = angle;
    expect_found(profile, kSide,
                 std::to_string(pitch) + " px, " + std::to_string(angle) + " degrees");
  }
}

TEST_P(PitchFinderTest, WholePixelPitchesWithoutAnyRotationAreFound) {
  constexpr std::array kPitches{2.0, 4.0, 3.0};
  for (std::size_t i = 0; i < trials(kPitches.size()); ++i) {
    sem::Profile profile = ordinary();
    profile.scan.pixels_per_module = kPitches[i];
    expect_found(profile, kSide, std::to_string(kPitches[i]));
  }
}

TEST_P(PitchFinderTest, BlurOfHalfAModuleAndFewElectronsAreNoHindrance) {
  sem::Profile profile = ordinary();
  profile.geometry.rotation_deg = 3;
  profile.optics.blur_sigma_modules = 0.5;
  profile.noise.electrons_per_module = 400;
  expect_found(profile, kSide, "blur");
  profile.optics.blur_sigma_modules = 0.3;
  profile.noise.electrons_per_module = 60;
  expect_found(profile, kSide, "few electrons");
}

TEST_P(PitchFinderTest, InvertedContrastHasTheSameLines) {
  sem::Profile profile = ordinary();
  profile.optics.inverted = true;
  profile.geometry.rotation_deg = -4;
  expect_found(profile, kSide, "inverted");
}

TEST_P(PitchFinderTest, ASharpQuietImageDoesNotShowItsDiagonals) {
  sem::Profile profile = ordinary();
  profile.optics.blur_sigma_modules = 0.1;
  profile.noise.electrons_per_module = 1e5;
  profile.scan.pixels_per_module = 4;
  profile.geometry.rotation_deg = 2;
  expect_found(profile, kSide, "sharp");
}

TEST_P(PitchFinderTest, BrightEdgesHideTheDetailButNotTheLattice) {
  constexpr std::array kPeaks{0.3, 0.5, 0.1, 0.2};
  for (std::size_t i = 0; i < trials(kPeaks.size()); ++i) {
    const double peak = kPeaks[i];
    sem::Profile profile = ordinary();
    profile.geometry.rotation_deg = 5;
    profile.optics.contrast = 0.3;
    profile.optics.blur_sigma_modules = 0.4;
    profile.optics.edge_peak = peak;
    profile.optics.edge_width_modules = 0.3;
    profile.noise.electrons_per_module = 800;
    expect_found(profile, 768, "edges of " + std::to_string(peak));
  }
}

TEST_P(PitchFinderTest, WarpStretchShearAndDamageTogetherAreNoHindrance) {
  for (std::uint64_t number = 1; number <= trials(3); ++number) {
    sem::Profile profile = ordinary();
    profile.geometry.rotation_deg = 5;
    profile.geometry.scale_error = 0.05;
    profile.geometry.shear = 0.02;
    profile.geometry.warp_rms_modules = 0.9;
    profile.damage.area = 0.05;
    const LatticeImage image = lattice_image(profile, 1024, number);
    const auto found = find(image.rows, image.cols, image.pixels);
    ASSERT_TRUE(found.has_value() && found.value().has_value()) << number;
    const LatticeSeed& seed = *found.value();
    const LatticeSeed truth = seed_near(image.truth, seed.centre);
    for (std::size_t axis = 0; axis < 2; ++axis) {
      EXPECT_NEAR(seed.down[axis], truth.down[axis], 0.05F * truth.pitch()) << number;
      EXPECT_NEAR(seed.right[axis], truth.right[axis], 0.05F * truth.pitch()) << number;
    }
  }
}

TEST_P(PitchFinderTest, NoiseStaysWellBelowWhatIsAskedOfALattice) {
  const PitchFinderConfig asked{};
  const auto finder = backend().make_pitch_finder({.rows = 800, .cols = 800, .min_strength = 0});
  ASSERT_TRUE(finder.has_value());
  for (std::uint64_t seed = 1; seed <= trials(4); ++seed) {
    const auto image = upload_image(backend(), 800, 800, noise_image(800, seed));
    ASSERT_TRUE(image.has_value());
    const auto found = finder.value()->run(image.value().view());
    ASSERT_OK(found);
    if (found.value()) {
      EXPECT_LT(found.value()->strength, 0.9F * asked.min_strength) << seed;
    }
  }
}

TEST_P(PitchFinderTest, RowsOfDifferentBrightnessHaveNoLattice) {
  std::vector<float> pixels = noise_image(600, 9);
  sem::Random random(10);
  for (std::size_t y = 0; y < 600; ++y) {
    const auto offset = static_cast<float>(0.1 * random.normal());
    for (std::size_t x = 0; x < 600; ++x) pixels[600 * y + x] += offset;
  }
  const auto found = find(600, 600, pixels);
  ASSERT_OK(found);
  EXPECT_FALSE(found.value().has_value());
}

TEST_P(PitchFinderTest, ASmallFieldIsEnough) {
  sem::Profile profile = ordinary();
  profile.geometry.rotation_deg = 1;
  profile.noise.electrons_per_module = 300;
  expect_found(profile, 256, "256 px");
}

TEST_P(PitchFinderTest, NoiseHasNoLattice) {
  for (std::uint64_t seed = 1; seed <= trials(6); ++seed) {
    const auto found = find(300, 300, noise_image(300, seed));
    ASSERT_OK(found);
    EXPECT_FALSE(found.value().has_value()) << seed;
  }
}

TEST_P(PitchFinderTest, AnEvenImageHasNoLattice) {
  const auto found = find(256, 320, std::vector<float>(256 * 320, 0.0F));
  ASSERT_OK(found);
  EXPECT_FALSE(found.value().has_value());
}

TEST_P(PitchFinderTest, AnotherShapeThanPlannedAndTooSmallAnImageAreRefused) {
  const auto image = filled_image(backend(), 128, 64, 0.0F);
  const auto finder = backend().make_pitch_finder({.rows = 64, .cols = 128});
  ASSERT_TRUE(image.has_value());
  ASSERT_TRUE(finder.has_value());
  const auto found = finder.value()->run(image.value().view());
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code, ErrorCode::kInvalidArgument);
  EXPECT_FALSE(backend().make_pitch_finder({.rows = 63, .cols = 512}).has_value());
}

OSTRACON_ON_EVERY_BACKEND(PitchFinderTest);

}  // namespace
}  // namespace ostracon::test
