// ostracon denoise as a person runs it.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "io/image_file.hpp"
#include "io/scan_file.hpp"
#include "tests/cli/program.hpp"

namespace ostracon::test {
namespace {

namespace fs = std::filesystem;

class Denoise : public ProgramTest {
 protected:
  /// scan.h5: `fields` fields of `frames` frames of 80 x 90 px of `T`: stripes of 30 and 90 counts,
  /// and every pixel off by up to 20 in a way of its own.
  template <class T>
  void make_scan(PixelType type, std::int32_t frames = 3, std::int32_t fields = 2,
                 const char* name = "scan.h5") {
    io::ScanInfo info;
    info.shape = {frames, kRows, kCols, type};
    info.detector = "drawn";
    info.pixel_size_m = 2e-8;
    auto scan = io::ScanWriter::create(folder() / name, true);
    ASSERT_TRUE(scan.has_value()) << scan.error().message;
    ASSERT_TRUE(scan.value().add_scan(info).has_value());
    std::uint32_t state = 1;
    for (std::int32_t field = 0; field < fields; ++field) {
      std::vector<T> pixels;
      for (std::size_t i = 0; i < info.shape.bytes() / sizeof(T); ++i) {
        state = state * 1664525 + 1013904223;
        const auto noise = static_cast<int>((state >> 16) % 41) - 20;
        pixels.push_back(static_cast<T>(stripe(i) + noise));
      }
      ASSERT_TRUE(
          scan.value().append(0, std::as_bytes(std::span(pixels)), {1e-6 * field, 0}, nullptr));
    }
    ASSERT_TRUE(scan.value().close().has_value());
  }
  static int stripe(std::size_t pixel) { return pixel % kCols / 12 % 2 == 0 ? 30 : 90; }
  static double error(const std::vector<float>& picture) {
    double squares = 0;
    for (std::size_t i = 0; i < picture.size(); ++i)
      squares += std::pow(static_cast<double>(picture[i]) - stripe(i), 2);
    return std::sqrt(squares / static_cast<double>(picture.size()));
  }
  /// What the scan `name` holds: one field of one frame of floats.
  std::vector<float> counts_of(const char* name) {
    auto scan = io::ScanReader::open(folder() / name);
    EXPECT_TRUE(scan.has_value()) << scan.error().message;
    if (!scan) return {};
    const FieldShape expected{1, kRows, kCols, PixelType::kF32};
    EXPECT_EQ(scan.value().fields(), 1);
    EXPECT_EQ(scan.value().shape(0), expected);
    EXPECT_EQ(scan.value().groups()[0].info.detector, "drawn");
    EXPECT_NEAR(scan.value().groups()[0].info.pixel_size_m.value_or(0), 2e-8, 1e-12);
    EXPECT_NEAR(scan.value().groups()[0].positions_m.at(0)[0], 1e-6, 1e-12);
    std::vector<float> pixels(expected.pixels_per_frame());
    EXPECT_TRUE(scan.value().read(0, std::as_writable_bytes(std::span(pixels))).has_value());
    return pixels;
  }
  /// Refused with `status`, one line that holds `word`, and nothing is written.
  void refused(int status, const char* word, std::initializer_list<std::string> arguments) {
    const auto before = tree_of(folder());
    const Outcome outcome = expect(status, arguments);
    EXPECT_NE(outcome.err.find(word), std::string::npos) << outcome.err;
    EXPECT_EQ(tree_of(folder()), before);
  }

