#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "host/cpu/pitch_finder.hpp"
#include "tests/support/backend_test.hpp"
#include "tests/support/lattice_image.hpp"

namespace ostracon::test {
namespace {

sem::Profile ordinary() {
  sem::Profile profile;
  profile.noise.electrons_per_module = 150;
  profile.geometry.rotation_deg = 1.5;
  return profile;
}

/// Lines that bright edges almost drown, on a sheared and strongly warped page with dirt on it.
sem::Profile faint() {
  sem::Profile profile = ordinary();
  profile.geometry.rotation_deg = 5;
  profile.geometry.scale_error = 0.05;
  profile.geometry.shear = 0.02;
  profile.geometry.warp_rms_modules = 0.9;
  profile.optics.contrast = 0.3;
  profile.optics.blur_sigma_modules = 0.4;
  profile.optics.edge_peak = 0.3;
  profile.optics.edge_width_modules = 0.3;
  profile.noise.electrons_per_module = 800;
  profile.damage.area = 0.05;
  return profile;
}

/// The field module under a pixel, by Newton steps along the seed's axes.
std::array<float, 2> module_under(const LatticeMap& map, std::array<float, 2> pixel, float pitch) {
  std::array<float, 2> at{0, 0};
  for (int step = 0; step < 40; ++step) {
    const auto seen = map.at(at[0], at[1]);
    at[0] += (pixel[0] - seen[0]) / pitch;
    at[1] += (pixel[1] - seen[1]) / pitch;
  }
  return at;
}

/// How a lattice compares with the truth once the whole modules between their origins are known.
struct Comparison {
  std::int32_t row_offset = 0, col_offset = 0;  ///< field module of page module (0, 0)
  double rms_modules = 0;                       ///< per axis, over true nodes inside the image
  double worst_modules = 0;
  double bits_right = 0;  ///< share of the soft grid's signs
};

Comparison compare(const FieldLattice& lattice, const LatticeImage& image, float pitch) {
  constexpr std::int32_t kStep = sem::FieldTruth::kLatticeStep;
  const sem::FieldTruth& truth = image.truth;
  const std::int32_t i0 = truth.lattice_rows / 2, j0 = truth.lattice_cols / 2;
  const auto node = [&](std::int32_t i, std::int32_t j) {
    return truth.lattice[static_cast<std::size_t>(i * truth.lattice_cols + j)];
  };
  const auto middle = module_under(lattice.map, node(i0, j0), pitch);
  Comparison result;
  result.row_offset = static_cast<std::int32_t>(std::lround(middle[0])) - kStep * i0;
  result.col_offset = static_cast<std::int32_t>(std::lround(middle[1])) - kStep * j0;
  double square = 0;
  int count = 0;
  const auto inside = [&](const std::array<float, 2>& p) {
    return p[0] >= 12 && p[1] >= 12 && p[0] < static_cast<float>(image.rows - 12) &&
           p[1] < static_cast<float>(image.cols - 12);
  };
  for (std::int32_t i = 0; i < truth.lattice_rows; ++i)
    for (std::int32_t j = 0; j < truth.lattice_cols; ++j) {
      if (!inside(node(i, j))) continue;
      const auto seen = lattice.map.at(static_cast<float>(kStep * i + result.row_offset),
                                       static_cast<float>(kStep * j + result.col_offset));
      for (std::size_t axis = 0; axis < 2; ++axis) {
        const double off = static_cast<double>(seen[axis] - node(i, j)[axis]) / pitch;
        square += off * off;
        result.worst_modules = std::max(result.worst_modules, std::abs(off));
      }
      count += 2;
    }
  result.rms_modules = std::sqrt(square / count);

  const std::int32_t side = static_cast<std::int32_t>(std::lround(std::sqrt(truth.modules.size())));
  int right = 0, seen = 0;
  for (std::int32_t r = 0; r < side; ++r)
    for (std::int32_t c = 0; c < side; ++c) {
      const std::int32_t fr = r + result.row_offset, fc = c + result.col_offset;
      if (fr < 0 || fc < 0 || fr >= lattice.rows || fc >= lattice.cols) continue;
      const int soft = lattice.soft(fr, fc);
      if (soft == 0) continue;
      ++seen;
      right += (soft < 0) == (truth.modules[static_cast<std::size_t>(r * side + c)] != 0) ? 1 : 0;
    }
  result.bits_right = seen == 0 ? 0 : static_cast<double>(right) / seen;
  return result;
}

class LatticeTrackerTest : public BackendTest {
 protected:
  Result<std::optional<FieldLattice>> track(const LatticeImage& image) {
    OSTRACON_TRY_ASSIGN(const auto on_backend,
                        upload_image(backend(), image.rows, image.cols, image.pixels));
    // The same seed for all backends.
    OSTRACON_TRY_ASSIGN(auto finder,
                        cpu::make_pitch_finder({.rows = image.rows, .cols = image.cols}));
    OSTRACON_TRY_ASSIGN(const auto seed,
                        finder->run({image.pixels.data(), image.rows, image.cols, image.cols}));
    if (!seed) return Error{ErrorCode::kNotFound, "no pitch"};
    OSTRACON_TRY_ASSIGN(auto tracker,
                        backend().make_lattice_tracker({.rows = image.rows, .cols = image.cols}));
    OSTRACON_TRY_ASSIGN(auto lattice, tracker->run(on_backend.view(), *seed));
    if (lattice) OSTRACON_TRY(download_soft_grid(backend(), *lattice, soft_));
    return lattice;
  }

