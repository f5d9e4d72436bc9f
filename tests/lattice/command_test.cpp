// `ostracon lattice` as a person runs it.
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <sstream>

#include "io/png.hpp"
#include "io/scan_file.hpp"
#include "tests/cli/program.hpp"
#include "tests/lattice/drawn_lattice.hpp"

namespace ostracon::test {
namespace {

std::uint8_t as_byte(float pixel) {
  return static_cast<std::uint8_t>(std::lround(std::min(std::max(pixel, 0.0F), 255.0F)));
}

class LatticeCommand : public ProgramTest {
 protected:
  /// lattice.png: 16 x 20 cells, 10 px apart; `covered`: a patch over some.
  DrawnLattice make_picture(bool covered) {
    DrawnLattice drawn = draw({.truth = square_lattice(16, 20, 10), .noise = 5});
    if (covered) drawn.cover(80, 90, 25, 25, 250);
    std::vector<std::uint8_t> pixels;
    for (const float pixel : drawn.pixels) pixels.push_back(as_byte(pixel));
    const auto png = io::encode_png_grey(pixels, drawn.rows, drawn.cols).value();
    write_file(folder() / "lattice.png",
               std::string_view(reinterpret_cast<const char*>(png.data()), png.size()));
    return drawn;
  }
  Outcome read(int status, const std::string& input, std::initializer_list<std::string> more = {}) {
    std::vector<std::string> words{"lattice", input, "-o",       "out",   "--rows",  "16",
                                   "--cols",  "20",  "--origin", "32,28", "--pitch", "10"};
    words.insert(words.end(), more);
    Outcome outcome = run_program(words, folder());
    EXPECT_EQ(outcome.status, status) << outcome.out << outcome.err;
    return outcome;
  }
  std::string bits_of(const DrawnLattice& drawn, std::size_t cols) {
    std::string text;
    for (std::size_t i = 0; i < drawn.bits.size(); ++i) {
      text += drawn.bits[i] != 0 ? '1' : '0';
      if ((i + 1) % cols == 0) text += '\n';
    }
    return text;
  }
};

TEST_F(LatticeCommand, APictureBecomesBitsSoftBitsAnOverlayAndJson) {
  const DrawnLattice drawn = make_picture(false);
  const Outcome outcome = read(0, "lattice.png");
  EXPECT_NE(outcome.out.find("16 x 20 cells"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("320 clear"), std::string::npos) << outcome.out;
  EXPECT_EQ(content_of(folder() / "out/bits.txt"), bits_of(drawn, 20));

  std::istringstream soft(content_of(folder() / "out/soft-bits.txt"));
  std::string line;
  std::getline(soft, line);
  EXPECT_EQ(line, "# Soft bits of 16 rows of 20 cells: ln(P(0) / P(1)).");
  std::getline(soft, line);
  std::size_t numbers = 0;
  for (double llr = 0; soft >> llr; ++numbers)
    ASSERT_EQ(llr < 0, drawn.bits[numbers] == 1) << numbers;
  EXPECT_EQ(numbers, 320U);

  const auto json = nlohmann::json::parse(content_of(folder() / "out/lattice.json"));
  EXPECT_EQ(json["format"], "ostracon-lattice");
  EXPECT_EQ(json["rows"], 16);
  EXPECT_EQ(json["counts"]["clear"], 320);
  EXPECT_EQ(json["states"].size(), 16U);
  EXPECT_EQ(json["states"][3], std::string(20, 'c'));
  EXPECT_EQ(json["llr"][15].size(), 20U);
  EXPECT_NEAR(json["corners_px"][0][0], 30, 0.5);
  EXPECT_NEAR(json["corners_px"][3][1], 30 + 19 * 10, 0.5);
  EXPECT_EQ(content_of(folder() / "out/overlay.png").substr(1, 3), "PNG");
}

TEST_F(LatticeCommand, CoveredCellsAreQuestionMarksAndTellInTheExitStatus) {
  const DrawnLattice drawn = make_picture(true);
  read(1, "lattice.png");
  const std::string bits = content_of(folder() / "out/bits.txt"), truth = bits_of(drawn, 20);
  ASSERT_EQ(bits.size(), truth.size());
  for (std::size_t i = 0; i < bits.size(); ++i) EXPECT_TRUE(bits[i] == truth[i] || bits[i] == '?');
  for (std::size_t row = 4; row <= 6; ++row)  // the patch is over rows 4 to 6, columns 5 to 7
    EXPECT_EQ(bits.substr(row * 21 + 5, 3), "???");
  EXPECT_EQ(bits.substr(0, 21), truth.substr(0, 21));
}

TEST_F(LatticeCommand, TheFramesOfAScanAreAlignedAndAveraged) {
  // Noise that one frame alone cannot be read through, and drift of a few pixels.
  const std::vector<std::array<double, 2>> drift{{0, 0},  {3, -2}, {-2, -4}, {1, 3},
                                                 {-1, 1}, {2, 4},  {-4, 2},  {1, -4}};
  const FieldShape shape{static_cast<std::int32_t>(drift.size()), 400, 400, PixelType::kU8};
  std::vector<std::byte> frames(shape.bytes(), std::byte{100});
  std::vector<std::uint8_t> bits;
  for (std::size_t f = 0; f < drift.size(); ++f) {
    Drawing drawing{.truth = square_lattice(32, 32, 11), .noise = 45};
    drawing.truth.origin = {30 + drift[f][0], 30 + drift[f][1]};
    DrawnLattice quiet = draw(drawing);
    bits = quiet.bits;  // the same of every frame, which differ in noise by where they lie
    for (std::int32_t row = 0; row < std::min(shape.rows, quiet.rows); ++row)
      for (std::int32_t col = 0; col < std::min(shape.cols, quiet.cols); ++col)
        frames[(f * static_cast<std::size_t>(shape.rows) + static_cast<std::size_t>(row)) *
                   static_cast<std::size_t>(shape.cols) +
               static_cast<std::size_t>(col)] =
            std::byte{as_byte(quiet.pixels[quiet.at(row, col)])};
  }
  auto scan = io::ScanWriter::create(folder() / "scan.h5", false).value();
  io::ScanInfo info;
  info.shape = shape;
  ASSERT_EQ(scan.add_scan(info).value(), 0);
  ASSERT_TRUE(scan.append(0, frames, {0, 0}, nullptr).has_value());
  ASSERT_TRUE(scan.close().has_value());

  const Outcome outcome = run({"lattice", "scan.h5", "-o", "out", "--rows", "32", "--cols", "32",
                               "--origin", "32,28", "--pitch", "11"});
  ASSERT_LE(outcome.status, 1) << outcome.err;
  std::istringstream soft(content_of(folder() / "out/soft-bits.txt"));
  std::string line;
  std::getline(soft, line);
  std::getline(soft, line);
  int wrong = 0;
  std::size_t numbers = 0;
  for (double llr = 0; soft >> llr; ++numbers) wrong += (llr < 0) != (bits[numbers] == 1);
  EXPECT_EQ(numbers, bits.size());
  EXPECT_LE(wrong, 5);
}

TEST_F(LatticeCommand, AWrongCommandLineIsNamedAndLeavesNothing) {
  make_picture(false);
  const auto refused = [&](std::initializer_list<std::string> more, const std::string& words) {
    const Outcome outcome = read(2, "lattice.png", more);
    EXPECT_NE(outcome.err.find(words), std::string::npos) << outcome.err;
    EXPECT_FALSE(std::filesystem::exists(folder() / "out"));
  };
  refused({"--col-groups", "8"}, "--col-groups 8: expected LINES:PITCH");
  refused({"--col-groups", "0:40"}, "--col-groups 0:40: expected LINES:PITCH");
  refused({"--blank-cols", "20"}, "--blank-cols 20: expected numbers below 20");
  refused({"--col-groups", "8:40"}, "groups of 8 columns at a pitch of 10 px do not fit");
  refused({"--angle", "40"}, "outside the image");
  refused({"--one", "red"}, "--one");
  Outcome outcome = run({"lattice", "lattice.png", "-o", "out", "--rows", "16", "--cols", "20",
                         "--origin", "30", "--pitch", "10"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.err.find("--origin 30: expected Y,X"), std::string::npos) << outcome.err;
}

TEST_F(LatticeCommand, AnInputThatCannotBeReadIsNamed) {
  make_picture(false);
  EXPECT_NE(read(3, "absent.png").err.find("absent.png"), std::string::npos);
  write_file(folder() / "text", "A letter, no picture.");
  EXPECT_NE(read(3, "text").err.find("neither a PNG, JPEG or TIFF picture nor a scan"),
            std::string::npos);
  write_file(folder() / "half.png", content_of(folder() / "lattice.png").substr(0, 3000));
  EXPECT_NE(read(3, "half.png").err.find("half.png: PNG: "), std::string::npos);
  write_file(folder() / "out-stands", "");
  read(0, "lattice.png");
  EXPECT_EQ(read(2, "lattice.png").status, 2);  // out stands
  read(0, "lattice.png", {"--force"});
}

}  // namespace
}  // namespace ostracon::test
