// The flattener's kernels against the CPU's: the same shading, gains to the rounding of a row's
// sum in another order.

#include <algorithm>
#include <cmath>

#include "tests/support/both_backends.hpp"
#include "tests/support/random_field.hpp"

namespace ostracon::test {
namespace {

struct Case {
  FieldShape shape;
  float black;
  float most_gain_difference;
};
void PrintTo(const Case& c, std::ostream* out) {
  *out << c.shape.frames << " frames of " << c.shape.rows << " x " << c.shape.cols << ' '
       << to_string(c.shape.type);
}

class FlattenerEqualTest : public BothBackendsTest, public ::testing::WithParamInterface<Case> {};

TEST_P(FlattenerEqualTest, ShadingIsTheSameAndGainsToRounding) {
  const Case& c = GetParam();
  sem::Random random(51);
  std::vector<float> pixels = random_pixels(c.shape, random);
  const auto size = static_cast<std::ptrdiff_t>(c.shape.pixels_per_frame());
  for (std::int32_t y = 0; y < c.shape.frames * c.shape.rows; ++y) {  // rows flicker
    const auto gain = static_cast<float>(1 + 0.1 * random.uniform());
    for (std::int32_t x = 0; x < c.shape.cols; ++x) {
      float& pixel = pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(c.shape.cols) +
                            static_cast<std::size_t>(x)];
      pixel = c.shape.type == PixelType::kF32 ? gain * pixel : std::floor(gain * pixel);
    }
  }
  if (c.shape.frames > 2) std::fill_n(pixels.begin() + size, size, 3.0F);  // one is blank
  const auto flatten = [&](Backend& backend) -> Result<FlatField> {
    OSTRACON_TRY_ASSIGN(const auto field, upload_pixels(backend, c.shape, pixels, c.black));
    OSTRACON_TRY_ASSIGN(auto flattener, backend.make_flattener({c.shape}));
    return flattener->run(field.stack());
  };
  const auto expected = flatten(cpu());
  ASSERT_OK(expected);
  const auto found = flatten(kernels());
  ASSERT_OK(found);
  EXPECT_EQ(found.value().cell_rows, expected.value().cell_rows);
  EXPECT_EQ(found.value().cell_cols, expected.value().cell_cols);
  EXPECT_EQ(found.value().shading, expected.value().shading);
  ASSERT_EQ(found.value().row_gain.size(), expected.value().row_gain.size());
  float most = 0;
  for (std::size_t i = 0; i < found.value().row_gain.size(); ++i)
    most = std::max(most, std::abs(found.value().row_gain[i] - expected.value().row_gain[i]));
  RecordProperty("largest_difference", std::to_string(most));
  EXPECT_LE(most, c.most_gain_difference);
}

// Cells that begin at multiples of 16 bytes and others; cut cells; more than one block across. Sums
// of bytes are exact in every order.
INSTANTIATE_TEST_SUITE_P(Fields, FlattenerEqualTest,
                         ::testing::Values(Case{{3, 61, 83, PixelType::kU8}, 2, 0},
                                           Case{{4, 64, 96, PixelType::kU8}, 0, 0},
                                           Case{{2, 45, 72, PixelType::kU16}, 0, 1e-6F},
                                           Case{{1, 50, 67, PixelType::kU16}, 5, 1e-6F},
                                           Case{{3, 48, 80, PixelType::kF32}, 1.5F, 1e-6F},
                                           Case{{2, 39, 71, PixelType::kF32}, 0, 1e-6F},
                                           Case{{1, 20, 4128, PixelType::kU8}, 0, 0},
                                           Case{{1, 1, 1, PixelType::kU8}, 0, 0}));

TEST_F(BothBackendsTest, MoreRowsThanAGridHasAreRefusedByTheFlattener) {
  const auto flattener = kernels().make_flattener({{1, 65535 * 16 + 1, 4, PixelType::kU8}});
  ASSERT_FALSE(flattener.has_value());
  EXPECT_EQ(flattener.error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace ostracon::test
