#include "pipeline/locate_page.hpp"

#include <gtest/gtest.h>

#include <string>

#include "datasets/random.hpp"
#include "tests/support/simulated_scan.hpp"

namespace ostracon::test {
namespace {

constexpr std::int32_t kPage = 256;
constexpr std::int32_t kField = 330;

/// Two pages of one plate; made once, as encoding takes its time.
const WrittenPlate& plate() {
  static const std::unique_ptr<WrittenPlate> written = [] {
    format::PlateParameters parameters;
    parameters.geometry = format::default_geometry(kPage, kPage, format::Rate::kFourFifths);
    auto made = WrittenPlate::write(parameters, RandomBytes(500));
    return made ? std::move(made).value() : nullptr;
  }();
  return *written;
}

std::vector<std::uint8_t> page_bits(std::uint32_t page) {
  std::vector<std::uint8_t> bits(std::size_t{kPage} * kPage);
  WrittenPlate copy = plate();
  EXPECT_TRUE(copy.read(page, bits).has_value());
  return bits;
}

/// A soft grid of random bits on which pages are laid.
class Field {
 public:
  Field(std::int32_t rows, std::int32_t cols, std::uint64_t seed)
      : rows_(rows), cols_(cols), random_(seed) {
    values_.resize(static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols));
    for (std::int8_t& value : values_) value = (random_.word() & 1) != 0 ? kSoft : -kSoft;
  }

  /// Modules outside the field are cut.
  void lay(const std::vector<std::uint8_t>& bits, const PagePose& pose) {
    for (std::int32_t r = 0; r < kPage; ++r)
      for (std::int32_t c = 0; c < kPage; ++c) {
        const std::int32_t y = pose.origin_row + r * pose.row_axis[0] + c * pose.col_axis[0];
        const std::int32_t x = pose.origin_col + r * pose.row_axis[1] + c * pose.col_axis[1];
        if (y < 0 || x < 0 || y >= rows_ || x >= cols_) continue;
        const bool pit = bits[static_cast<std::size_t>(r * kPage + c)] != 0;
        values_[index(y, x)] = pit != pose.inverted ? -kSoft : kSoft;
      }
  }
  void flip(double share) {
    for (std::int8_t& value : values_)
      if (random_.uniform() < share) value = static_cast<std::int8_t>(-value);
  }
  void randomise(std::int32_t row0, std::int32_t row1, std::int32_t col0, std::int32_t col1) {
    for (std::int32_t r = row0; r < row1; ++r)
      for (std::int32_t c = col0; c < col1; ++c)
        values_[index(r, c)] = (random_.word() & 1) != 0 ? kSoft : -kSoft;
  }
  SoftGrid grid() const { return {rows_, cols_, values_.data()}; }

