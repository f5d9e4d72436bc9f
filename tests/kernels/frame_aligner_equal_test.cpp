// The frame aligner's kernels against the CPU's, to the bit.

#include "tests/support/both_backends.hpp"
#include "tests/support/random_field.hpp"

namespace ostracon::test {
namespace {

struct Case {
  FieldShape shape;
  std::int32_t bands;
  double rms_px;
  float black;
};
void PrintTo(const Case& c, std::ostream* out) {
  *out << c.shape.frames << " frames of " << c.shape.rows << " x " << c.shape.cols << ' '
       << to_string(c.shape.type);
}

class FrameAlignerEqualTest : public BothBackendsTest,
                              public ::testing::WithParamInterface<Case> {};

TEST_P(FrameAlignerEqualTest, MeansAreTheSame) {
  const Case& c = GetParam();
  sem::Random random(41);
  const std::vector<float> pixels = random_pixels(c.shape, random);
  const FlatField flat = random_flat(c.shape, random);
  const DriftField drift = random_drift(c.shape, c.bands, c.rms_px, random);
  const auto align = [&](Backend& backend) -> Result<std::vector<float>> {
    OSTRACON_TRY_ASSIGN(const auto field, upload_pixels(backend, c.shape, pixels, c.black));
    OSTRACON_TRY_ASSIGN(const auto mean, filled_image(backend, c.shape.rows, c.shape.cols, 77.0F));
    OSTRACON_TRY_ASSIGN(auto aligner, backend.make_frame_aligner({c.shape}));
    OSTRACON_TRY(aligner->run(field.stack(), flat, drift, mean.view()));
    return mean.download();
  };
  const auto expected = align(cpu());
  ASSERT_OK(expected);
  const auto found = align(kernels());
  ASSERT_OK(found);
  EXPECT_EQ(found.value(), expected.value());
}

// Odd sizes, shifts within the frame and far beyond it, one pixel.
INSTANTIATE_TEST_SUITE_P(Fields, FrameAlignerEqualTest,
                         ::testing::Values(Case{{3, 61, 83, PixelType::kU8}, 3, 4, 9.5F},
                                           Case{{4, 70, 64, PixelType::kU8}, 1, 30, 0},
                                           Case{{2, 45, 71, PixelType::kU16}, 4, 3, 12},
                                           Case{{5, 52, 90, PixelType::kF32}, 2, 5, 3},
                                           Case{{2, 33, 47, PixelType::kU16}, 2, 200, 0},
                                           Case{{1, 1, 1, PixelType::kU8}, 1, 0, 0}));

TEST_F(BothBackendsTest, MoreRowsThanAGridHasAreRefusedByTheAligner) {
  const auto aligner = kernels().make_frame_aligner({{1, 65536, 4, PixelType::kU8}});
  ASSERT_FALSE(aligner.has_value());
  EXPECT_EQ(aligner.error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace ostracon::test
