#include "core/frames.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "core/view.hpp"

namespace ostracon::test {
namespace {

TEST(FieldShape, CountsPixelsAndBytesOfEveryType) {
  FieldShape shape{.frames = 3, .rows = 5, .cols = 7, .type = PixelType::kU8};
  EXPECT_EQ(shape.pixels_per_frame(), 35U);
  EXPECT_EQ(shape.bytes(), 105U);
  shape.type = PixelType::kU16;
  EXPECT_EQ(shape.bytes(), 210U);
  shape.type = PixelType::kF32;
  EXPECT_EQ(shape.bytes(), 420U);
}

TEST(FieldShape, CountsBeyondThirtyTwoBits) {
  const FieldShape shape{.frames = 64, .rows = 16384, .cols = 16384, .type = PixelType::kF32};
  EXPECT_EQ(shape.bytes(), std::size_t{1} << 36);
}

TEST(FieldShape, AnEmptyOneHasNoBytes) { EXPECT_EQ(FieldShape{}.bytes(), 0U); }

TEST(FieldShape, DiffersInEveryMember) {
  const FieldShape shape{2, 3, 4, PixelType::kU8};
  EXPECT_EQ(shape, (FieldShape{2, 3, 4, PixelType::kU8}));
  EXPECT_NE(shape, (FieldShape{1, 3, 4, PixelType::kU8}));
  EXPECT_NE(shape, (FieldShape{2, 4, 4, PixelType::kU8}));
  EXPECT_NE(shape, (FieldShape{2, 3, 3, PixelType::kU8}));
  EXPECT_NE(shape, (FieldShape{2, 3, 4, PixelType::kU16}));
}

TEST(PixelType, IsNamedAsInNumPy) {
  EXPECT_EQ(to_string(PixelType::kU8), "uint8");
  EXPECT_EQ(to_string(PixelType::kU16), "uint16");
  EXPECT_EQ(to_string(PixelType::kF32), "float32");
}

TEST(StackView, ReachesEveryPixelByItsStrides) {
  std::vector<int> memory(2 * 40);
  for (std::size_t i = 0; i < memory.size(); ++i) memory[i] = static_cast<int>(i);
  // Two frames of 3 x 4 pixels in rows of 10 elements.
  const StackView<int> stack{memory.data(), 2, 3, 4, 10, 40};
  EXPECT_EQ(stack.frame(0)(0, 0), 0);
  EXPECT_EQ(stack.frame(0)(2, 3), 23);
  EXPECT_EQ(stack.frame(1)(1, 2), 52);
  stack.frame(1)(2, 0) = -1;
  EXPECT_EQ(memory[60], -1);

  const StackView<const int> read_only = stack;
  EXPECT_EQ(read_only.frame(1)(2, 0), -1);
  const ImageView<const int> image = stack.frame(0);
  EXPECT_EQ(image(1, 1), 11);
}

}  // namespace
}  // namespace ostracon::test