 private:
  static constexpr std::int8_t kSoft = 30;
  std::size_t index(std::int32_t r, std::int32_t c) const {
    return static_cast<std::size_t>(r) * static_cast<std::size_t>(cols_) +
           static_cast<std::size_t>(c);
  }
  std::int32_t rows_, cols_;
  sem::Random random_;
  std::vector<std::int8_t> values_;
};

/// The pose in which the page's upper left corner on the field is at (row, col).
PagePose pose_at(std::int32_t orientation, std::int32_t row, std::int32_t col, bool inverted) {
  PagePose pose = orient(orientation);
  pose.origin_row = row + (pose.row_axis[0] + pose.col_axis[0] < 0 ? kPage - 1 : 0);
  pose.origin_col = col + (pose.row_axis[1] + pose.col_axis[1] < 0 ? kPage - 1 : 0);
  pose.inverted = inverted;
  return pose;
}

void expect_pose(const PagePose& found, const PagePose& expected) {
  EXPECT_EQ(found.origin_row, expected.origin_row);
  EXPECT_EQ(found.origin_col, expected.origin_col);
  EXPECT_EQ(found.row_axis, expected.row_axis);
  EXPECT_EQ(found.col_axis, expected.col_axis);
  EXPECT_EQ(found.inverted, expected.inverted);
}

TEST(Orientation, TheEightAreDifferentAndHalfOfThemMirrored) {
  int mirrored = 0;
  for (std::int32_t a = 0; a < 8; ++a) {
    mirrored += orient(a).mirrored() ? 1 : 0;
    for (std::int32_t b = 0; b < a; ++b)
      EXPECT_FALSE(orient(a).row_axis == orient(b).row_axis &&
                   orient(a).col_axis == orient(b).col_axis);
  }
  EXPECT_EQ(mirrored, 4);
}

TEST(LocatePage, EveryOrientationAndPolarityIsFoundWithFifteenPercentOfBitsWrong) {
  const auto bits = page_bits(1);
  for (std::int32_t orientation = 0; orientation < 8; ++orientation)
    for (const bool inverted : {false, true}) {
      SCOPED_TRACE(std::to_string(orientation) + (inverted ? " inverted" : ""));
      const PagePose pose = pose_at(orientation, 41, 33, inverted);
      Field field(kField, kField, 10 + static_cast<std::uint64_t>(orientation));
      field.lay(bits, pose);
      field.flip(0.15);
      std::string reason;
      const auto found = locate_page(field.grid(), reason);
      ASSERT_TRUE(found.has_value()) << reason;
      expect_pose(found->pose, pose);
      EXPECT_EQ(found->header, plate().plan().header(1));
      EXPECT_EQ(found->marks, 4);
    }
}

TEST(LocatePage, OfSeveralPagesTheOneMostInViewIsTaken) {
  Field field(kField, 360, 3);
  const PagePose middle = pose_at(0, 30, 70, false);
  field.lay(page_bits(2), middle);
  // Both neighbours show marks and headers, but less of themselves.
  field.lay(page_bits(0), pose_at(0, 30, 70 - kPage - 16, false));
  field.lay(page_bits(1), pose_at(0, 30, 70 + kPage + 16, false));
  field.flip(0.10);
  std::string reason;
  const auto found = locate_page(field.grid(), reason);
  ASSERT_TRUE(found.has_value()) << reason;
  expect_pose(found->pose, middle);
  EXPECT_EQ(found->header.page_index, 2U);
}

TEST(LocatePage, APageCutByTheFieldIsPlacedByTheCornerThatIsSeen) {
  Field field(200, 210, 4);
  const PagePose pose = pose_at(0, 50, -100, false);
  field.lay(page_bits(0), pose);
  field.flip(0.08);
  std::string reason;
  const auto found = locate_page(field.grid(), reason);
  ASSERT_TRUE(found.has_value()) << reason;
  expect_pose(found->pose, pose);
  EXPECT_EQ(found->marks, 1);
}

TEST(LocatePage, ThreeRuinedCornersLeaveOneThatIsEnough) {
  Field field(kField, kField, 5);
  const PagePose pose = pose_at(2, 20, 30, false);
  field.lay(page_bits(0), pose);
  field.randomise(0, 150, 0, kField);
  field.randomise(0, kField, 0, 155);
  field.flip(0.12);
  std::string reason;
  const auto found = locate_page(field.grid(), reason);
  ASSERT_TRUE(found.has_value()) << reason;
  expect_pose(found->pose, pose);
}

TEST(LocatePage, AMarkFarFromTheCornersOfTheFieldIsFound) {
  Field field(700, 640, 6);
  const PagePose pose = pose_at(0, 190, 180, false);
  field.lay(page_bits(1), pose);
  field.flip(0.05);
  std::string reason;
  const auto found = locate_page(field.grid(), reason);
  ASSERT_TRUE(found.has_value()) << reason;
  expect_pose(found->pose, pose);
}

TEST(LocatePage, WithoutMarksItIsSaidThatThereAreNone) {
  for (std::uint64_t seed = 7; seed < 10; ++seed) {
    const Field field(kField, kField, seed);
    std::string reason;
    EXPECT_FALSE(locate_page(field.grid(), reason).has_value());
    EXPECT_EQ(reason, "no finder mark on the lattice");
  }
}

TEST(LocatePage, GridsHardlyLargerThanAMarkAreSearchedWithinTheirBounds) {
  for (const std::int32_t side : {20, 32, 33, 36, 40, 54}) {
    const Field field(side, side, 9);
    EXPECT_TRUE(find_marks(field.grid()).empty()) << side;
  }
}

TEST(LocatePage, MarksWhoseHeadersAreGarbageAreSaidToHaveNone) {
  Field field(kField, kField, 8);
  const PagePose pose = pose_at(0, 30, 30, false);
  field.lay(page_bits(0), pose);
  for (std::int32_t corner = 0; corner < 4; ++corner) {
    const auto origin = format::header_origin(corner, kPage, kPage);
    field.randomise(30 + origin.row, 30 + origin.row + format::kHeaderSide, 30 + origin.col,
                    30 + origin.col + format::kHeaderSide);
  }
  std::string reason;
  EXPECT_FALSE(locate_page(field.grid(), reason).has_value());
  EXPECT_NE(reason.find("no page header could be read"), std::string::npos) << reason;
  EXPECT_EQ(reason.rfind("4 finder marks", 0), 0U) << reason;
}

TEST(LocatePage, CopiesTooNoisyAloneAreReadTogether) {
  // At 31 % of wrong bits no copy is read alone, but marks are still seen.
  int found_pages = 0;
  for (std::uint64_t seed = 20; seed < 26; ++seed) {
    Field field(kField, kField, seed);
    const PagePose pose = pose_at(0, 30, 30, false);
    field.lay(page_bits(0), pose);
    field.flip(0.31);
    std::string reason;
    const auto found = locate_page(field.grid(), reason);
    if (!found) continue;
    ++found_pages;
    expect_pose(found->pose, pose);
  }
  EXPECT_GE(found_pages, 4);
}

TEST(LocatePage, AGridSmallerThanAMarkHasNone) {
  for (const std::int32_t side : {0, 1, 31, 32, 33}) {
    const std::vector<std::int8_t> values(static_cast<std::size_t>(side) *
                                          static_cast<std::size_t>(side));
    std::string reason;
    EXPECT_FALSE(locate_page({side, side, values.data()}, reason).has_value()) << side;
    EXPECT_FALSE(reason.empty());
  }
}

}  // namespace
}  // namespace ostracon::test
