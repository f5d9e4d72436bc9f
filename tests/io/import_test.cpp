// Scans of others in a file of our own: every sample and every word of them.
#include <gtest/gtest.h>

#include <cstring>

#include "io/chunk_encoder.hpp"
#include "io/chunk_filters.hpp"
#include "io/import_scan.hpp"
#include "io/open_scan.hpp"
#include "tests/io/format_files.hpp"
#include "tests/io/temporary_folder.hpp"

namespace ostracon::io {
namespace {

using test::ForeignHdf5;
using test::told_samples;

constexpr ScanCompression kAll[] = {ScanCompression::kNone, ScanCompression::kGzip,
                                    ScanCompression::kBitshuffleLz4};

std::vector<std::byte> field_of(ScanSource& scan, std::int64_t field) {
  std::vector<std::byte> frames(scan.shape(field).bytes());
  const auto read = scan.read(field, frames);
  EXPECT_TRUE(read.has_value()) << read.error().message;
  return frames;
}

class ImportScan : public ::testing::Test {
 protected:
  Result<ImportReport> import(const std::string& from, const ImportOptions& options) {
    auto scan = open_scan(folder_ / from);
    if (!scan) return scan.error();
    return import_scans({{from, scan.value().get()}}, folder_ / "scan.h5", options);
  }
  std::string text_at(const std::string& path) {
    auto file = hdf5::open_file((folder_ / "scan.h5").string());
    EXPECT_TRUE(file.has_value()) << file.error().message;
    if (!file) return "";
    const auto slash = path.rfind('/');
    const hdf5::Handle group(
        H5Gopen2(file.value().get(), path.substr(0, slash).c_str(), H5P_DEFAULT));
    return hdf5::read_text(group.get(), path.substr(slash + 1).c_str()).value_or("(absent)");
  }
  test::TemporaryFolder folder_;
};

TEST_F(ImportScan, KeepsSamplesPositionsAndMetadata) {
  const auto samples = told_samples<std::uint16_t>(6, 31, 45);
  {
    ForeignHdf5 file(folder_ / "a.hspy");
    const std::string experiment = "/Experiments/e";
    file.dataset(experiment + "/data", H5T_STD_U16BE, {2, 3, 31, 45}, samples.data(),
                 H5T_NATIVE_UINT16, true);
    for (int axis = 0; axis < 4; ++axis) {
      const std::string group = experiment + "/axis-" + std::to_string(axis);
      file.group(group);
      file.attribute(group, "navigate", axis < 2 ? 1.0 : 0.0);
      file.attribute(group, "scale", 3.0);
      file.attribute(group, "units", std::string("nm"));
    }
    file.text(experiment + "/metadata/General/title", "caf\xC3\xA9");
    file.attribute(experiment + "/metadata/General", "words", std::vector<std::string>{"a", "bc"});
    file.numbers(experiment + "/original_metadata/lens/values", {1, 2.5, 3});
    file.attribute(experiment + "/data", "note", std::string("of the samples"));
  }
  for (const ScanCompression compression : kAll) {
    ImportOptions options;
    options.compression = compression;
    options.force = true;
    const auto report = import("a.hspy", options);
    ASSERT_TRUE(report.has_value()) << report.error().message;
    EXPECT_EQ(report.value().fields, 2);
    EXPECT_TRUE(report.value().left_out.empty())
        << ::testing::PrintToString(report.value().left_out);
    auto scan = ScanReader::open(folder_ / "scan.h5");
    ASSERT_TRUE(scan.has_value()) << scan.error().message;
    ASSERT_EQ(scan.value().fields(), 2);
    const ScanGroup& group = scan.value().groups()[0];
    EXPECT_DOUBLE_EQ(group.info.pixel_size_m.value_or(0), 3e-9);
    EXPECT_TRUE(group.positions_m.empty());
    for (std::int64_t field = 0; field < 2; ++field) {
      const auto frames = field_of(scan.value(), field);
      EXPECT_EQ(std::memcmp(frames.data(), samples.data() + field * 3 * 31 * 45, frames.size()), 0);
    }
    const std::string kept = "/entry/original_metadata/a.hspy";
    EXPECT_EQ(text_at(kept + "/layout"), "HyperSpy");
    const std::string experiment = kept + "/hdf5/Experiments/e";
    EXPECT_EQ(text_at(experiment + "/metadata/General/title"), "caf\xC3\xA9");
    auto file = hdf5::open_file((folder_ / "scan.h5").string());
    ASSERT_TRUE(file.has_value());
    const hdf5::Handle data(
        H5Gopen2(file.value().get(), (experiment + "/data").c_str(), H5P_DEFAULT));
    EXPECT_EQ(hdf5::read_text_attribute(data.get(), "note"), "of the samples");
    const hdf5::Handle general(
        H5Gopen2(file.value().get(), (experiment + "/metadata/General").c_str(), H5P_DEFAULT));
    EXPECT_GT(H5Aexists(general.get(), "words"), 0);
    EXPECT_GT(H5Lexists(file.value().get(), (experiment + "/original_metadata/lens/values").c_str(),
                        H5P_DEFAULT),
              0);
  }
}

TEST_F(ImportScan, KeepsTagsAndSideCarsOfPictures) {
  const std::string latin1 =
      "0\r\n0\r\n0\r\n4e-9\r\nAP_ACTUALKV\r\nEHT =  2.00 kV\r\nAP_TILT\r\nTilt = 1 \xB0\r\n";
  test::write_tiff(folder_ / "z.tif",
                   {.rows = 4,
                    .cols = 6,
                    .pages = {std::vector<std::uint8_t>(24, 7)},
                    .tags = {{34118, latin1}, {50431, std::string("\1\0\2HV=1\n", 8)}},
                    .description = "of a test"});
  test::write_file(folder_ / "z.txt", "beside it\n");
  const auto report = import("z.tif", {});
  ASSERT_TRUE(report.has_value()) << report.error().message;
  const std::string kept = "/entry/original_metadata/z.tif/z.tif";
  std::string utf8 = latin1;
  utf8.replace(utf8.find('\xB0'), 1, "\xC2\xB0");
  EXPECT_EQ(text_at(kept + "/page 0/tag 34118"), utf8);
  EXPECT_EQ(text_at(kept + "/page 0/tag 270"), "of a test");
  EXPECT_EQ(text_at(kept + "/z.txt"), "beside it\n");
  auto file = hdf5::open_file((folder_ / "scan.h5").string());
  ASSERT_TRUE(file.has_value());
  const hdf5::Handle octets(
      H5Dopen2(file.value().get(), (kept + "/page 0/tag 50431").c_str(), H5P_DEFAULT));
  ASSERT_TRUE(octets);
  EXPECT_EQ(H5Dget_storage_size(octets.get()), 8u);
}

TEST_F(ImportScan, RefusesWhatNoTypeHoldsUnlessItMayRound) {
  const std::vector<double> tenths(120, 0.1);
  {
    ForeignHdf5 file(folder_ / "d.h5");
    file.dataset("/images", H5T_IEEE_F64LE, {10, 12}, tenths.data(), H5T_NATIVE_DOUBLE);
  }
  const auto refused = import("d.h5", {});
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("float64"), std::string::npos) << refused.error().message;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "scan.h5"));
  ImportOptions options;
  options.round = true;
  ASSERT_TRUE(import("d.h5", options).has_value());
  auto scan = ScanReader::open(folder_ / "scan.h5");
  ASSERT_TRUE(scan.has_value());
  const auto frames = field_of(scan.value(), 0);
  float first = 0;
  std::memcpy(&first, frames.data(), sizeof first);
  EXPECT_EQ(first, 0.1F);
}