  static constexpr std::int32_t kRows = 80, kCols = 90;
};

TEST_F(Denoise, EveryMethodAndPixelTypeGivesCountsCloserToTheScene) {
  const double raw = 20 / std::sqrt(3.0);  // rms of what is even within +-20
  const auto check = [&](const char* type) {
    SCOPED_TRACE(type);
    for (const char* method : {"mean", "nlm", "gaussian", "median"}) {
      expect(0,
             {"denoise", "scan.h5", "-o", "out.h5", "--field", "1", "--method", method, "--force"});
      EXPECT_LT(error(counts_of("out.h5")), raw / 1.3) << method;
    }
  };
  ASSERT_NO_FATAL_FAILURE(make_scan<std::uint8_t>(PixelType::kU8));
  check("uint8");
  ASSERT_NO_FATAL_FAILURE(make_scan<std::uint16_t>(PixelType::kU16));
  check("uint16");
  ASSERT_NO_FATAL_FAILURE(make_scan<float>(PixelType::kF32));
  check("float32");
}

TEST_F(Denoise, APngHasTheSizeOfTheField) {
  ASSERT_NO_FATAL_FAILURE(make_scan<std::uint8_t>(PixelType::kU8));
  const Outcome outcome = expect(0, {"denoise", "scan.h5", "-o", "out.png"});
  EXPECT_NE(outcome.out.find("3 frames"), std::string::npos) << outcome.out;
  const auto picture = io::read_image(folder() / "out.png");
  ASSERT_TRUE(picture.has_value()) << picture.error().message;
  EXPECT_EQ(picture.value().rows, kRows);
  EXPECT_EQ(picture.value().cols, kCols);
  const auto& pixels = picture.value().pixels;
  EXPECT_LT(pixels[40 * kCols + 5], 64);    // a dark stripe
  EXPECT_GT(pixels[40 * kCols + 17], 192);  // a bright one
}

TEST_F(Denoise, OptionsOfAMethodChangeThePicture) {
  ASSERT_NO_FATAL_FAILURE(make_scan<std::uint8_t>(PixelType::kU8));
  const auto counts = [&](std::initializer_list<std::string> options) {
    std::vector<std::string> words{"denoise", "scan.h5", "-o", "out.h5", "--field", "1", "--force"};
    words.insert(words.end(), options);
    const Outcome outcome = run_program(words, folder());
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return counts_of("out.h5");
  };
  EXPECT_NE(counts({"--method", "gaussian"}), counts({"--method", "gaussian", "--sigma", "2"}));
  EXPECT_NE(counts({"--method", "gaussian"}), counts({"--method", "gaussian", "--frame", "2"}));
  EXPECT_NE(counts({"--method", "median"}), counts({"--method", "median", "--size", "5"}));
  EXPECT_NE(counts({"--method", "nlm"}), counts({"--method", "nlm", "--strength", "3"}));
}

TEST_F(Denoise, OneFrameCanBeAveragedAndOnePixelFiltered) {
  ASSERT_NO_FATAL_FAILURE(make_scan<std::uint8_t>(PixelType::kU8, 1));
  expect(0, {"denoise", "scan.h5", "-o", "out.png"});
  io::ScanInfo info;
  info.shape = {1, 1, 1, PixelType::kU8};
  auto scan = io::ScanWriter::create(folder() / "pixel.h5", false);
  ASSERT_TRUE(scan.has_value());
  ASSERT_TRUE(scan.value().add_scan(info).has_value());
  const std::byte pixel{100};
  ASSERT_TRUE(scan.value().append(0, std::span(&pixel, 1), {0, 0}, nullptr).has_value());
  ASSERT_TRUE(scan.value().close().has_value());
  for (const char* method : {"nlm", "gaussian", "median"})
    expect(0, {"denoise", "pixel.h5", "-o", "pixel.png", "--method", method, "--force"});
  refused(2, "at least 64 px", {"denoise", "pixel.h5", "-o", "mean.png"});
}

TEST_F(Denoise, AWrongCommandLineIsRefusedByName) {
  ASSERT_NO_FATAL_FAILURE(make_scan<std::uint8_t>(PixelType::kU8));
  refused(2, "--output", {"denoise", "scan.h5"});
  refused(2, ".png", {"denoise", "scan.h5", "-o", "out.tiff"});
  refused(2, "--method", {"denoise", "scan.h5", "-o", "out.png", "--method", "wavelets"});
  refused(2, "--sigma", {"denoise", "scan.h5", "-o", "out.png", "--sigma", "2"});
  refused(2, "--frame", {"denoise", "scan.h5", "-o", "out.png", "--frame", "1"});
  refused(2, "--size", {"denoise", "scan.h5", "-o", "out.png", "--method", "nlm", "--size", "3"});
  refused(2, "--size",
          {"denoise", "scan.h5", "-o", "out.png", "--method", "median", "--size", "4"});
  refused(2, "--sigma",
          {"denoise", "scan.h5", "-o", "out.png", "--method", "gaussian", "--sigma", "0"});
  refused(2, "strength",
          {"denoise", "scan.h5", "-o", "out.png", "--method", "nlm", "--strength", "nan"});
  refused(2, "--with", {"denoise", "scan.h5", "-o", "out.png", "--with", "opencv"});
  refused(2, "the last one is 1", {"denoise", "scan.h5", "-o", "out.png", "--field", "2"});
  refused(2, "the last one is 2",
          {"denoise", "scan.h5", "-o", "out.png", "--method", "nlm", "--frame", "3"});
}

TEST_F(Denoise, BadInputsAndStandingOutputsAreLeftAlone) {
  ASSERT_NO_FATAL_FAILURE(make_scan<std::uint8_t>(PixelType::kU8));
  refused(3, "absent.h5", {"denoise", "absent.h5", "-o", "out.png"});
  refused(3, "nowhere", {"denoise", "scan.h5", "-o", "nowhere/out.png"});
  write_file(folder() / "text.h5", "no scan");
  refused(3, "text.h5", {"denoise", "text.h5", "-o", "out.png"});
  write_file(folder() / "out.png", "kept");
  refused(2, "--force", {"denoise", "scan.h5", "-o", "out.png"});
  refused(2, "--force", {"denoise", "text.h5", "-o", "text.h5"});
}

}  // namespace
}  // namespace ostracon::test
