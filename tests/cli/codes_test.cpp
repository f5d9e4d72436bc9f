// QR codes as a person reads them: pictures by inspect.
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "format/qr/encoder.hpp"
#include "io/image_file.hpp"
#include "io/png.hpp"
#include "tests/cli/program.hpp"
#include "tests/support/qr_scene.hpp"

namespace ostracon::test {
namespace {

using format::qr::Level;

class Codes : public ProgramTest {
 protected:
  /// codes.png: "first tablet" and "second tablet" at 7 degrees in mild noise; the codes' middles.
  void draw(double angle = 7) {
    QrSceneOptions options{
        .rows = 260, .cols = 400, .angle_deg = angle, .blur_modules = 0.2, .snr = 6};
    options.light = 180;
    options.dark = 80;
    const QrScene scene = draw_qr_scene(
        options,
        {{format::qr::encode_text("first tablet", {Level::kM, 3, {}}).value(), 130, 110},
         {format::qr::encode_text("second tablet", {Level::kQ, 2, {}}).value(), 128.4, 290}});
    write_picture(scene.pixels, options.rows, options.cols);
  }
  void write_picture(const std::vector<float>& pixels, std::int32_t rows, std::int32_t cols) {
    std::vector<std::uint8_t> grey;
    for (const float pixel : pixels)
      grey.push_back(static_cast<std::uint8_t>(std::clamp(std::lround(pixel), 0L, 255L)));
    const auto png = io::encode_png_grey(grey, rows, cols);
    ASSERT_TRUE(png.has_value()) << png.error().message;
    write_file(folder() / "codes.png",
               {reinterpret_cast<const char*>(png.value().data()), png.value().size()});
  }
};

TEST_F(Codes, OfAPictureAreToldWithPlaceAndText) {
  draw();
  const Outcome told = expect(0, {"inspect", "codes.png"});
  EXPECT_NE(told.out.find("260 x 400 pixels: 2 QR codes"), std::string::npos) << told.out;
  EXPECT_NE(told.out.find("first tablet"), std::string::npos) << told.out;
  EXPECT_NE(told.out.find("second tablet"), std::string::npos) << told.out;
  EXPECT_EQ(told.err, "");
}

TEST_F(Codes, AreALineOfJsonEach) {
  draw();
  std::istringstream lines(expect(0, {"inspect", "codes.png", "--json"}).out);
  std::vector<nlohmann::json> codes;
  for (std::string line; std::getline(lines, line);) codes.push_back(nlohmann::json::parse(line));
  ASSERT_EQ(codes.size(), 2U);
  const auto& first = codes[0]["text"] == "first tablet" ? codes[0] : codes[1];
  EXPECT_EQ(first["text"], "first tablet");
  EXPECT_EQ(first["bytes"], "6669727374207461626c6574");
  EXPECT_EQ(first["source"], "codes.png");
  EXPECT_EQ(first["version"], 3);
  EXPECT_EQ(first["level"], "M");
  EXPECT_EQ(first["verdict"], "read");
  EXPECT_EQ(first["mirrored"], false);
  EXPECT_NEAR(first["y"].get<double>(), 130, 0.5);
  EXPECT_NEAR(first["x"].get<double>(), 110, 0.5);
  EXPECT_NEAR(first["pitch_px"].get<double>(), 4, 0.02);
  EXPECT_NEAR(first["angle_deg"].get<double>(), 7, 0.3);
  EXPECT_GT(first["confidence_nats"].get<double>(), 16);
}

TEST_F(Codes, AreDrawnIntoAnOverlayThatIsNotReplacedUnasked) {
  draw(0);
  expect(0, {"inspect", "codes.png", "--overlay", "seen.png"});
  const auto overlay = io::read_image(folder() / "seen.png");
  ASSERT_TRUE(overlay.has_value()) << overlay.error().message;
  EXPECT_EQ(overlay.value().rows, 260);
  EXPECT_EQ(overlay.value().cols, 400);
  // The bar along the first row of the left code, green: luminance 0.587 * 200.
  const auto at = static_cast<std::size_t>((130 - 58) * 400 + 110);
  EXPECT_NEAR(overlay.value().pixels[at], 117.4, 1);
  const std::string before = content_of(folder() / "seen.png");
  const Outcome refused = run({"inspect", "codes.png", "--overlay", "seen.png"});
  EXPECT_NE(refused.status, 0);
  EXPECT_NE(refused.err.find("seen.png"), std::string::npos);
  EXPECT_EQ(content_of(folder() / "seen.png"), before);
  expect(0, {"inspect", "codes.png", "--overlay", "seen.png", "--force"});
}

TEST_F(Codes, WhatIsKnownOfThemIsBelieved) {
  draw();
  const Outcome of_version = expect(0, {"inspect", "codes.png", "--qr-version", "2"});
  EXPECT_EQ(of_version.out.find("first tablet"), std::string::npos) << of_version.out;
  EXPECT_NE(of_version.out.find("second tablet"), std::string::npos) << of_version.out;
  const Outcome wrong = expect(1, {"inspect", "codes.png", "--qr-level", "H"});
  EXPECT_EQ(wrong.out.find("tablet"), std::string::npos) << wrong.out;
  const Outcome refused = run({"inspect", "codes.png", "--qr-mask", "8"});
  EXPECT_NE(refused.status, 0);
  EXPECT_NE(refused.err.find("--qr-mask"), std::string::npos) << refused.err;
}

TEST_F(Codes, AreReadByTheBackendAskedForOrNotAtAll) {
  draw();
  const Outcome on_cpu = expect(0, {"inspect", "codes.png", "--backend", "cpu"});
  const Outcome on_gpu = run({"inspect", "codes.png", "--backend", "cuda"});
  if (on_gpu.status == 0) {
    for (const char* text : {": first tablet", ": second tablet"})
      EXPECT_NE(on_gpu.out.find(text), std::string::npos) << on_gpu.out;
  } else {
    EXPECT_EQ(on_gpu.status, 4);
    EXPECT_EQ(on_gpu.out, "");
    EXPECT_NE(on_gpu.err.find("CUDA"), std::string::npos) << on_gpu.err;
  }
  EXPECT_NE(on_cpu.out.find(": first tablet"), std::string::npos) << on_cpu.out;
  expect(2, {"inspect", "codes.png", "--backend", "cpu", "--device", "0"});
}

TEST_F(Codes, APictureWithoutAnyEndsWithStatusOne) {
  write_picture(std::vector<float>(100 * 120, 128), 100, 120);
  EXPECT_NE(expect(1, {"inspect", "codes.png"}).out.find("0 QR codes"), std::string::npos);
  EXPECT_EQ(expect(1, {"inspect", "codes.png", "--json"}).out, "");
  write_picture(std::vector<float>(20 * 40, 128), 20, 40);
  EXPECT_NE(expect(3, {"inspect", "codes.png"}).err.find("20 x 40 pixels"), std::string::npos);
  write_file(folder() / "codes.png", std::string("\x89PNG\r\n\x1a\n broken"));
  const Outcome broken = run({"inspect", "codes.png"});
  EXPECT_NE(broken.status, 0);
  EXPECT_NE(broken.err.find("codes.png"), std::string::npos) << broken.err;
}

TEST_F(Codes, OfASimulatedPlateBecomeTheFilesAgain) {
  make_files();
  expect(0, {"encode", "files", "-o", "qr.h5", "--symbology", "qr", "--codes", "8x8", "--parity",
             "80%"});
  expect(0, {"simulate", "qr.h5", "-o", "scan.h5", "--seed", "3"});
  expect(0, {"verify", "scan.h5", "--symbology", "qr"});
  const Outcome told = expect(0, {"recover", "scan.h5", "-o", "back"});
  EXPECT_NE(told.out.find("QR plate"), std::string::npos) << told.out;
  EXPECT_EQ(tree_of(folder() / "back" / "files"), tree_of(folder() / "files"));
  std::istringstream lines(content_of(folder() / "back.codes.jsonl"));
  std::size_t read = 0;
  for (std::string line; std::getline(lines, line);)
    read += nlohmann::json::parse(line).at("verdict") == "read" ? 1U : 0U;
  EXPECT_GE(read, 64U);
  EXPECT_EQ(run({"recover", "scan.h5", "-o", "pages", "--symbology", "page"}).status, 3);
  EXPECT_NE(expect(2, {"inspect", "scan.h5", "--qr-mask", "3"}).err.find("no picture"),
            std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder() / "pages"));
}

}  // namespace
}  // namespace ostracon::test
