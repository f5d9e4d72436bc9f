#include "pipeline/stages/mark_finder.hpp"

#include <algorithm>

#include "tests/support/soft_field.hpp"

namespace ostracon::test {
namespace {

constexpr std::int32_t kSide = format::kFinderSide;

class MarkFinderTest : public BackendTest {
 protected:
  std::vector<FinderMark> marks_on(const SoftField& field) {
    auto marks = find_marks(backend(), field);
    EXPECT_TRUE(marks.has_value()) << marks.error().message;
    return marks ? std::move(marks).value() : std::vector<FinderMark>();
  }
};

TEST_P(MarkFinderTest, EveryMarkIsToldInEveryOrientationAndPolarityWithItsErrors) {
  for (std::int32_t corner = 0; corner < 4; ++corner)
    for (std::int32_t orientation = 0; orientation < 8; ++orientation) {
      const bool inverted = (corner + orientation) % 2 != 0;
      SCOPED_TRACE(std::to_string(corner) + ", " + std::to_string(orientation));
      SoftField field(77, 83, 1 + static_cast<std::uint64_t>(orientation));
      const PagePose pose = pose_at(orientation, 29, 41, inverted, kSide);
      std::vector<std::uint8_t> bits = mark_bits(corner);
      for (std::size_t k = 0; k < 1024; k += 5) bits[k] ^= 1U;  // 205 of them
      field.lay(bits, pose, kSide);
      const auto marks = marks_on(field);
      ASSERT_EQ(marks.size(), 1U);
      EXPECT_EQ(marks[0].corner, corner);
      EXPECT_EQ(marks[0].orientation, orientation);
      EXPECT_EQ(marks[0].row, 29);
      EXPECT_EQ(marks[0].col, 41);
      EXPECT_EQ(marks[0].inverted, inverted);
      EXPECT_EQ(marks[0].errors, 205);
    }
}

TEST_P(MarkFinderTest, AMarkOf370ErrorsIsSeenAndOneOf371IsNot) {
  for (const std::int32_t errors : {370, 371}) {
    SoftField field(64, 64, 3);
    std::vector<std::uint8_t> bits = mark_bits(2);
    // The first rows may differ in 96 places, the others have room for the rest.
    std::int32_t flipped = 0;
    for (std::size_t k = 0; k < 1024 && flipped < errors; ++k) {
      if (k < 256 ? k % 3 != 0 || flipped == 80 : k % 5 > 1) continue;
      bits[k] ^= 1U;
      ++flipped;
    }
    ASSERT_EQ(flipped, errors);
    field.lay(bits, pose_at(0, 32, 0, false, kSide), kSide);
    EXPECT_EQ(marks_on(field).size(), errors == 370 ? 1U : 0U);
  }
}

TEST_P(MarkFinderTest, NearTheCornersIsLookedFirstAndEverywhereOnlyIfThereIsNone) {
  SoftField field(300, 310, 4);
  field.lay(mark_bits(1), pose_at(0, 130, 140, false, kSide), kSide);
  const auto alone = marks_on(field);
  ASSERT_EQ(alone.size(), 1U);
  EXPECT_EQ(alone[0].row, 130);
  EXPECT_EQ(alone[0].col, 140);
  field.lay(mark_bits(0), pose_at(0, 60, 62, false, kSide), kSide);  // 300 / 5, 310 / 5
  field.lay(mark_bits(3), pose_at(0, 208, 216, false, kSide), kSide);
  const auto two = marks_on(field);
  ASSERT_EQ(two.size(), 2U);
  EXPECT_EQ(two[0].corner, 0);
  EXPECT_EQ(two[1].corner, 3);
}

TEST_P(MarkFinderTest, OfManyMarksThe24OfFewestErrorsComeOutFewestFirst) {
  constexpr std::int32_t kSpacing = 38, kMarks = 11;
  SoftField field(kSpacing * kMarks, kSpacing * kMarks, 5);
  std::size_t laid = 0;
  for (std::int32_t row = kMarks - 1; row >= 0; --row)
    for (std::int32_t col = 0; col < kMarks; ++col) {
      if ((row > 2 && row < 8) || (col > 2 && col < 8)) continue;
      std::vector<std::uint8_t> bits = mark_bits(col % 4);
      for (std::size_t k = 0; k < 9 * laid; ++k) bits[1023 - k] ^= 1U;
      field.lay(bits, pose_at(0, kSpacing * row + 3, kSpacing * col + 2, col % 2 != 0, kSide),
                kSide);
      ++laid;
    }
  ASSERT_EQ(laid, 36U);
  const auto marks = marks_on(field);
  ASSERT_EQ(marks.size(), kMostMarks);
  for (std::size_t k = 0; k < marks.size(); ++k)
    EXPECT_EQ(marks[k].errors, 9 * static_cast<std::int32_t>(k));
}

TEST_P(MarkFinderTest, OfTwoThatBeginInOneCellTheOneWithFewerErrorsIsKept) {
  SoftField field(100, 100, 8);
  field.lay(mark_bits(3), pose_at(0, 32, 35, false, kSide), kSide);
  field.lay(mark_bits(1), pose_at(2, 54, 60, false, kSide), kSide);  // on its last corner
  const auto marks = marks_on(field);
  ASSERT_EQ(marks.size(), 1U);
  EXPECT_EQ(marks[0].corner, 1);
  EXPECT_EQ(marks[0].errors, 0);
}

TEST_P(MarkFinderTest, TheHeaderBesideAMarkIsReadAsThePageHasIt) {
  const auto bits = page_bits(1);
  for (std::int32_t orientation = 0; orientation < 8; ++orientation) {
    SCOPED_TRACE(orientation);
    SoftField field(kPage + 20, kPage + 30, 6);
    field.lay(bits, pose_at(orientation, 11, 9, orientation % 3 == 0));
    const auto marks = marks_on(field);
    ASSERT_EQ(marks.size(), 4U);
    for (const FinderMark& mark : marks) {
      const auto at = format::header_origin(mark.corner, kPage, kPage);
      std::size_t wrong = 0;
      for (std::int32_t r = 0; r < format::kHeaderSide; ++r)
        for (std::int32_t c = 0; c < format::kHeaderSide; ++c) {
          const std::int32_t module = (at.row + r) * kPage + at.col + c;
          const std::int32_t k = r * format::kHeaderSide + c;
          const int expected = bits[static_cast<std::size_t>(module)] != 0 ? -15 : 15;
          wrong += mark.header[static_cast<std::size_t>(k)] != expected ? 1 : 0;
        }
      EXPECT_EQ(wrong, 0U) << mark.corner;
    }
  }
}

TEST_P(MarkFinderTest, OfAHeaderThatTheFieldCutsTheRestIsErased) {
  SoftField field(60, 90, 7);
  field.lay(mark_bits(0), pose_at(0, 0, 0, false, kSide), kSide);
  const auto marks = marks_on(field);
  ASSERT_EQ(marks.size(), 1U);
  const auto finder = format::finder_origin(0, kPage, kPage);
  const auto header = format::header_origin(0, kPage, kPage);
  for (std::int32_t r = 0; r < format::kHeaderSide; ++r)
    for (std::int32_t c = 0; c < format::kHeaderSide; ++c) {
      const std::int32_t row = header.row - finder.row + r, col = header.col - finder.col + c;
      const int expected =
          row < field.rows() && col < field.cols() ? field.grid()(row, col) / 2 : 0;
      ASSERT_EQ(marks[0].header[static_cast<std::size_t>(r * format::kHeaderSide + c)], expected)
          << r << ", " << c;
    }
}

TEST_P(MarkFinderTest, GridsSmallerOrHardlyLargerThanAMarkAreSearchedWithinTheirBounds) {
  for (const std::int32_t side : {1, 20, 31, 32, 33, 36, 40, 54}) {
    SoftField field(side, side, 9);
    EXPECT_TRUE(marks_on(field).empty()) << side;
    if (side < kSide) continue;
    field.lay(mark_bits(2), pose_at(5, side - kSide, side - kSide, true, kSide), kSide);
    ASSERT_EQ(marks_on(field).size(), 1U) << side;
    EXPECT_EQ(marks_on(field)[0].row, side - kSide);
  }
}

TEST_P(MarkFinderTest, AnEmptyGridHasNoMarks) {
  auto finder = backend().make_mark_finder({.rows = 64, .cols = 64});
  ASSERT_TRUE(finder.has_value()) << finder.error().message;
  const auto marks = finder.value()->run({nullptr, 0, 0, 0});
  ASSERT_OK(marks);
  EXPECT_TRUE(marks.value().empty());
}

TEST_P(MarkFinderTest, AnImageWithoutPixelsIsRefused) {
  const auto finder = backend().make_mark_finder({.rows = 0, .cols = 64});
  ASSERT_FALSE(finder.has_value());
  EXPECT_EQ(finder.error().code, ErrorCode::kInvalidArgument);
}

OSTRACON_ON_EVERY_BACKEND(MarkFinderTest);

}  // namespace
}  // namespace ostracon::test
