// A photograph of a mask ROM, 16 x 128 bits, whose grid is told only to 3 px. A label covers rows 0
// to 3 of columns 104 to 127.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "io/image_file.hpp"
#include "pipeline/raw_lattice/raw_lattice.hpp"

namespace ostracon::test {
namespace {

constexpr std::int32_t kRows = 16, kCols = 128;

std::size_t cell_at(std::int32_t row, std::int32_t col) {
  return static_cast<std::size_t>(row) * kCols + static_cast<std::size_t>(col);
}

class Photograph : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* named = std::getenv("OSTRACON_TEST_DATA");
    const std::string folder =
        std::string(named != nullptr ? named : OSTRACON_TEST_DATA) + "/bit-lattices/dmg-bootrom";
    std::ifstream truth(folder + "/bits_16x128.txt");
    if (!truth) GTEST_SKIP() << "no bit lattice in " << folder;
    for (std::string line; std::getline(truth, line);) truth_ += line;
    ASSERT_EQ(truth_.size(), cell_at(kRows, 0));
    auto image = io::read_image(folder + "/bootrom.jpg");
    ASSERT_TRUE(image.has_value()) << image.error().message;
    image_ = std::move(image).value();
  }

  static RawLatticeGuess exact_guess() {
    RawLatticeGuess guess;
    guess.rows = {kRows, 13.056, 2, 39.959, {}};
    guess.cols = {kCols, 15.999, 8, 143.664, {}};
    guess.origin = {44.194, 254.776};
    return guess;
  }

  /// At most 2 of the 1952 uncovered bits wrong, 90 % of the 96 covered ones marked; besides, no
  /// wrong bit unmarked, and at most 2 % of the uncovered ones marked.
  void expect_read(const RawLatticeGuess& guess) const {
    const ImageView<const float> view{image_.pixels.data(), image_.rows, image_.cols, image_.cols};
    const auto reading = read_raw_lattice(view, guess);
    ASSERT_TRUE(reading.has_value()) << reading.error().message;
    int wrong = 0, wrong_clear = 0, marked = 0, covered_marked = 0;
    for (std::int32_t row = 0; row < kRows; ++row)
      for (std::int32_t col = 0; col < kCols; ++col) {
        const std::size_t cell = cell_at(row, col);
        const bool low = reading.value().state[cell] != CellState::kClear;
        const float llr = reading.value().llr[cell];
        const bool right = truth_[cell] == '1' ? llr < 0 : llr > 0;
        if (row < 4 && col >= 104) {
          covered_marked += low;
          continue;
        }
        wrong += !right;
        wrong_clear += !right && !low;
        marked += low;
      }
    RecordProperty("wrong", wrong);
    RecordProperty("marked", marked);
    EXPECT_LE(wrong, 2);
    EXPECT_EQ(wrong_clear, 0);
    EXPECT_LE(marked, 39);
    EXPECT_GE(covered_marked, 87);
  }

  std::string truth_;
  io::GreyImage image_;
};

/// The farthest that a cell of `guess` lies from where it is, along y or x.
double worst_error(const RawLatticeGuess& guess) {
  double worst = 0;
  for (std::int32_t row = 0; row < kRows; ++row)
    for (std::int32_t col = 0; col < kCols; ++col) {
      const std::int32_t pair = row / 2, byte = col / 8;
      const double a = pair * guess.rows.group_pitch + (row % 2) * guess.rows.pitch;
      const double b = byte * guess.cols.group_pitch + (col % 8) * guess.cols.pitch;
      const double y = 44.194 + 39.959 * pair + 13.056 * (row % 2);
      const double x = 254.776 + 143.664 * byte + 15.999 * (col % 8) + 0.001 * y;
      const double c = std::cos(guess.angle), s = std::sin(guess.angle);
      worst = std::max({worst, std::abs(guess.origin[0] + c * a + s * b - y),
                        std::abs(guess.origin[1] - s * a + c * b - x)});
    }
  return worst;
}

TEST_F(Photograph, IsReadFromEveryOffsetOfThreePixels) {
  for (const double dy : {-3, 0, 3})
    for (const double dx : {-3, 0, 3}) {
      SCOPED_TRACE(testing::Message() << dy << ", " << dx);
      RawLatticeGuess guess = exact_guess();
      guess.origin[0] += dy;
      guess.origin[1] += dx;
      expect_read(guess);
    }
}

/// Errors of the origin, the pitches of rows and groups, those of columns and groups, the angle.
constexpr std::array<std::array<double, 7>, 6> kErrors{{
    {-1.4, 1.1, 0.3, -0.21, 0.17, -0.1, 0.0015},
    {0.6, 2.2, 0.8, 0.22, -0.01, -0.22, -0.0012},
    {2.4, -2.1, -1.2, -0.25, -0.07, 0.33, -0.0007},
    {0.7, -1.8, -0.4, -0.46, -0.08, 0.22, 0.001},
    {-1.4, 2.8, -0.8, 0.45, -0.06, -0.21, 0.0005},
    {2.0, 2.2, 0.7, -0.39, 0.07, -0.27, -0.0006},
}};

TEST_F(Photograph, IsReadWithPitchesAndAnglesThatAreOffByThreePixelsInAll) {
  for (const auto& error : kErrors) {
    RawLatticeGuess guess = exact_guess();
    guess.origin[0] += error[0];
    guess.origin[1] += error[1];
    guess.rows.pitch += error[2];
    guess.rows.group_pitch += error[3];
    guess.cols.pitch += error[4];
    guess.cols.group_pitch += error[5];
    guess.angle += error[6];
    SCOPED_TRACE(testing::Message() << "off by " << worst_error(guess));
    EXPECT_LE(worst_error(guess), 3);
    EXPECT_GE(worst_error(guess), 2);
    expect_read(guess);
  }
}

TEST_F(Photograph, IsReadWithAGridOfRoundNumbers) {
  RawLatticeGuess guess = exact_guess();
  guess.origin = {44, 255};
  guess.rows.pitch = 13;
  guess.rows.group_pitch = 40;
  guess.cols.pitch = 16;
  guess.cols.group_pitch = 143.7;
  expect_read(guess);
}

}  // namespace
}  // namespace ostracon::test
