#include <gtest/gtest.h>

#include <cmath>

#include "datasets/bit_window.hpp"
#include "format/page_layout.hpp"
#include "tests/datasets/memory_plate.hpp"

namespace ostracon::sem {
namespace {

constexpr std::int32_t kSide = 100;
const ModuleRectangle kView{-30, 80, 140, 360};  // all of page 1, edges of pages 0 and 2

TEST(BitWindow, ShowsPagesGapsAndBlankLandWhereTheyLie) {
  MemoryPlate plate(3, kSide, kSide);
  const auto window = make_window(Profile{}, plate, make_plate_map(plate), 1, kView, 1);
  ASSERT_TRUE(window);
  const BitWindow& seen = window.value();
  for (std::int32_t row = 0; row < seen.rows; ++row) {
    for (std::int32_t col = 0; col < seen.cols; ++col) {
      const std::int64_t y = seen.first_row + row, x = seen.first_col + col;
      const std::int64_t page = x / 116, inside = x % 116;
      int expected = 0;
      if (y >= 0 && y < kSide && page < 3 && inside < kSide)
        expected = plate.modules(std::uint32_t(page))[std::size_t(y * kSide + inside)];
      else if (y >= -16 && y < kSide + 16 && x < 332 + 16)
        expected = format::gap_bit(y, x);
      ASSERT_EQ(seen.bits[seen.index(row, col)], expected) << y << " " << x;
      const int pattern = seen.patterns[seen.index(row, col)];
      ASSERT_EQ(pattern >> 2 & 1, expected);
      if (col > 0) {
        ASSERT_EQ(pattern >> 1 & 1, seen.bits[seen.index(row, col - 1)]);
      }
    }
  }
}

TEST(BitWindow, LeavesOutNeighboursIfAsked) {
  MemoryPlate plate(3, kSide, kSide);
  Profile profile;
  profile.geometry.neighbours = false;
  const auto window = make_window(profile, plate, make_plate_map(plate), 1, kView, 1);
  ASSERT_TRUE(window);
  const BitWindow& seen = window.value();
  int pits = 0;
  for (std::int32_t row = 0; row < seen.rows; ++row)
    for (std::int32_t col = 0; col < 116 - 16 - 80; ++col) pits += seen.bits[seen.index(row, col)];
  EXPECT_EQ(pits, 0);
  EXPECT_EQ(seen.bits[seen.index(30, 36)], plate.modules(1)[0]);
}

TEST(BitWindow, FlipsTheShareOfModulesAskedTheSameInEveryField) {
  MemoryPlate plate(3, kSide, kSide);
  Profile profile;
  profile.damage.write_errors = 0.01;
  const PlateMap map = make_plate_map(plate);
  const auto window = make_window(profile, plate, map, 1, kView, 1);
  const auto shifted = make_window(profile, plate, map, 2, {-30, 200, 140, 400}, 1);
  ASSERT_TRUE(window && shifted);
  const double modules = 170 * 280;
  EXPECT_NEAR(static_cast<double>(window.value().write_errors) / modules, 0.01,
              5 * std::sqrt(0.01 / modules));
  for (std::int32_t row = 0; row < 170; ++row)
    for (std::int32_t col = 0; col < 160; ++col)
      ASSERT_EQ(window.value().bits[window.value().index(row, col + 120)],
                shifted.value().bits[shifted.value().index(row, col)]);
}

}  // namespace
}  // namespace ostracon::sem
