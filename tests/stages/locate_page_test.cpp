#include "pipeline/locate_page.hpp"

#include <string>

#include "tests/support/soft_field.hpp"

namespace ostracon::test {
namespace {

constexpr std::int32_t kField = 330;

void expect_pose(const PagePose& found, const PagePose& expected) {
  EXPECT_EQ(found.origin_row, expected.origin_row);
  EXPECT_EQ(found.origin_col, expected.origin_col);
  EXPECT_EQ(found.row_axis, expected.row_axis);
  EXPECT_EQ(found.col_axis, expected.col_axis);
  EXPECT_EQ(found.inverted, expected.inverted);
}

class LocatePageTest : public BackendTest {
 protected:
  std::optional<LocatedPage> locate(const SoftField& field, std::string& reason) {
    const auto marks = find_marks(backend(), field);
    EXPECT_TRUE(marks.has_value()) << marks.error().message;
    if (!marks) return std::nullopt;
    return locate_page(marks.value(), field.rows(), field.cols(), reason);
  }
};

TEST_P(LocatePageTest, EveryOrientationAndPolarityIsFoundWithFifteenPercentOfBitsWrong) {
  const auto bits = page_bits(1);
  for (std::int32_t orientation = 0; orientation < 8; ++orientation)
    for (const bool inverted : {false, true}) {
      SCOPED_TRACE(std::to_string(orientation) + (inverted ? " inverted" : ""));
      const PagePose pose = pose_at(orientation, 41, 33, inverted);
      SoftField field(kField, kField, 10 + static_cast<std::uint64_t>(orientation));
      field.lay(bits, pose);
      field.flip(0.15);
      std::string reason;
      const auto found = locate(field, reason);
      ASSERT_TRUE(found.has_value()) << reason;
      expect_pose(found->pose, pose);
      EXPECT_EQ(found->header, plate().plan().header(1));
      EXPECT_EQ(found->marks, 4);
    }
}

TEST_P(LocatePageTest, OfSeveralPagesTheOneMostInViewIsTaken) {
  SoftField field(kField, 360, 3);
  const PagePose middle = pose_at(0, 30, 70, false);
  field.lay(page_bits(2), middle);
  // Both neighbours show marks and headers, but less of themselves.
  field.lay(page_bits(0), pose_at(0, 30, 70 - kPage - 16, false));
  field.lay(page_bits(1), pose_at(0, 30, 70 + kPage + 16, false));
  field.flip(0.10);
  std::string reason;
  const auto found = locate(field, reason);
  ASSERT_TRUE(found.has_value()) << reason;
  expect_pose(found->pose, middle);
  EXPECT_EQ(found->header.page_index, 2U);
}

TEST_P(LocatePageTest, APageCutByTheFieldIsPlacedByTheCornerThatIsSeen) {
  SoftField field(200, 210, 4);
  const PagePose pose = pose_at(0, 50, -100, false);
  field.lay(page_bits(0), pose);
  field.flip(0.08);
  std::string reason;
  const auto found = locate(field, reason);
  ASSERT_TRUE(found.has_value()) << reason;
  expect_pose(found->pose, pose);
  EXPECT_EQ(found->marks, 1);
}

TEST_P(LocatePageTest, ThreeRuinedCornersLeaveOneThatIsEnough) {
  SoftField field(kField, kField, 5);
  const PagePose pose = pose_at(2, 20, 30, false);
  field.lay(page_bits(0), pose);
  field.randomise(0, 150, 0, kField);
  field.randomise(0, kField, 0, 155);
  field.flip(0.12);
  std::string reason;
  const auto found = locate(field, reason);
  ASSERT_TRUE(found.has_value()) << reason;
  expect_pose(found->pose, pose);
}

TEST_P(LocatePageTest, AMarkFarFromTheCornersOfTheFieldIsFound) {
  SoftField field(700, 640, 6);
  const PagePose pose = pose_at(0, 190, 180, false);
  field.lay(page_bits(1), pose);
  field.flip(0.05);
  std::string reason;
  const auto found = locate(field, reason);
  ASSERT_TRUE(found.has_value()) << reason;
  expect_pose(found->pose, pose);
}

TEST_P(LocatePageTest, WithoutMarksItIsSaidThatThereAreNone) {
  for (std::uint64_t seed = 7; seed < 10; ++seed) {
    const SoftField field(kField, kField, seed);
    std::string reason;
    EXPECT_FALSE(locate(field, reason).has_value());
    EXPECT_EQ(reason, "no finder mark on the lattice");
  }
}

TEST_P(LocatePageTest, MarksWhoseHeadersAreGarbageAreSaidToHaveNone) {
  SoftField field(kField, kField, 8);
  const PagePose pose = pose_at(0, 30, 30, false);
  field.lay(page_bits(0), pose);
  for (std::int32_t corner = 0; corner < 4; ++corner) {
    const auto origin = format::header_origin(corner, kPage, kPage);
    field.randomise(30 + origin.row, 30 + origin.row + format::kHeaderSide, 30 + origin.col,
                    30 + origin.col + format::kHeaderSide);
  }
  std::string reason;
  EXPECT_FALSE(locate(field, reason).has_value());
  EXPECT_NE(reason.find("no page header could be read"), std::string::npos) << reason;
  EXPECT_EQ(reason.rfind("4 finder marks", 0), 0U) << reason;
}

TEST_P(LocatePageTest, CopiesTooNoisyAloneAreReadTogether) {
  // At 31 % of wrong bits no copy is read alone, but marks are still seen.
  int found_pages = 0;
  for (std::uint64_t seed = 20; seed < 26; ++seed) {
    SoftField field(kField, kField, seed);
    const PagePose pose = pose_at(0, 30, 30, false);
    field.lay(page_bits(0), pose);
    field.flip(0.31);
    std::string reason;
    const auto found = locate(field, reason);
    if (!found) continue;
    ++found_pages;
    expect_pose(found->pose, pose);
  }
  EXPECT_GE(found_pages, 4);
}

OSTRACON_ON_EVERY_BACKEND(LocatePageTest);

}  // namespace
}  // namespace ostracon::test
