// The mark finder's kernels against the CPU's on the same soft grids.

#include "tests/support/both_backends.hpp"
#include "tests/support/soft_field.hpp"

namespace ostracon::test {
namespace {

class MarkFinderEqualTest : public BothBackendsTest {};

TEST_F(MarkFinderEqualTest, MarksAndHeadersAreTheSameOnGridsOfAnySize) {
  constexpr std::int32_t kSide = format::kFinderSide;
  sem::Random random(12);
  const auto below = [&](std::int32_t end) {
    return static_cast<std::int32_t>(random.word() % static_cast<std::uint64_t>(end));
  };
  std::size_t seen = 0;
  for (const auto& [rows, cols] : {std::array{32, 32}, std::array{33, 95}, std::array{201, 64},
                                   std::array{127, 161}, std::array{287, 160}}) {
    SCOPED_TRACE(std::to_string(rows) + " x " + std::to_string(cols));
    SoftField field(rows, cols, 30);
    for (int k = 0; k < 6; ++k)  // they may lie on each other
      field.lay(
          mark_bits(below(4)),
          pose_at(below(8), below(rows - kSide + 1), below(cols - kSide + 1), below(2) != 0, kSide),
          kSide);
    field.flip(0.15);
    const auto expected = find_marks(cpu(), field);
    const auto found = find_marks(kernels(), field);
    ASSERT_OK(expected);
    ASSERT_OK(found);
    ASSERT_EQ(found.value().size(), expected.value().size());
    for (std::size_t k = 0; k < found.value().size(); ++k) {
      const FinderMark& a = expected.value()[k];
      const FinderMark& b = found.value()[k];
      EXPECT_EQ(a.corner, b.corner);
      EXPECT_EQ(a.orientation, b.orientation);
      EXPECT_EQ(a.row, b.row);
      EXPECT_EQ(a.col, b.col);
      EXPECT_EQ(a.errors, b.errors);
      EXPECT_EQ(a.inverted, b.inverted);
      EXPECT_EQ(a.header, b.header);
    }
    seen += found.value().size();
  }
  EXPECT_GE(seen, 8U);
}

TEST_F(MarkFinderEqualTest, AGridOfMoreModulesThanThereIsMemoryForIsRefusedWithASentence) {
  auto finder = kernels().make_mark_finder({.rows = 96, .cols = 96});
  ASSERT_TRUE(finder.has_value()) << finder.error().message;
  const SoftField field(300, 301, 1);
  const auto values = Buffer<std::int8_t>::from(kernels().memory(), field.values());
  ASSERT_TRUE(values.has_value()) << values.error().message;
  const auto found = finder.value()->run({values.value().data(), 300, 301, 301});
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().code, ErrorCode::kInvalidArgument);
  EXPECT_NE(found.error().message.find("300 x 301"), std::string::npos) << found.error().message;
}

}  // namespace
}  // namespace ostracon::test
