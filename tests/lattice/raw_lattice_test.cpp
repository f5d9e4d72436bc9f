// Raw lattices drawn with everything known: what is found of the grid and of the bits.
#include "pipeline/raw_lattice/raw_lattice.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/lattice/drawn_lattice.hpp"

namespace ostracon::test {
namespace {

/// Reads `drawn`; fails the test if that cannot be done.
Comparison read(const DrawnLattice& drawn, const RawLatticeGuess& guess) {
  const auto reading = read_raw_lattice(drawn.view(), guess);
  EXPECT_TRUE(reading.has_value()) << reading.error().message;
  return reading ? compare(reading.value(), drawn) : Comparison{};
}

/// Wrong bits of a reader that knows the grid, the mark and the noise: Q(d / 2), d^2 the energy of
/// a mark over the variance of a pixel.
double least_wrong(const Drawing& drawing, std::size_t cells) {
  const auto energy = [&](double half) {
    double sum = 0;
    for (int step = -3000; step < 3000; ++step) {
      const double x = 0.01 * step;
      const double scale = 1 / (std::sqrt(2) * drawing.blur_px);
      sum +=
          0.01 * std::pow(0.5 * (std::erf((x + half) * scale) - std::erf((x - half) * scale)), 2);
    }
    return sum;
  };
  const double distance = drawing.contrast / drawing.noise *
                          std::sqrt(energy(drawing.mark / 2 * drawing.truth.rows.pitch) *
                                    energy(drawing.mark / 2 * drawing.truth.cols.pitch));
  return static_cast<double>(cells) * 0.5 * std::erfc(distance / 2 / std::sqrt(2));
}

TEST(RawLattice, IsReadFromAnyOffsetWithinTheTolerance) {
  const Drawing drawing{.truth = square_lattice(20, 24, 12), .noise = 10};
  const DrawnLattice drawn = draw(drawing);
  for (const double dy : {-3, 0, 3})
    for (const double dx : {-3, 0, 3}) {
      SCOPED_TRACE(testing::Message() << dy << ", " << dx);
      RawLatticeGuess guess = drawing.truth;
      guess.origin[0] += dy;
      guess.origin[1] += dx;
      const Comparison found = read(drawn, guess);
      EXPECT_EQ(found.wrong, 0);
      EXPECT_LE(found.marked, 1);
      EXPECT_LT(found.worst_centre_px, 0.3);
    }
}

TEST(RawLattice, IsReadWithWrongPitchesAndAWrongAngle) {
  Drawing drawing{.truth = square_lattice(32, 40, 12), .noise = 10};
  drawing.truth.angle = 0.03;
  const DrawnLattice drawn = draw(drawing);
  for (const int down : {-1, 1})
    for (const int right : {-1, 1})
      for (const int turn : {-1, 1}) {
        SCOPED_TRACE(testing::Message() << down << ", " << right << ", " << turn);
        RawLatticeGuess guess = drawing.truth;
        guess.rows.pitch += down * 2.0 / 31;  // 2 px at the last row
        guess.cols.pitch += right * 2.0 / 39;
        guess.angle += turn * 1.0 / 480;  // 1 px at the ends of rows
        const Comparison found = read(drawn, guess);
        EXPECT_EQ(found.wrong, 0);
        EXPECT_LE(found.marked, 3);
        EXPECT_LT(found.worst_centre_px, 0.6);
      }
}

TEST(RawLattice, ABrightOneIsAOneWhereThatIsSaid) {
  Drawing drawing{.truth = square_lattice(20, 20, 10), .noise = 8};
  drawing.truth.one_is_dark = false;
  const DrawnLattice drawn = draw(drawing);
  EXPECT_EQ(read(drawn, drawing.truth).wrong, 0);
  RawLatticeGuess other = drawing.truth;
  other.one_is_dark = true;
  EXPECT_EQ(read(drawn, other).wrong, 400);
}

TEST(RawLattice, GroupsAndBlankLinesAreLeftOut) {
  Drawing drawing{.truth = square_lattice(24, 36, 11), .noise = 8};
  drawing.truth.rows.group = 2;
  drawing.truth.rows.group_pitch = 31;
  drawing.truth.cols.group = 6;
  drawing.truth.cols.group_pitch = 80;
  drawing.truth.rows.blank = {0};
  drawing.truth.cols.blank = {8, 17, 35};
  RawLatticeGuess guess = drawing.truth;
  guess.cols.pitch = 11.5;  // 1.25 px at either end of a group
  guess.origin = {32, 28};
  const DrawnLattice drawn = draw(drawing);
  const auto reading = read_raw_lattice(drawn.view(), guess);
  ASSERT_TRUE(reading.has_value()) << reading.error().message;
  EXPECT_EQ(reading.value().rows, 23);
  EXPECT_EQ(reading.value().cols, 33);
  EXPECT_EQ(reading.value().row_line.front(), 1);
  EXPECT_EQ(reading.value().col_line[8], 9);
  EXPECT_EQ(compare(reading.value(), drawn).wrong, 0);
  EXPECT_NEAR(reading.value().pitch_px[1], 11, 0.15);
}

TEST(RawLattice, LlrsStateTheErrorsThatNoiseMakesAndThoseAreFew) {
  for (const double pitch : {3.2, 12.0}) {
    SCOPED_TRACE(pitch);
    Drawing drawing{.truth = square_lattice(48, 48, pitch)};
    drawing.blur_px = pitch < 8 ? 0.8 : 1;
    drawing.noise = pitch < 8 ? 12 : 60;
    RawLatticeGuess guess = drawing.truth;
    guess.tolerance_px = pitch < 8 ? 1 : 3;
    guess.origin[0] += 0.8 * guess.tolerance_px;
    guess.origin[1] -= 0.8 * guess.tolerance_px;
    const DrawnLattice drawn = draw(drawing);
    const Comparison found = read(drawn, guess);
    const double least = least_wrong(drawing, drawn.bits.size());
    EXPECT_GT(least, 40);  // or this would show nothing
    EXPECT_LT(static_cast<double>(found.wrong), 1.5 * least);
    EXPECT_NEAR(found.expected_wrong, static_cast<double>(found.wrong), 0.3 * least);
    EXPECT_LT(found.wrong_clear, 0.01 * 48 * 48);
  }
}

TEST(RawLattice, RareValuesAndShadingDoNoHarm) {
  for (const double share : {0.12, 0.88}) {
    SCOPED_TRACE(share);
    Drawing drawing{.truth = square_lattice(40, 40, 12), .share_of_ones = share, .noise = 10};
    drawing.shading = 0.5;
    RawLatticeGuess guess = drawing.truth;
    guess.origin[0] += 2.8;
    guess.origin[1] -= 2.8;
    const Comparison found = read(draw(drawing), guess);
    EXPECT_EQ(found.wrong, 0);
    EXPECT_LE(found.marked, 3);
    EXPECT_LT(found.worst_centre_px, 0.6);
  }
}

TEST(RawLattice, CoveredCellsAndTheirNeighboursAreOfLowConfidence) {
  const Drawing drawing{.truth = square_lattice(30, 30, 12), .noise = 4};
  for (const float level : {0.0F, 200.0F}) {
    SCOPED_TRACE(level);
    DrawnLattice drawn = draw(drawing);
    // Rows 9 to 12, columns 8 to 13; the next cells' edges are touched.
    drawn.cover(30 + 12 * 10.5, 30 + 12 * 10.5, 12 * 3.9, 12 * 5.9, level);
    const auto reading = read_raw_lattice(drawn.view(), drawing.truth);
    ASSERT_TRUE(reading.has_value()) << reading.error().message;
    for (std::int32_t row = 8; row <= 13; ++row)
      for (std::int32_t col = 7; col <= 14; ++col) {
        const std::size_t cell = 30 * static_cast<std::size_t>(row) + static_cast<std::size_t>(col);
        EXPECT_EQ(reading.value().state[cell], CellState::kDamaged) << row << ", " << col;
        const bool covered = row >= 9 && row <= 12 && col >= 8 && col <= 13;
        EXPECT_LE(std::abs(reading.value().llr[cell]), covered ? 0.1F : 1.0F);
      }
    EXPECT_LE(reading.value().count(CellState::kDamaged), 6 * 8 + 2);
    EXPECT_EQ(compare(reading.value(), drawn).wrong_clear, 0);
  }
}

TEST(RawLattice, CellsThatLookLikeNeitherValueAreOfLowConfidence) {
  const Drawing drawing{.truth = square_lattice(30, 30, 12), .noise = 4};
  DrawnLattice drawn = draw(drawing);
  // Grey halfway between the values, and stripes of both: nothing that no cell shows.
  for (std::int32_t row = 5; row < 8; ++row)
    for (std::int32_t col = 5; col < 8; ++col) {
      drawn.cover(30 + 12 * row, 30 + 12 * col, 11, 11, 80);
      for (int stripe = -5; stripe <= 5; ++stripe)
        drawn.cover(30 + 12 * (row + 12) + stripe, 30 + 12 * (col + 12), 0.5, 11,
                    stripe % 2 == 0 ? 60 : 100);
    }
  const auto reading = read_raw_lattice(drawn.view(), drawing.truth);
  ASSERT_TRUE(reading.has_value()) << reading.error().message;
  for (const std::int32_t first : {5, 17})
    for (std::int32_t row = first; row < first + 3; ++row)
      for (std::int32_t col = first; col < first + 3; ++col)
        EXPECT_NE(reading.value()
                      .state[30 * static_cast<std::size_t>(row) + static_cast<std::size_t>(col)],
                  CellState::kClear)
            << row << ", " << col;
}

TEST(RawLattice, AnImageWithoutTwoValuesIsRefused) {
  Drawing drawing{.truth = square_lattice(40, 40, 12), .contrast = 0};
  for (const double noise : {0.0, 4.0}) {
    drawing.noise = noise;
    const auto reading = read_raw_lattice(draw(drawing).view(), drawing.truth);
    ASSERT_FALSE(reading.has_value());
    EXPECT_EQ(reading.error().code, ErrorCode::kBadInput);
    EXPECT_EQ(reading.error().message,
              "the cells of the lattice show no two values; is the grid where they are?");
  }
}

TEST(RawLattice, WhatCannotBeIsNamed) {
  const Drawing drawing{.truth = square_lattice(20, 20, 10)};
  DrawnLattice drawn = draw(drawing);
  const auto refused = [&](auto change, const std::string& sentence) {
    RawLatticeGuess guess = drawing.truth;
    change(guess);
    const auto reading = read_raw_lattice(drawn.view(), guess);
    ASSERT_FALSE(reading.has_value()) << sentence;
    EXPECT_EQ(reading.error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(reading.error().message, "the lattice: " + sentence);
  };
  refused([](auto& g) { g.rows.lines = 0; }, "0 rows; expected 1 to 1048576");
  refused([](auto& g) { g.cols.pitch = 1; },
          "a pitch of 1 px between columns; expected at least 2");
  refused([](auto& g) { g.cols.pitch = std::nan(""); },
          "a pitch of nan px between columns; expected at least 2");
  refused([](auto& g) { g.rows.group = 4, g.rows.group_pitch = 20; },
          "groups of 4 rows at a pitch of 10 px do not fit into 20 px a group");
  refused(
      [](auto& g) {
        g.cols.blank = {3, 20};
      },
      "blank line 20 of 20 columns; they must ascend from 0");
  refused([](auto& g) { g.rows.lines = 3; }, "3 x 20 cells; expected 64 to 4194304");
  refused([](auto& g) { g.origin[0] = 60; },
          "the cell in row 19, column 0 lies at (250, 30), outside the image of 250 x 250 px");
  refused(
      [](auto& g) { g.rows.lines = 1, g.rows.pitch = 1e6, g.cols.lines = 64, g.cols.pitch = 3; },
      "a pitch of 1e+06 px between rows in an image of 250 x 250 px");
  refused([](auto& g) { g.tolerance_px = -1; }, "a tolerance of -1 px");
  refused([](auto& g) { g.confidence = 1; },
          "a confidence of 1; expected more than 0.5 and less than 1");
  drawn.pixels[7] = std::nanf("");
  const auto reading = read_raw_lattice(drawn.view(), drawing.truth);
  ASSERT_FALSE(reading.has_value());
  EXPECT_EQ(reading.error().code, ErrorCode::kBadInput);
}

}  // namespace
}  // namespace ostracon::test
