#include "io/scan_file.hpp"

#include <hdf5.h>
#include <sys/resource.h>

#include <csignal>
#include <cstring>
#include <numeric>

#include "datasets/simulator.hpp"
#include "tests/io/temporary_folder.hpp"

namespace ostracon::io {
namespace {

using test::TemporaryFolder;

std::vector<std::byte> ramp(const FieldShape& shape, int start) {
  std::vector<std::byte> frames(shape.bytes());
  if (shape.type == PixelType::kF32) {
    std::vector<float> values(frames.size() / 4);
    std::iota(values.begin(), values.end(), static_cast<float>(start) + 0.25f);
    std::memcpy(frames.data(), values.data(), frames.size());
    return frames;
  }
  for (std::size_t i = 0; i < frames.size(); ++i)
    frames[i] = static_cast<std::byte>((i * 31 + static_cast<std::size_t>(start)) & 0xFF);
  return frames;
}

ScanInfo info_of(const FieldShape& shape) {
  ScanInfo info;
  info.shape = shape;
  info.detector = "SE2";
  info.pixel_size_m = 16e-9;
  info.dwell_time_s = 1e-6;
  info.beam_energy_v = 1000;
  info.adc_offset = 12.5;
  return info;
}

class ScanFile : public ::testing::Test {
 protected:
  ScanWriter writer() {
    auto made = ScanWriter::create(path_, false);
    EXPECT_TRUE(made.has_value()) << made.error().message;
    return std::move(made).value();
  }
  ScanReader reader() {
    auto opened = ScanReader::open(path_);
    EXPECT_TRUE(opened.has_value()) << opened.error().message;
    return std::move(opened).value();
  }
  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "scan.h5";
};

TEST_F(ScanFile, SeveralScansOfSeveralTypesComeBackFieldByField) {
  const std::vector<FieldShape> shapes{
      {.frames = 3, .rows = 5, .cols = 7, .type = PixelType::kU8},
      {.frames = 1, .rows = 9, .cols = 4, .type = PixelType::kU16},
      {.frames = 2, .rows = 6, .cols = 6, .type = PixelType::kF32}};
  auto out = writer();
  for (int scan = 0; scan < 3; ++scan) {
    ASSERT_EQ(out.add_scan(info_of(shapes[static_cast<std::size_t>(scan)])).value(), scan);
    for (int field = 0; field <= scan; ++field)
      ASSERT_TRUE(out.append(scan, ramp(shapes[static_cast<std::size_t>(scan)], 10 * scan + field),
                             {1e-6 * field, 2e-6}, nullptr)
                      .has_value());
  }
  EXPECT_FALSE(std::filesystem::exists(path_)) << "the name must not stand before close()";
  ASSERT_TRUE(out.close().has_value());
  EXPECT_EQ(test::count_in(folder_.path()), 1);

  auto in = reader();
  ASSERT_EQ(in.fields(), 6);
  std::int64_t field = 0;
  for (int scan = 0; scan < 3; ++scan)
    for (int i = 0; i <= scan; ++i, ++field) {
      const FieldShape& shape = shapes[static_cast<std::size_t>(scan)];
      ASSERT_EQ(in.shape(field), shape);
      EXPECT_EQ(in.describe(field),
                "/entry/scan" + std::to_string(scan) + " field " + std::to_string(i));
      std::vector<std::byte> frames(shape.bytes());
      ASSERT_TRUE(in.read(field, frames).has_value());
      EXPECT_EQ(frames, ramp(shape, 10 * scan + i));
    }
  const ScanGroup& group = in.groups()[2];
  EXPECT_EQ(group.info.detector, "SE2");
  EXPECT_EQ(group.info.pixel_size_m, 16e-9);
  EXPECT_EQ(group.info.beam_energy_v, 1000.0);
  EXPECT_EQ(group.info.adc_offset, 12.5);
  EXPECT_EQ(group.info.dn_per_electron, std::nullopt);
  ASSERT_EQ(group.positions_m.size(), 3u);
  EXPECT_EQ(group.positions_m[2][0], 2e-6);
}

TEST_F(ScanFile, TenScansKeepTheirOrder) {
  const FieldShape shape{.frames = 1, .rows = 2, .cols = 2, .type = PixelType::kU8};
  auto out = writer();
  for (int scan = 0; scan < 11; ++scan) {
    ASSERT_TRUE(out.add_scan(info_of(shape)).has_value());
    ASSERT_TRUE(out.append(scan, ramp(shape, scan), {0, 0}, nullptr).has_value());
  }
  ASSERT_TRUE(out.close().has_value());
  EXPECT_EQ(reader().describe(10), "/entry/scan10 field 0");
}

TEST_F(ScanFile, TheTruthIsWrittenAndNeverOpened) {
  const FieldShape shape{.frames = 2, .rows = 8, .cols = 8, .type = PixelType::kU8};
  sem::FieldTruth truth;
  truth.page = 5;
  truth.lattice_rows = 1, truth.lattice_cols = 2;
  truth.lattice = {{1, 2}, {3, 4}};
  truth.frame_shift = {{0, 0}, {0.5, 0.25}};
  truth.modules = {0, 1, 1, 0};
  auto out = writer();
  ASSERT_TRUE(out.add_scan(info_of(shape)).has_value());
  ASSERT_TRUE(out.append(0, ramp(shape, 1), {0, 0}, &truth).has_value());
  truth.page = 6;
  ASSERT_TRUE(out.append(0, ramp(shape, 2), {0, 0}, &truth).has_value());
  EXPECT_FALSE(out.append(0, ramp(shape, 2), {0, 0}, nullptr).has_value());
  truth.modules.push_back(1);
  EXPECT_FALSE(out.append(0, ramp(shape, 3), {0, 0}, &truth).has_value());

  auto again = ScanWriter::create(folder_ / "other.h5", false);
  ASSERT_TRUE(again.value().add_scan(info_of(shape)).has_value());
  truth.modules.pop_back();
  ASSERT_TRUE(again.value().append(0, ramp(shape, 2), {0, 0}, &truth).has_value());
  ASSERT_TRUE(again.value().close().has_value());
  path_ = folder_ / "other.h5";

  hid_t file = H5Fopen(path_.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  ASSERT_GE(file, 0);
  std::uint32_t page = 0;
  const hid_t dataset = H5Dopen2(file, "/truth/scan0/page", H5P_DEFAULT);
  ASSERT_GE(dataset, 0);
  EXPECT_GE(H5Dread(dataset, H5T_NATIVE_UINT32, H5S_ALL, H5S_ALL, H5P_DEFAULT, &page), 0);
  EXPECT_EQ(page, 6u);
  H5Dclose(dataset);
  // A truth that is no group at all must not disturb the reader, nor its absence.
  EXPECT_GE(H5Ldelete(file, "truth", H5P_DEFAULT), 0);
  EXPECT_GE(H5Lcreate_soft("/nowhere", file, "truth", H5P_DEFAULT, H5P_DEFAULT), 0);
  H5Fclose(file);
  std::vector<std::byte> frames(shape.bytes());
  ASSERT_TRUE(reader().read(0, frames).has_value());
  EXPECT_EQ(frames, ramp(shape, 2));
}

TEST_F(ScanFile, StandingFilesAndAbsentFoldersAreRefused) {
  test::write_file(path_, "precious");
  EXPECT_EQ(ScanWriter::create(path_, false).error().code, ErrorCode::kExists);
  EXPECT_EQ(ScanWriter::create(folder_ / "absent/scan.h5", false).error().code,
            ErrorCode::kNotFound);
  EXPECT_EQ(test::read_file(path_), "precious");
}

TEST_F(ScanFile, AWriterThatGoesLeavesNothingBehind) {
  {
    auto out = writer();
    ASSERT_TRUE(out.add_scan(info_of({.frames = 1, .rows = 2, .cols = 2, .type = PixelType::kU8}))
                    .has_value());
  }
  EXPECT_EQ(test::count_in(folder_.path()), 0);
}

TEST_F(ScanFile, AFullDiskIsAnErrorThatNamesTheFile) {
  const FieldShape shape{.frames = 1, .rows = 512, .cols = 512, .type = PixelType::kU8};
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{1000000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  Result<> result = Ok{};
  {
    auto out = writer();
    ASSERT_TRUE(out.add_scan(info_of(shape)).has_value());
    for (int field = 0; result && field < 8; ++field)
      result = out.append(0, ramp(shape, field), {0, 0}, nullptr);
    if (result) result = out.close();
  }
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kIo);
  EXPECT_NE(result.error().message.find("scan.h5"), std::string::npos) << result.error().message;
  EXPECT_EQ(test::count_in(folder_.path()), 0);
}

TEST_F(ScanFile, WrongSizesAreRefusedByTheWriter) {
  auto out = writer();
  EXPECT_FALSE(out.add_scan(info_of({.frames = 0, .rows = 2, .cols = 2, .type = PixelType::kU8}))
                   .has_value());
  ASSERT_TRUE(out.add_scan(info_of({.frames = 1, .rows = 2, .cols = 2, .type = PixelType::kU8}))
                  .has_value());
  EXPECT_FALSE(out.append(0, std::vector<std::byte>(3), {0, 0}, nullptr).has_value());
  EXPECT_FALSE(out.append(1, std::vector<std::byte>(4), {0, 0}, nullptr).has_value());
}

}  // namespace
}  // namespace ostracon::io
