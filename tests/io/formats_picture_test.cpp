// Pictures of makers of which no real file is at hand, stacks and folders of them.
#include <gtest/gtest.h>

#include <cstring>

#include "io/formats/picture_groups.hpp"
#include "io/open_scan.hpp"
#include "tests/io/format_files.hpp"
#include "tests/io/temporary_folder.hpp"

namespace ostracon::io {
namespace {

using test::ForeignTiff;
using test::told_samples;
using test::write_file;
using test::write_tiff;

class ForeignPictures : public ::testing::Test {
 protected:
  std::unique_ptr<ScanSource> opened(const std::string& name, const ScanHints& hints = {}) {
    auto scan = open_scan(folder_ / name, hints);
    EXPECT_TRUE(scan.has_value()) << scan.error().message;
    return scan ? std::move(scan).value() : nullptr;
  }
  std::vector<std::uint8_t> frames_of(ScanSource& scan, std::int64_t field = 0) {
    std::vector<std::uint8_t> frames(scan.shape(field).bytes());
    const auto read = scan.read(field, std::as_writable_bytes(std::span(frames)));
    EXPECT_TRUE(read.has_value()) << read.error().message;
    return frames;
  }
  void write_png(const std::string& name, const std::vector<std::uint8_t>& samples) {
    const auto png = encode_png_grey(samples, 8, 10);
    ASSERT_TRUE(png.has_value());
    write_file(folder_ / name, std::string(png.value().begin(), png.value().end()));
  }
  /// Frame `index` of 8 x 10 pixels.
  static std::vector<std::uint8_t> frame(std::size_t index) {
    const auto all = told_samples<std::uint8_t>(index + 1, 8, 10);
    return {all.end() - 80, all.end()};
  }
  test::TemporaryFolder folder_;
};

TEST_F(ForeignPictures, ATescanTagIsRead) {
  std::string tag("\x04\0\xFF\x10\0\0", 6);
  tag +=
      "AccFrames=1\r\nPixelSizeX=5e-9\r\nPixelSizeY=5e-9\r\nDwellTime=3.2e-7\r\nHV=5000\r\n"
      "PredictedBeamCurrent=1e-10\r\nStageX=0.002\r\nStageY=much\r\nSpotSize=6e-9\r\n";
  write_tiff(folder_ / "t.tif",
             {.rows = 8, .cols = 10, .pages = {frame(0)}, .tags = {{50431, tag}}});
  const auto scan = opened("t.tif");
  ASSERT_NE(scan, nullptr);
  EXPECT_EQ(scan->layout(), "TIFF (TESCAN)");
  const ScanInfo& info = scan->groups()[0].info;
  EXPECT_DOUBLE_EQ(info.pixel_size_m.value_or(0), 5e-9);
  EXPECT_DOUBLE_EQ(info.dwell_time_s.value_or(0), 3.2e-7);
  EXPECT_DOUBLE_EQ(info.beam_energy_v.value_or(0), 5000);
  EXPECT_DOUBLE_EQ(info.beam_current_a.value_or(0), 1e-10);
  EXPECT_DOUBLE_EQ(info.stage_m[0].value_or(0), 2e-3);
  ASSERT_EQ(scan->warnings().size(), 1u);
  EXPECT_NE(scan->warnings()[0].find("stagey is 'much', no number"), std::string::npos);
  EXPECT_EQ(frames_of(*scan), frame(0));
}

TEST_F(ForeignPictures, ATescanSideCarIsRead) {
  write_tiff(folder_ / "u.tif", {.rows = 8, .cols = 10, .pages = {frame(0)}});
  write_file(folder_ / "u-tif.hdr", "[MAIN]\nDevice=TESCAN\nPixelSizeX=2e-9\n[SEM]\nHV=2000\n");
  const auto scan = opened("u.tif");
  ASSERT_NE(scan, nullptr);
  EXPECT_EQ(scan->layout(), "TIFF (TESCAN)");
  EXPECT_DOUBLE_EQ(scan->groups()[0].info.pixel_size_m.value_or(0), 2e-9);
  EXPECT_DOUBLE_EQ(scan->groups()[0].info.beam_energy_v.value_or(0), 2000);
}

TEST_F(ForeignPictures, AHitachiSideCarIsRead) {
  write_tiff(folder_ / "h.tif", {.rows = 8, .cols = 10, .pages = {frame(1)}});
  write_file(folder_ / "h.txt",
             "[SemImageFile]\r\nInstructName=SU8000\r\nPixelSize=4.96\r\n"
             "AcceleratingVoltage=3000 Volt\r\nSignalName=SE(U)\r\nStagePositionX=1000000\r\n");
  const auto scan = opened("h.tif");
  ASSERT_NE(scan, nullptr);
  EXPECT_EQ(scan->layout(), "TIFF (Hitachi)");
  const ScanInfo& info = scan->groups()[0].info;
  EXPECT_DOUBLE_EQ(info.pixel_size_m.value_or(0), 4.96e-9);
  EXPECT_DOUBLE_EQ(info.beam_energy_v.value_or(0), 3000);
  EXPECT_DOUBLE_EQ(info.stage_m[0].value_or(0), 1e-3);
  EXPECT_EQ(info.detector, "SE(U)");
}

TEST_F(ForeignPictures, AJeolSideCarWithAFieldOfViewIsRead) {
  write_tiff(folder_ / "j.tif", {.rows = 8, .cols = 10, .pages = {frame(1)}});
  write_file(folder_ / "j.txt",
             "$CM_FORMAT JEOL-SEM\r\n$CM_ACCEL_VOLT 1.50\r\n$CM_MAG 9000\r\n"
             "$CM_FIELD_OF_VIEW 0.05 0.04\r\n$CM_STAGE_POS 1.0 x 3\r\n");
  const auto scan = opened("j.tif");
  ASSERT_NE(scan, nullptr);
  EXPECT_EQ(scan->layout(), "TIFF (JEOL)");
  EXPECT_DOUBLE_EQ(scan->groups()[0].info.pixel_size_m.value_or(0), 5e-9);
  EXPECT_DOUBLE_EQ(scan->groups()[0].info.beam_energy_v.value_or(0), 1500);
  ASSERT_EQ(scan->warnings().size(), 1u) << ::testing::PrintToString(scan->warnings());
}

TEST_F(ForeignPictures, FibsemOsSpeaksJson) {
  write_tiff(folder_ / "f.tif",
             {.rows = 8,
              .cols = 10,
              .pages = {frame(0)},
              .description = R"({"image":{"dwell_time":1e-6,"beam_type":"ELECTRON"},)"
                             R"("pixel_size":{"x":6e-9,"y":6e-9},"microscope_state":)"
                             R"({"stage_position":{"x":0.001,"y":null},)"
                             R"("electron_beam":{"voltage":2000,"beam_current":"5e-11"}}})"});
  const auto scan = opened("f.tif");
  ASSERT_NE(scan, nullptr);
  EXPECT_EQ(scan->layout(), "TIFF (fibsemOS)");
  const ScanInfo& info = scan->groups()[0].info;
  EXPECT_DOUBLE_EQ(info.pixel_size_m.value_or(0), 6e-9);
  EXPECT_DOUBLE_EQ(info.dwell_time_s.value_or(0), 1e-6);
  EXPECT_DOUBLE_EQ(info.beam_energy_v.value_or(0), 2000);
  EXPECT_DOUBLE_EQ(info.beam_current_a.value_or(0), 5e-11);
}

TEST_F(ForeignPictures, PagesOfATiffAreFrames) {
  for (const char* mode : {"wl", "wb", "wl8"}) {
    SCOPED_TRACE(mode);
    write_tiff(
        folder_ / "s.tif",
        {.rows = 8, .cols = 10, .pages = {frame(0), frame(1), frame(2), frame(3)}, .mode = mode});
    const auto scan = opened("s.tif");
    ASSERT_NE(scan, nullptr);
    EXPECT_EQ(scan->layout(), "TIFF");
    EXPECT_EQ(scan->shape(0), (FieldShape{4, 8, 10, PixelType::kU8}));
    EXPECT_EQ(frames_of(*scan), told_samples<std::uint8_t>(4, 8, 10));
    const auto pairs = opened("s.tif", {.dataset = "", .axes = "", .frames_per_field = 2});
    ASSERT_NE(pairs, nullptr);
    EXPECT_EQ(pairs->fields(), 2);
    auto expected = frame(2);
    const auto last = frame(3);
    expected.insert(expected.end(), last.begin(), last.end());
    EXPECT_EQ(frames_of(*pairs, 1), expected);
  }
}

TEST_F(ForeignPictures, SamplesOf16BitsAreTheMachines) {
  const auto samples = told_samples<std::uint16_t>(1, 8, 10);
  std::vector<std::uint8_t> bytes(160);
  std::memcpy(bytes.data(), samples.data(), 160);
  for (const char* mode : {"wl", "wb"}) {
    write_tiff(folder_ / "w.tif",
               {.rows = 8, .cols = 10, .bits = 16, .pages = {bytes}, .mode = mode});
    const auto scan = opened("w.tif");
    ASSERT_NE(scan, nullptr);
    EXPECT_EQ(scan->shape(0).type, PixelType::kU16);
    EXPECT_EQ(frames_of(*scan), bytes);
  }
}

TEST_F(ForeignPictures, GreysInThreeColoursAreCountsAndColoursAreNot) {
  std::vector<std::uint8_t> grey;
  for (const std::uint8_t sample : frame(1)) grey.insert(grey.end(), 3, sample);
  write_tiff(folder_ / "grey.tif", {.rows = 8, .cols = 10, .samples = 3, .pages = {grey}});
  const auto scan = opened("grey.tif");
  ASSERT_NE(scan, nullptr);
  EXPECT_EQ(frames_of(*scan), frame(1));
  grey[4] = 255;
  write_tiff(folder_ / "red.tif", {.rows = 8, .cols = 10, .samples = 3, .pages = {grey}});
  const auto coloured = opened("red.tif");
  ASSERT_NE(coloured, nullptr);
  std::vector<std::byte> frames(80);
  const auto read = coloured->read(0, frames);
  ASSERT_FALSE(read.has_value());
  EXPECT_NE(read.error().message.find("in colour"), std::string::npos) << read.error().message;
}

TEST_F(ForeignPictures, AFolderOfPngsIsGroupedByNames) {
  for (std::size_t field = 0; field < 2; ++field)
    for (std::size_t number = 0; number < 12; ++number)
      write_png(std::string("pngs/field")
                    .append(std::to_string(field))
                    .append("-frame")
                    .append(std::to_string(number))
                    .append(".png"),
                frame(field * 12 + number));
  const auto scan = opened("pngs");
  ASSERT_NE(scan, nullptr);
  EXPECT_EQ(scan->layout(), "PNG");
  ASSERT_EQ(scan->fields(), 2);
  EXPECT_EQ(scan->shape(1), (FieldShape{12, 8, 10, PixelType::kU8}));
  const auto all = told_samples<std::uint8_t>(24, 8, 10);
  EXPECT_EQ(frames_of(*scan, 1), std::vector<std::uint8_t>(all.begin() + 12 * 80, all.end()));
}

TEST_F(ForeignPictures, ABrokenPictureIsALostFrameOrPassedOver) {
  for (std::size_t number = 0; number < 3; ++number)
    write_png(std::string("some/a").append(std::to_string(number)).append(".png"), frame(number));
  write_file(folder_ / "some/a3.png", "no picture at all");
  // Cut after its head.
  auto cut = test::read_file(folder_ / "some/a1.png");
  cut.resize(60);
  write_file(folder_ / "some/a1.png", cut);
  const auto scan = opened("some");
  ASSERT_NE(scan, nullptr);
  EXPECT_EQ(scan->shape(0).frames, 3);
  EXPECT_EQ(scan->warnings().size(), 1u);
  frames_of(*scan);
  ASSERT_EQ(scan->lost_frames().size(), 1u);
  EXPECT_EQ(scan->lost_frames()[0].frame, 1);
}

TEST_F(ForeignPictures, AMultiSemFolderHasATileAFieldAndItsPlace) {
  std::string places;
  for (std::size_t beam = 1; beam <= 3; ++beam) {
    const std::string name = std::string("000007/008_000007_00")
                                 .append(std::to_string(beam))
                                 .append("_2019-01-01T0102030405.bmp");
    write_file(folder_.path() / "scan" / "008_S9R1" / name, test::bmp_of(frame(beam), 8, 10));
    std::string path = name;
    path[path.find('/')] = '\\';
    places += path;
    places += '\t';
    places += std::to_string(100 * beam);
    places += ".5\t20\t0\r\n";
  }
  places += "..\\..\\secret.bmp\t0\t0\t0\r\n";
  write_file(folder_ / "scan/008_S9R1/full_image_coordinates.txt", places);
  write_file(folder_ / "scan/008_S9R1/metadata.txt",
             "Magnification:\t1000\r\nPixelsize:\t4.00 nm\r\n");
  const auto scan = opened("scan");
  ASSERT_NE(scan, nullptr);
  EXPECT_EQ(scan->layout(), "MultiSEM");
  ASSERT_EQ(scan->fields(), 3);
  const ScanGroup& group = scan->groups()[0];
  EXPECT_DOUBLE_EQ(group.info.pixel_size_m.value_or(0), 4e-9);
  ASSERT_EQ(group.positions_m.size(), 3u);
  EXPECT_DOUBLE_EQ(group.positions_m[1][0], (20 + 4) * 4e-9);
  EXPECT_DOUBLE_EQ(group.positions_m[1][1], (200.5 + 5) * 4e-9);
  for (std::int64_t field = 0; field < 3; ++field)
    EXPECT_EQ(frames_of(*scan, field), frame(static_cast<std::size_t>(field) + 1));
  ASSERT_EQ(scan->warnings().size(), 1u);
  EXPECT_NE(scan->warnings()[0].find("1 lines name no tile"), std::string::npos);
}

TEST_F(ForeignPictures, AnEmptyFolderAndHintsThatDoNotFitAreRefused) {
  std::filesystem::create_directory(folder_ / "empty");
  EXPECT_EQ(open_scan(folder_ / "empty").error().code, ErrorCode::kBadInput);
  EXPECT_EQ(open_scan(folder_ / "absent").error().code, ErrorCode::kNotFound);
  write_tiff(folder_ / "s.tif", {.rows = 8, .cols = 10, .pages = {frame(0), frame(1), frame(2)}});
  for (const ScanHints& hints : {ScanHints{.dataset = "/a", .axes = "", .frames_per_field = 0},
                                 ScanHints{.dataset = "", .axes = "", .frames_per_field = 2}})
    EXPECT_EQ(open_scan(folder_ / "s.tif", hints).error().code, ErrorCode::kInvalidArgument);
}

TEST(PictureGroups, NamesTellFieldsAndFrames) {
  using Groups = std::vector<std::vector<std::size_t>>;
  EXPECT_EQ(group_pictures({"a1.tif", "a2.tif", "b1.tif"}, 0), (Groups{{0, 1}, {2}}));
  EXPECT_EQ(group_pictures({"one.tif", "two.tif"}, 0), (Groups{{0}, {1}}));
  EXPECT_EQ(group_pictures({"a1.tif", "a2.tif", "a3.tif"}, 1), (Groups{{0}, {1}, {2}}));
  EXPECT_EQ(group_pictures({"a1.tif", "a2.tif", "a3.tif"}, 2), (Groups{{0, 1}, {2}}));
  EXPECT_EQ(group_pictures({"008_000007_001_2.bmp", "008_000007_001_3.bmp"}, 0),
            (Groups{{0}, {1}}));
}

}  // namespace
}  // namespace ostracon::io
