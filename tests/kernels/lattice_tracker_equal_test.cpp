// The lattice tracker's kernels against the CPU's tracker on the same image.

#include <cmath>

#include "tests/support/both_backends.hpp"
#include "tests/support/lattice_image.hpp"

namespace ostracon::test {
namespace {

struct Scene {
  const char* name;
  std::int32_t rows, cols;
  double pitch_px, rotation_deg;
  bool bright_edges, dirt;
};
void PrintTo(const Scene& scene, std::ostream* out) { *out << scene.name; }

Result<std::optional<FieldLattice>> track(Backend& backend, std::int32_t rows, std::int32_t cols,
                                          const std::vector<float>& pixels, const LatticeSeed& seed,
                                          std::vector<std::int8_t>& soft) {
  OSTRACON_TRY_ASSIGN(const auto image, upload_image(backend, rows, cols, pixels));
  OSTRACON_TRY_ASSIGN(auto tracker, backend.make_lattice_tracker({.rows = rows, .cols = cols}));
  OSTRACON_TRY_ASSIGN(auto lattice, tracker->run(image.view(), seed));
  if (lattice) OSTRACON_TRY(download_soft_grid(backend, *lattice, soft));
  return lattice;
}

/// The upper left rows x cols of a simulated field.
std::vector<float> pixels_of(const Scene& scene, LatticeSeed& seed) {
  sem::Profile profile;
  profile.noise.electrons_per_module = 300;
  profile.scan.pixels_per_module = scene.pitch_px;
  profile.geometry.rotation_deg = scene.rotation_deg;
  profile.geometry.warp_rms_modules = 0.2;
  if (scene.bright_edges) {
    profile.optics.edge_peak = 0.4;
    profile.optics.edge_width_modules = 0.3;
  }
  if (scene.dirt) profile.damage.area = 0.04;
  const LatticeImage image = lattice_image(profile, std::max(scene.rows, scene.cols), 11);
  const auto angle = static_cast<float>(scene.rotation_deg * 3.14159265 / 180);
  const auto pitch = static_cast<float>(scene.pitch_px);
  seed.centre = {0.5F * static_cast<float>(scene.rows), 0.5F * static_cast<float>(scene.cols)};
  seed.down = {pitch * std::cos(angle), -pitch * std::sin(angle)};
  seed.right = {pitch * std::sin(angle), pitch * std::cos(angle)};
  seed.strength = 100;
  seed.in_image = scene.bright_edges;
  std::vector<float> pixels;
  for (std::int32_t y = 0; y < scene.rows; ++y) {
    const auto row = image.pixels.begin() + std::ptrdiff_t{y} * image.cols;
    pixels.insert(pixels.end(), row, row + scene.cols);
  }
  return pixels;
}

class LatticeTrackerEqualTest : public BothBackendsTest,
                                public ::testing::WithParamInterface<Scene> {};

TEST_P(LatticeTrackerEqualTest, MapAndSoftValuesAreTheSame) {
  const Scene& scene = GetParam();
  LatticeSeed seed;
  const auto pixels = pixels_of(scene, seed);
  std::vector<std::int8_t> soft_expected, soft_found;
  const auto expected = track(cpu(), scene.rows, scene.cols, pixels, seed, soft_expected);
  ASSERT_OK(expected);
  const auto found = track(kernels(), scene.rows, scene.cols, pixels, seed, soft_found);
  ASSERT_OK(found);
  ASSERT_TRUE(expected.value().has_value());
  ASSERT_TRUE(found.value().has_value());
  const FieldLattice& a = *expected.value();
  const FieldLattice& b = *found.value();
  EXPECT_GT(a.settled_fraction, 0.8F);
  EXPECT_EQ(a.settled_fraction, b.settled_fraction);
  EXPECT_NEAR(a.residual_modules, b.residual_modules, 1e-4F);
  ASSERT_EQ(a.rows, b.rows);
  ASSERT_EQ(a.cols, b.cols);
  ASSERT_EQ(a.map.nodes.size(), b.map.nodes.size());
  float worst = 0;
  for (std::size_t k = 0; k < a.map.nodes.size(); ++k)
    for (std::size_t axis = 0; axis < 2; ++axis)
      worst = std::max(worst, std::abs(a.map.nodes[k][axis] - b.map.nodes[k][axis]));
  EXPECT_LT(worst, 1e-3F);  // px; dirt that only one of them sees has moved no more
  ASSERT_EQ(soft_expected.size(), soft_found.size());
  std::size_t different = 0;
  int largest = 0;
  for (std::size_t k = 0; k < soft_expected.size(); ++k) {
    different += soft_expected[k] != soft_found[k] ? 1 : 0;
    largest = std::max(largest, std::abs(soft_expected[k] - soft_found[k]));
  }
  EXPECT_LE(largest, 1);
  EXPECT_LE(1000 * different, soft_expected.size()) << different;
  RecordProperty("worst_node_px", std::to_string(worst));
  RecordProperty("different_of_a_million",
                 std::to_string(1e6 * static_cast<double>(different) /
                                static_cast<double>(soft_expected.size())));
}

INSTANTIATE_TEST_SUITE_P(Scenes, LatticeTrackerEqualTest,
                         ::testing::Values(Scene{"OrdinaryPitch", 512, 640, 3, 1.5, false, false},
                                           Scene{"OddSizes", 427, 531, 3.3, -2, false, false},
                                           Scene{"HalfPixels", 384, 391, 2.4, 0, false, false},
                                           Scene{"BrightEdgesAndDirt", 640, 512, 3, 4, true, true},
                                           Scene{"LargeModules", 720, 700, 9, 1, false, false}),
                         [](const auto& scene) { return std::string(scene.param.name); });

class LatticeTrackerKernelsTest : public BothBackendsTest {};

TEST_F(LatticeTrackerKernelsTest, AnImageOfFewTilesShowsNoLatticeToEither) {
  LatticeSeed seed;
  seed.down = {3, 0};
  seed.right = {0, 3};
  const auto pixels = noise_image(70, 3);
  std::vector<std::int8_t> soft;
  for (Backend* backend : {&cpu(), &kernels()}) {
    const auto found = track(*backend, 70, 70, pixels, seed, soft);
    ASSERT_OK(found);
    EXPECT_FALSE(found.value().has_value());
  }
}

TEST_F(LatticeTrackerKernelsTest, AnEvenImageShowsNoLatticeToEither) {
  LatticeSeed seed;
  seed.down = {3, 0};
  seed.right = {0, 3};
  seed.in_image = true;
  const std::vector<float> pixels(std::size_t{200} * 200, 0.0F);
  std::vector<std::int8_t> soft;
  for (Backend* backend : {&cpu(), &kernels()}) {
    const auto found = track(*backend, 200, 200, pixels, seed, soft);
    ASSERT_OK(found);
    EXPECT_FALSE(found.value().has_value());
  }
}

TEST_F(LatticeTrackerKernelsTest, AModuleOfMoreThan16PixelsIsRefusedWithASentence) {
  LatticeSeed seed;
  seed.down = {17, 0};
  seed.right = {0, 17};
  std::vector<std::int8_t> soft;
  const auto found = track(kernels(), 600, 600, noise_image(600, 3), seed, soft);
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code, ErrorCode::kInvalidArgument);
  EXPECT_NE(found.error().message.find("17.0"), std::string::npos) << found.error().message;
}

}  // namespace
}  // namespace ostracon::test
