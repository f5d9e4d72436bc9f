#include "format/pn.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "format/page_layout.hpp"

namespace ostracon::format {
namespace {

TEST(PseudoNoise, IsTheSplitMix64OfTheReferenceProgram) {
  // First outputs of Vigna's splitmix64.c for seed 1234567.
  EXPECT_EQ(pn_word(1234567, 0), 6457827717110365317ULL);
  EXPECT_EQ(pn_word(1234567, 1), 3203168211198807973ULL);
  EXPECT_EQ(pn_word(1234567, 2), 9817491932198370423ULL);
}

TEST(PseudoNoise, TakesTheMostSignificantBitFirst) {
  for (std::uint64_t i = 0; i < 200; ++i) {
    EXPECT_EQ(pn_bit(7, i), (pn_word(7, i / 64) >> (63 - i % 64)) & 1U);
  }
}

/// `mark` turned by `turns` quarters and mirrored.
std::uint8_t oriented(std::int32_t corner, int orientation, std::int32_t row, std::int32_t col) {
  if ((orientation & 4) != 0) col = kFinderSide - 1 - col;
  for (int turn = 0; turn < (orientation & 3); ++turn) {
    const std::int32_t old_row = row;
    row = col;
    col = kFinderSide - 1 - old_row;
  }
  return finder_bit(corner, row, col);
}

std::int32_t correlation(std::int32_t corner, int orientation, std::int32_t other,
                         std::int32_t down, std::int32_t right) {
  std::int32_t sum = 0;
  for (std::int32_t row = 0; row < kFinderSide; ++row) {
    for (std::int32_t col = 0; col < kFinderSide; ++col) {
      const std::int32_t y = row + down, x = col + right;
      if (y < 0 || y >= kFinderSide || x < 0 || x >= kFinderSide) continue;
      sum += oriented(corner, orientation, y, x) == finder_bit(other, row, col) ? 1 : -1;
    }
  }
  return sum;
}

TEST(FinderMarks, AreUnlikeEachOtherInAllOrientationsAndDisplacements) {
  for (std::int32_t corner = 0; corner < 4; ++corner) {
    for (std::int32_t other = corner; other < 4; ++other) {
      for (int orientation = 0; orientation < 8; ++orientation) {
        const bool same = corner == other && orientation == 0;
        if (same) {
          EXPECT_EQ(correlation(corner, 0, other, 0, 0), 1024);
        }
        for (std::int32_t down = -31; down <= 31; ++down) {
          for (std::int32_t right = -31; right <= 31; ++right) {
            if (same && down == 0 && right == 0) continue;
            ASSERT_LE(std::abs(correlation(corner, orientation, other, down, right)), 104)
                << corner << " in orientation " << orientation << " and " << other << " at " << down
                << ", " << right;
          }
        }
      }
    }
  }
}

TEST(GapNoise, IsBalancedAndDiffersBetweenRowsColumnsAndSigns) {
  int ones = 0, equal_below = 0, equal_mirrored = 0;
  for (std::int64_t row = -50; row < 50; ++row) {
    for (std::int64_t col = -50; col < 50; ++col) {
      ones += gap_bit(row, col);
      equal_below += gap_bit(row, col) == gap_bit(row + 1, col) ? 1 : 0;
      equal_mirrored += gap_bit(row, col) == gap_bit(-1 - row, col) ? 1 : 0;
    }
  }
  EXPECT_NEAR(ones, 5000, 250);  // five sigma
  EXPECT_NEAR(equal_below, 5000, 250);
  EXPECT_NEAR(equal_mirrored, 5000, 350);  // pairs are counted twice
}

}  // namespace
}  // namespace ostracon::format
