#include "io/master_file.hpp"

#include <hdf5.h>

#include "io/stream_writer.hpp"
#include "tests/io/memory_stream.hpp"
#include "tests/io/temporary_folder.hpp"

namespace ostracon::io {
namespace {

using test::TemporaryFolder;

class MasterFile : public ::testing::Test {
 protected:
  MasterFile() {
    for (std::size_t i = 0; i < plate_.bytes.size(); ++i)
      plate_.bytes[i] = static_cast<std::uint8_t>(i);
    parameters_.geometry = format::default_geometry(300, 317, Rate::kTwoThirds);
    parameters_.pitch_pm = 60000;
  }
  using Rate = format::Rate;

  format::PlatePlan plan(std::uint64_t stream_bytes) const {
    auto made = format::PlatePlan::create(parameters_, stream_bytes, plate_);
    EXPECT_TRUE(made.has_value()) << made.error().message;
    return std::move(made).value();
  }
  std::vector<std::uint8_t> page_bits(std::uint32_t page) const {
    std::vector<std::uint8_t> modules(300 * 317);
    std::uint32_t state = page + 1;
    for (auto& module : modules) {
      state = state * 1664525U + 1013904223U;
      module = static_cast<std::uint8_t>(state >> 31);
    }
    return modules;
  }
  void write_master() {
    const auto whole = plan(9000);
    pages_ = whole.groups().page_count();
    auto writer = MasterWriter::create(path_, whole, digest_, entries_, false);
    ASSERT_TRUE(writer.has_value()) << writer.error().message;
    for (std::uint32_t i = 0; i < pages_; ++i) {
      const std::uint32_t page = pages_ - 1 - i;  // any order will do
      EXPECT_FALSE(writer.value().close().has_value()) << "page " << page << " is missing";
      ASSERT_TRUE(writer.value().write(page, page_bits(page)).has_value());
    }
    EXPECT_FALSE(std::filesystem::exists(path_));
    const auto closed = writer.value().close();
    ASSERT_TRUE(closed.has_value()) << closed.error().message;
  }
  void refused(const std::string& what) {
    const auto opened = MasterReader::open(path_);
    ASSERT_FALSE(opened.has_value()) << "expected: " << what;
    EXPECT_EQ(opened.error().code, ErrorCode::kBadInput);
    EXPECT_NE(opened.error().message.find(what), std::string::npos) << opened.error().message;
  }

  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "master.h5";
  Uuid plate_;
  format::PlateParameters parameters_;
  Sha256Digest digest_ = test::digest_of("stream");
  std::vector<StreamEntry> entries_{test::file_member("a/b", "").entry};
  std::uint32_t pages_ = 0;
};

TEST_F(MasterFile, PagesPositionsAndDescriptionComeBack) {
  write_master();
  auto opened = MasterReader::open(path_);
  ASSERT_TRUE(opened.has_value()) << opened.error().message;
  MasterReader& reader = opened.value();
  const auto whole = plan(9000);
  EXPECT_EQ(reader.pages(), pages_);
  EXPECT_EQ(reader.page_rows(), 300);
  EXPECT_EQ(reader.page_cols(), 317);
  EXPECT_DOUBLE_EQ(reader.pitch_nm(), 60.0);
  EXPECT_EQ(reader.gap_modules(), parameters_.gap_modules);
  EXPECT_EQ(reader.description().header, whole.header(0));
  EXPECT_EQ(reader.description().parameters.geometry, parameters_.geometry);
  EXPECT_EQ(reader.description().parameters.parity, parameters_.parity);
  EXPECT_EQ(reader.description().stream_sha256, digest_);
  EXPECT_EQ(reader.description().entries, entries_);
  std::vector<std::uint8_t> modules(300 * 317);
  for (std::uint32_t page = 0; page < pages_; ++page) {
    ASSERT_TRUE(reader.read(page, modules).has_value());
    EXPECT_EQ(modules, page_bits(page));
    EXPECT_EQ(reader.position(page).row, whole.position(page).row);
    EXPECT_EQ(reader.position(page).col, whole.position(page).col);
  }
  EXPECT_FALSE(reader.read(pages_, modules).has_value());
  EXPECT_FALSE(reader.read(0, std::span(modules).first(5)).has_value());
}

TEST_F(MasterFile, ALongListOfFilesFits) {
  for (int i = 0; i < 3000; ++i)
    entries_.push_back(test::file_member("folder/file number " + std::to_string(i), "").entry);
  write_master();
  const auto reader = MasterReader::open(path_);
  ASSERT_TRUE(reader.has_value()) << reader.error().message;
  EXPECT_EQ(reader.value().description().entries.size(), 3001u);
}

TEST_F(MasterFile, WhatIsNoMasterIsRefused) {
  test::write_file(path_, "text");
  refused("is not an HDF5 file");
  std::filesystem::remove(path_);
  H5Fclose(H5Fcreate(path_.c_str(), H5F_ACC_EXCL, H5P_DEFAULT, H5P_DEFAULT));
  refused("no attribute 'description'");
}

TEST_F(MasterFile, PartsThatDisagreeAreRefused) {
  write_master();
  const auto remove = [&](const char* name) {
    const hid_t file = H5Fopen(path_.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    EXPECT_GE(H5Ldelete(file, name, H5P_DEFAULT), 0);
    const hsize_t sides[2] = {pages_, 3};
    const hid_t space = H5Screate_simple(2, sides, nullptr);
    H5Dclose(H5Dcreate2(file, name, H5T_STD_I64LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Sclose(space);
    H5Fclose(file);
  };
  remove("positions");
  refused("'positions' is not of");
  remove("pages");
  refused("'pages' is not uint8 of");
}

TEST_F(MasterFile, AStandingMasterIsNotReplacedUnlessForced) {
  test::write_file(path_, "precious");
  const auto whole = plan(9000);
  EXPECT_EQ(MasterWriter::create(path_, whole, digest_, entries_, false).error().code,
            ErrorCode::kExists);
  EXPECT_TRUE(MasterWriter::create(path_, whole, digest_, entries_, true).has_value());
  EXPECT_EQ(test::read_file(path_), "precious") << "an unfinished master replaces nothing";
}

class QrMasterFile : public MasterFile {
 protected:
  QrMasterFile() {
    codes_.level = format::qr::Level::kQ;
    codes_.version = 5;
    codes_.mask = 3;
    codes_.field = {.code_rows = 2, .code_columns = 3, .gap_modules = 5, .quiet_modules = 6};
    codes_.parity = 0.3;
    codes_.pitch_pm = 50000;
  }
  std::vector<std::uint8_t> field_bits(std::uint32_t field) const {
    std::vector<std::uint8_t> modules(std::size_t{91} * 133);
    for (std::size_t i = 0; i < modules.size(); ++i) modules[i] = (i * (field + 3) / 7) % 2;
    return modules;
  }
  format::qr::PlatePlan write_qr_master() {
    auto plan = format::qr::PlatePlan::create(codes_, 900, plate_);
    EXPECT_TRUE(plan.has_value()) << plan.error().message;
    auto writer = MasterWriter::create(path_, plan.value(), digest_, entries_, false);
    EXPECT_TRUE(writer.has_value()) << writer.error().message;
    for (std::uint32_t field = 0; field < plan.value().fields(); ++field)
      EXPECT_TRUE(writer.value().write(field, field_bits(field)).has_value());
    EXPECT_TRUE(writer.value().close().has_value());
    return std::move(plan).value();
  }

  format::qr::PlateParameters codes_;
};

TEST_F(QrMasterFile, FieldsPositionsAndPlanComeBack) {
  const auto plan = write_qr_master();
  auto opened = MasterReader::open(path_);
  ASSERT_TRUE(opened.has_value()) << opened.error().message;
  MasterReader& reader = opened.value();
  EXPECT_EQ(reader.pages(), plan.fields());
  EXPECT_EQ(reader.page_rows(), 91);
  EXPECT_EQ(reader.page_cols(), 133);
  EXPECT_DOUBLE_EQ(reader.pitch_nm(), 50.0);
  EXPECT_EQ(reader.gap_modules(), 0);
  EXPECT_FALSE(reader.writes_gaps());
  EXPECT_EQ(reader.description().stream_sha256, digest_);
  ASSERT_TRUE(reader.description().qr);
  const format::qr::PlatePlan& read = *reader.description().qr;
  EXPECT_EQ(read.description().plate, plate_);
  EXPECT_EQ(read.description().stream_bytes, 900u);
  EXPECT_EQ(read.groups().page_count(), plan.groups().page_count());
  EXPECT_EQ(read.parameters().mask, 3);
  EXPECT_EQ(read.parameters().level, format::qr::Level::kQ);
  EXPECT_EQ(read.slots(), plan.slots());
  std::vector<std::uint8_t> modules(std::size_t{91} * 133);
  for (std::uint32_t field = 0; field < plan.fields(); ++field) {
    ASSERT_TRUE(reader.read(field, modules).has_value());
    EXPECT_EQ(modules, field_bits(field));
    EXPECT_EQ(reader.position(field).row, plan.position_of(field).row);
    EXPECT_EQ(reader.position(field).col, plan.position_of(field).column);
  }
}

TEST_F(QrMasterFile, AFieldLessThanTheDescriptionSaysIsRefused) {
  write_qr_master();
  const hid_t file = H5Fopen(path_.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  EXPECT_GE(H5Ldelete(file, "pages", H5P_DEFAULT), 0);
  const hsize_t sides[3] = {1, 91, 17};
  const hid_t space = H5Screate_simple(3, sides, nullptr);
  H5Dclose(H5Dcreate2(file, "pages", H5T_STD_U8LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  H5Sclose(space);
  H5Fclose(file);
  refused("'pages' is not uint8 of");
}

}  // namespace
}  // namespace ostracon::io
