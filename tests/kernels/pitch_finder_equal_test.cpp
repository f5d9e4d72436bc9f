// The pitch finder's kernels against the CPU's: the same lattice to the rounding of the transforms.

#include <algorithm>
#include <cmath>

#include "tests/support/both_backends.hpp"
#include "tests/support/lattice_image.hpp"

namespace ostracon::test {
namespace {

struct Case {
  std::int32_t side;  ///< px of the field
  double pitch_px, rotation_deg, electrons, edge_peak;
};
void PrintTo(const Case& c, std::ostream* out) {
  *out << c.pitch_px << " px at " << c.rotation_deg << " degrees in " << c.side << " px";
}

Result<std::optional<LatticeSeed>> find(Backend& backend, const PitchFinderConfig& config,
                                        const std::vector<float>& pixels) {
  OSTRACON_TRY_ASSIGN(const auto image, upload_image(backend, config.rows, config.cols, pixels));
  OSTRACON_TRY_ASSIGN(auto finder, backend.make_pitch_finder(config));
  return finder->run(image.view());
}

class PitchFinderEqualTest : public BothBackendsTest, public ::testing::WithParamInterface<Case> {};

TEST_P(PitchFinderEqualTest, TheSeedIsTheSameToRounding) {
  const Case& c = GetParam();
  sem::Profile profile;
  profile.noise.electrons_per_module = c.electrons;
  profile.scan.pixels_per_module = c.pitch_px;
  profile.geometry.rotation_deg = c.rotation_deg;
  profile.optics.edge_peak = c.edge_peak;
  const LatticeImage image = lattice_image(profile, c.side);
  const PitchFinderConfig config{.rows = image.rows, .cols = image.cols};
  const auto expected = find(cpu(), config, image.pixels);
  ASSERT_OK(expected);
  const auto found = find(kernels(), config, image.pixels);
  ASSERT_OK(found);
  ASSERT_TRUE(expected.value().has_value() && found.value().has_value());
  const LatticeSeed& a = *expected.value();
  const LatticeSeed& b = *found.value();
  EXPECT_EQ(b.centre, a.centre);
  EXPECT_EQ(b.in_image, a.in_image);
  EXPECT_NEAR(b.strength / a.strength, 1, 1e-4);
  float most = 0;
  for (std::size_t axis = 0; axis < 2; ++axis) {
    most = std::max(most, std::abs(b.down[axis] - a.down[axis]));
    most = std::max(most, std::abs(b.right[axis] - a.right[axis]));
  }
  RecordProperty("largest_difference_px", std::to_string(most));
  RecordProperty("strength_ratio_less_1", std::to_string(b.strength / a.strength - 1));
  EXPECT_LT(most, 1e-5F);
}

// Clear at once; with the gradient; the smallest crop, not a power of two.
INSTANTIATE_TEST_SUITE_P(Fields, PitchFinderEqualTest,
                         ::testing::Values(Case{300, 3.0, 2.0, 150, 0}, Case{256, 2.1, -7.0, 60, 0},
                                           Case{320, 3.3, 4.0, 800, 0.3}));

TEST_F(BothBackendsTest, NoiseIsAsFarFromALatticeOnTheKernels) {
  const PitchFinderConfig config{.rows = 150, .cols = 150, .min_strength = 0};
  const std::vector<float> noise = noise_image(150, 3);
  const auto expected = find(cpu(), config, noise);
  const auto found = find(kernels(), config, noise);
  ASSERT_OK(expected);
  ASSERT_OK(found);
  ASSERT_EQ(found.value().has_value(), expected.value().has_value());
  if (expected.value()) {
    EXPECT_NEAR(found.value()->strength / expected.value()->strength, 1, 1e-4);
  }
}

}  // namespace
}  // namespace ostracon::test