TEST_F(ImportScan, LinksInCirclesAndOutOfTheFileAreNotFollowed) {
  const auto samples = told_samples<std::uint8_t>(1, 10, 12);
  {
    ForeignHdf5 file(folder_ / "l.h5");
    file.dataset("/group/images", H5T_STD_U8LE, {10, 12}, samples.data(), H5T_NATIVE_UINT8);
    H5Lcreate_hard(file.get(), "/group", file.get(), "/group/again", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/group/images", file.get(), "/soft", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("/etc/passwd", "/", file.get(), "/out", H5P_DEFAULT, H5P_DEFAULT);
  }
  const auto report = import("l.h5", {});
  ASSERT_TRUE(report.has_value()) << report.error().message;
  ASSERT_EQ(report.value().left_out.size(), 1u)
      << ::testing::PrintToString(report.value().left_out);
  EXPECT_NE(report.value().left_out[0].find("/group/again"), std::string::npos);
  auto file = hdf5::open_file((folder_ / "scan.h5").string());
  ASSERT_TRUE(file.has_value());
  const hdf5::Handle root(
      H5Gopen2(file.value().get(), "/entry/original_metadata/l.h5/hdf5", H5P_DEFAULT));
  EXPECT_EQ(hdf5::read_text_attribute(root.get(), "link soft").value_or("").substr(0, 13),
            "/group/images");
  EXPECT_GT(H5Aexists(root.get(), "link out"), 0);
}

TEST(ChunkEncoder, WhatItMakesIsUndoneByTheFilters) {
  for (const ScanCompression compression : kAll)
    for (const std::size_t sample_bytes : {1U, 2U, 4U})
      for (const std::size_t samples : {1U, 7U, 8U, 1003U, 4096U, 8192U, 70001U}) {
        std::vector<std::uint8_t> chunk(samples * sample_bytes);
        for (std::size_t i = 0; i < chunk.size(); ++i)
          chunk[i] = static_cast<std::uint8_t>(i * i / 97 + i / 11);
        const auto encoded = encode_chunk(compression, chunk, sample_bytes);
        ASSERT_TRUE(encoded.has_value());
        const auto filters =
            FilterPipeline::create(filters_of(compression, sample_bytes), chunk.size());
        ASSERT_TRUE(filters.has_value()) << filters.error().message;
        FilterPipeline::Room room;
        std::vector<std::uint8_t> decoded(chunk.size());
        const auto done = filters.value().decode(encoded.value(), 0, decoded, room);
        ASSERT_TRUE(done.has_value()) << done.error().message;
        EXPECT_EQ(decoded, chunk) << samples << " samples of " << sample_bytes;
      }
}

TEST(ChunkEncoder, HdfsOwnLibraryReadsWhatIsDeflated) {
  test::TemporaryFolder folder;
  const auto samples = told_samples<std::uint16_t>(2, 64, 48);
  {
    auto writer = ScanWriter::create(folder / "scan.h5", false, ScanCompression::kGzip);
    ASSERT_TRUE(writer.has_value());
    ScanInfo info;
    info.shape = {2, 64, 48, PixelType::kU16};
    ASSERT_TRUE(writer.value().add_scan(info).has_value());
    ASSERT_TRUE(
        writer.value().append(0, std::as_bytes(std::span(samples)), {0, 0}, nullptr).has_value());
    ASSERT_TRUE(writer.value().close().has_value());
  }
  const hdf5::Handle file(H5Fopen((folder / "scan.h5").c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
  const hdf5::Handle dataset(H5Dopen2(file.get(), "/entry/scan0/frames", H5P_DEFAULT));
  std::vector<std::uint16_t> read(samples.size());
  ASSERT_GE(H5Dread(dataset.get(), H5T_NATIVE_UINT16, H5S_ALL, H5S_ALL, H5P_DEFAULT, read.data()),
            0);
  EXPECT_EQ(read, samples);
}

}  // namespace
}  // namespace ostracon::io
