// The module sampler's kernel against the CPU's: the same weights, values to the rounding of
// another order of summation.

#include <algorithm>
#include <cmath>

#include "tests/support/both_backends.hpp"
#include "tests/support/random_field.hpp"

namespace ostracon::test {
namespace {

struct Sampled {
  std::vector<float> grid, weight;
};

struct Case {
  FieldShape shape;
  Pulse pulse;
  std::int32_t rows, cols, bands;
  float black;
};
void PrintTo(const Case& c, std::ostream* out) {
  *out << to_string(c.shape.type) << ' ' << c.shape.rows << " x " << c.shape.cols << ", pitch "
       << c.pulse.pitch_px << ", blur " << c.pulse.blur_modules;
}

/// A field, its maps, and a grid that reaches beyond the frames on all sides.
class ModuleSamplerEqualTest : public BothBackendsTest, public ::testing::WithParamInterface<Case> {
 protected:
  static constexpr std::int32_t kFirstRow = -3, kFirstCol = -4;

  void make_field() {
    const Case& c = GetParam();
    sem::Random random(31);
    pixels_ = random_pixels(c.shape, random);
    flat_ = random_flat(c.shape, random);
    drift_ = random_drift(c.shape, c.bands, 1.5, random);
    const float p = c.pulse.pitch_px;
    map_ = random_map(c.rows, c.cols, {1.5F, 2.5F}, {0.99F * p, -0.1F * p}, {0.1F * p, 0.99F * p},
                      random);
  }

  Result<Sampled> sample(Backend& backend) const {
    const Case& c = GetParam();
    OSTRACON_TRY_ASSIGN(const auto field, upload_pixels(backend, c.shape, pixels_, c.black));
    OSTRACON_TRY_ASSIGN(const auto grid, filled_image(backend, c.rows, c.cols, 99.0F));
    OSTRACON_TRY_ASSIGN(const auto weight, filled_image(backend, c.rows, c.cols, 99.0F));
    OSTRACON_TRY_ASSIGN(auto sampler, backend.make_module_sampler({c.shape, c.rows * c.cols}));
    OSTRACON_TRY(sampler->run(field.stack(), flat_, drift_, map_, c.pulse, kFirstRow, kFirstCol,
                              grid.view(), weight.view()));
    OSTRACON_TRY_ASSIGN(auto grid_values, grid.download());
    OSTRACON_TRY_ASSIGN(auto weight_values, weight.download());
    return Sampled{std::move(grid_values), std::move(weight_values)};
  }

  std::vector<float> pixels_;
  FlatField flat_;
  DriftField drift_;
  LatticeMap map_;
};

TEST_P(ModuleSamplerEqualTest, WeightsAreTheSameAndValuesToRounding) {
  make_field();
  const auto expected = sample(cpu());
  ASSERT_OK(expected);
  const auto found = sample(kernels());
  ASSERT_OK(found);
  EXPECT_EQ(found.value().weight, expected.value().weight);
  const auto seen = std::count_if(expected.value().weight.begin(), expected.value().weight.end(),
                                  [](float weight) { return weight > 0; });
  EXPECT_GT(seen, 0);
  EXPECT_LT(seen, std::ssize(expected.value().weight));
  float most = 0;
  for (std::size_t m = 0; m < expected.value().grid.size(); ++m)
    most = std::max(most, std::abs(found.value().grid[m] - expected.value().grid[m]));
  RecordProperty("largest_difference", std::to_string(most));
  EXPECT_LT(most, 2e-5F);
}

// Odd sizes; windows of one to six octets; both ways of loading narrow pixels.
INSTANTIATE_TEST_SUITE_P(
    Fields, ModuleSamplerEqualTest,
    ::testing::Values(Case{{3, 97, 131, PixelType::kU8}, {0.3F, 3.0F}, 37, 47, 4, 0},
                      Case{{4, 90, 75, PixelType::kU8}, {0.2F, 2.0F}, 50, 43, 1, 12.5F},
                      Case{{2, 101, 99, PixelType::kU16}, {0.5F, 4.2F}, 31, 29, 3, 7},
                      Case{{1, 88, 93, PixelType::kU16}, {0.5F, 7.3F}, 17, 18, 2, 0},
                      Case{{3, 83, 71, PixelType::kF32}, {0.3F, 2.7F}, 33, 30, 5, 3},
                      Case{{2, 150, 141, PixelType::kF32}, {0.6F, 12.1F}, 16, 15, 2, 0},
                      Case{{1, 61, 64, PixelType::kU8}, {0.6F, 12.1F}, 9, 9, 1, 0}));

TEST_F(BothBackendsTest, AMapLargerThanPlannedIsRefusedByTheKernels) {
  const FieldShape shape{1, 16, 16, PixelType::kU8};
  const auto field = upload_pixels(kernels(), shape, std::vector<float>(256, 1.0F));
  const auto image = filled_image(kernels(), 4, 4, 0.0F);
  auto sampler = kernels().make_module_sampler({shape, 16});
  ASSERT_TRUE(field.has_value() && image.has_value() && sampler.has_value());
  const LatticeMap map = straight_map(800, 800, {0, 0}, {3, 0}, {0, 3});
  const auto run =
      sampler.value()->run(field.value().stack(), even_field(shape, 1), no_drift(shape), map,
                           {0.3F, 3.0F}, 0, 0, image.value().view(), image.value().view());
  ASSERT_FALSE(run.has_value());
  EXPECT_EQ(run.error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace ostracon::test
