#include "io/pictures.hpp"

#include <limits>

#include "io/png.hpp"
#include "tests/io/temporary_folder.hpp"

namespace ostracon::io {
namespace {

using test::TemporaryFolder;

/// Width, height, bit depth and colour type of the header chunk of a PNG (ISO 15948, 11.2.2).
std::vector<std::uint32_t> header_of(const std::vector<std::uint8_t>& png) {
  const std::vector<std::uint8_t> magic{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  if (png.size() < 33 || !std::equal(magic.begin(), magic.end(), png.begin())) return {};
  const auto word = [&](std::size_t at) {
    return std::uint32_t{png[at]} << 24 | std::uint32_t{png[at + 1]} << 16 |
           std::uint32_t{png[at + 2]} << 8 | png[at + 3];
  };
  return {word(16), word(20), png[24], png[25]};
}

using Header = std::vector<std::uint32_t>;

TEST(Png, HeadersSaySizeDepthAndColour) {
  EXPECT_EQ(header_of(encode_png_grey(std::vector<std::uint8_t>(6), 2, 3).value()),
            (Header{3, 2, 8, 0}));
  EXPECT_EQ(header_of(encode_png_rgb(std::vector<std::uint8_t>(18), 2, 3).value()),
            (Header{3, 2, 8, 2}));
  EXPECT_EQ(header_of(encode_png_bits(std::vector<std::uint8_t>(34), 2, 17).value()),
            (Header{17, 2, 1, 0}));
}

TEST(Png, SizesThatDisagreeAreRefused) {
  EXPECT_FALSE(encode_png_grey(std::vector<std::uint8_t>(5), 2, 3).has_value());
  EXPECT_FALSE(encode_png_rgb(std::vector<std::uint8_t>(6), 2, 3).has_value());
  EXPECT_FALSE(encode_png_bits({}, 0, 0).has_value());
  EXPECT_FALSE(encode_png_bits({}, -1, 70000).has_value());
}

TEST(Pictures, StretchingTakesPercentilesAndForgivesWhatIsNotFinite) {
  std::vector<float> pixels(1001);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<float>(i);
  pixels[500] = std::numeric_limits<float>::quiet_NaN();
  const auto grey = stretch_to_grey(pixels);
  EXPECT_EQ(grey[0], 0);
  EXPECT_EQ(grey[500], 0);
  EXPECT_NEAR(grey[501], 128, 1);
  EXPECT_EQ(grey[1000], 255);
  EXPECT_EQ(stretch_to_grey(std::vector<float>(4, 7.0f)), std::vector<std::uint8_t>(4, 0));
}

TEST(Pictures, AFieldGivesFourFilesAndOneWithoutPageTwo) {
  TemporaryFolder folder;
  FieldPictures pictures;
  pictures.field = 12;
  pictures.rows = 40, pictures.cols = 50;
  pictures.first_frame.assign(2000, 1.0f);
  pictures.aligned_mean.assign(2000, 1.0f);
  ASSERT_TRUE(write_pictures(folder / "p", pictures).has_value());
  EXPECT_EQ(test::count_in(folder / "p"), 2);

  pictures.lattice_rows = 2, pictures.lattice_cols = 2;
  pictures.lattice = {{0, 0}, {0, 49}, {39, 0}, {1e30f, -1e30f}};
  pictures.page_rows = 3, pictures.page_cols = 3;
  pictures.llrs = {-127, 127, 0, 1, 2, 3, 4, 5, 6};
  ASSERT_TRUE(write_pictures(folder / "p", pictures).has_value());
  for (const char* name : {"raw", "aligned", "lattice", "reliability"})
    EXPECT_TRUE(std::filesystem::exists(folder / ("p/field0012-" + std::string(name) + ".png")));

  pictures.llrs.pop_back();
  EXPECT_EQ(write_pictures(folder / "p", pictures).error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace ostracon::io