  /// Seeds of the fields to look at: where kernels are emulated one has to do.
  static std::vector<std::uint64_t> fields(std::vector<std::uint64_t> seeds) {
    if (kernels_are_emulated()) seeds.resize(1);
    return seeds;
  }

  Comparison track_and_compare(const sem::Profile& profile, std::int32_t side,
                               std::uint64_t seed = 1) {
    const LatticeImage image = lattice_image(profile, side, seed);
    const auto tracked = track(image);
    EXPECT_TRUE(tracked.has_value());
    if (!tracked || !tracked.value()) {
      ADD_FAILURE() << "no lattice";
      return {0, 0, 1e9, 1e9, 0};
    }
    EXPECT_GT(tracked.value()->settled_fraction, 0.8F);
    return compare(*tracked.value(), image, static_cast<float>(profile.scan.pixels_per_module));
  }

 private:
  std::vector<std::int8_t> soft_;  // of the last lattice tracked
};

TEST_P(LatticeTrackerTest, ARotatedLatticeIsFollowedToThreeHundredthsOfAModule) {
  const Comparison found = track_and_compare(ordinary(), 512);
  EXPECT_LT(found.rms_modules, 0.03);
  EXPECT_LT(found.worst_modules, 0.15);
  EXPECT_GT(found.bits_right, 0.93);
}

TEST_P(LatticeTrackerTest, AWarpedLatticeIsFollowedToThreeHundredthsOfAModule) {
  sem::Profile profile = ordinary();
  profile.geometry.warp_rms_modules = 0.35;
  profile.geometry.scale_error = 0.007;
  profile.geometry.shear = 0.004;
  for (const std::uint64_t seed : fields({2U, 3U})) {
    const Comparison found = track_and_compare(profile, 640, seed);
    EXPECT_LT(found.rms_modules, 0.03) << seed;
    EXPECT_LT(found.worst_modules, 0.2) << seed;
  }
}

TEST_P(LatticeTrackerTest, AtTheOperatingDoseOfABlurOfFourTenthsTheMapIsGoodToSixteenThousandths) {
  sem::Profile profile = ordinary();
  profile.optics.blur_sigma_modules = 0.4;
  profile.geometry.warp_rms_modules = 0.35;
  const Comparison found = track_and_compare(profile, 1200);
  EXPECT_LT(found.rms_modules, 0.016);
}

TEST_P(LatticeTrackerTest, TwoAndAHalfPixelsAModuleAreEnough) {
  sem::Profile profile = ordinary();
  profile.scan.pixels_per_module = 2.5;
  profile.geometry.rotation_deg = -6;
  const Comparison found = track_and_compare(profile, 512, 4);
  EXPECT_LT(found.rms_modules, 0.03);
}

TEST_P(LatticeTrackerTest, AnUnrotatedLatticeOfWholePixelsIsFollowed) {
  sem::Profile profile = ordinary();
  profile.geometry.rotation_deg = 0;
  const Comparison found = track_and_compare(profile, 512, 5);
  EXPECT_LT(found.rms_modules, 0.03);
}

TEST_P(LatticeTrackerTest, InvertedContrastGivesTheSameMapAndTheOppositeSigns) {
  sem::Profile profile = ordinary();
  profile.optics.inverted = true;
  const Comparison found = track_and_compare(profile, 512);
  EXPECT_LT(found.rms_modules, 0.03);
  EXPECT_LT(found.bits_right, 0.07);
}

TEST_P(LatticeTrackerTest, ScratchesAndDustDoNotMakeItSlip) {
  sem::Profile profile = ordinary();
  profile.damage.area = 0.02;
  const Comparison found = track_and_compare(profile, 512, 6);
  EXPECT_LT(found.rms_modules, 0.04);
  EXPECT_LT(found.worst_modules, 0.3);
}

TEST_P(LatticeTrackerTest, TwiceTheWarpAndDamageDoNotMakeItSlip) {
  for (const std::uint64_t seed : fields({7U, 8U, 9U})) {
    sem::Profile profile = ordinary();
    profile.geometry.warp_rms_modules = 0.9;
    profile.damage.area = 0.05;
    const Comparison found = track_and_compare(profile, 900, seed);
    EXPECT_LT(found.rms_modules, 0.04) << seed;
    EXPECT_LT(found.worst_modules, 0.4) << seed;
  }
}

TEST_P(LatticeTrackerTest, BrightEdgesWarpAndDamageTogetherDoNotMakeItSlip) {
  for (const std::uint64_t seed : fields({1U, 2U})) {
    const Comparison found = track_and_compare(faint(), 1200, seed);
    EXPECT_LT(found.rms_modules, 0.06) << seed;
    EXPECT_LT(found.worst_modules, 0.45) << seed;
  }
}

TEST_P(LatticeTrackerTest, AFaintWarpedLatticeUnderMuchDirtIsFollowedEverywhere) {
  sem::Profile profile = faint();
  profile.noise.electrons_per_module = 500;
  profile.damage.area = 0.08;
  for (const std::uint64_t seed : fields({2U, 14U})) {
    const Comparison found = track_and_compare(profile, 900, seed);
    EXPECT_LT(found.rms_modules, 0.035) << seed;
    EXPECT_LT(found.worst_modules, 0.25) << seed;
  }
}

TEST_P(LatticeTrackerTest, NoiseHasNoLattice) {
  for (const std::uint64_t n : fields({1, 2, 3})) {
    const auto image = upload_image(backend(), 384, 384, noise_image(384, n));
    ASSERT_TRUE(image.has_value());
    const auto tracker = backend().make_lattice_tracker({.rows = 384, .cols = 384});
    ASSERT_TRUE(tracker.has_value());
    LatticeSeed seed;
    seed.centre = {191.5F, 191.5F};
    seed.down = {3, 0.1F};
    seed.right = {-0.1F, 3};
    seed.strength = 13;
    const auto tracked = tracker.value()->run(image.value().view(), seed);
    ASSERT_TRUE(tracked.has_value());
    EXPECT_FALSE(tracked.value().has_value()) << n;
  }
}

TEST_P(LatticeTrackerTest, AnotherShapeThanPlannedIsRefused) {
  const auto image = filled_image(backend(), 128, 96, 0.0F);
  const auto tracker = backend().make_lattice_tracker({.rows = 96, .cols = 128});
  ASSERT_TRUE(image.has_value());
  ASSERT_TRUE(tracker.has_value());
  LatticeSeed seed;
  seed.down = {3, 0};
  seed.right = {0, 3};
  const auto tracked = tracker.value()->run(image.value().view(), seed);
  ASSERT_FALSE(tracked.has_value());
  EXPECT_EQ(tracked.error().code, ErrorCode::kInvalidArgument);
  EXPECT_FALSE(backend().make_lattice_tracker({.rows = 16, .cols = 128}).has_value());
}

OSTRACON_ON_EVERY_BACKEND(LatticeTrackerTest);

}  // namespace
}  // namespace ostracon::test
