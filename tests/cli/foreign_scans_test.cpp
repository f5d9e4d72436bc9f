// Scans of other programs: what inspect, import, recover, denoise and lattice make of them.
#include <nlohmann/json.hpp>

#include "io/scan_file.hpp"
#include "tests/cli/program.hpp"
#include "tests/io/format_files.hpp"

namespace ostracon::test {
namespace {

namespace fs = std::filesystem;
using io::test::ForeignHdf5;

class ForeignScans : public ProgramTest {
 protected:
  /// `scan.h5` of our own, read into memory, and what was written on the plate.
  void SetUp() override {
    ProgramTest::SetUp();
    make_scan();
    if (HasFatalFailure()) return;
    written_ = tree_of(folder() / "files");
    auto scan = io::ScanReader::open(folder() / "scan.h5");
    ASSERT_TRUE(scan.has_value()) << scan.error().message;
    shape_ = scan.value().shape(0);
    ASSERT_EQ(shape_.type, PixelType::kU8);
    for (std::int64_t field = 0; field < scan.value().fields(); ++field) {
      ASSERT_EQ(scan.value().shape(field), shape_);
      std::vector<std::byte> frames(shape_.bytes());
      ASSERT_TRUE(scan.value().read(field, frames).has_value());
      const auto* bytes = reinterpret_cast<const std::uint8_t*>(frames.data());
      fields_.emplace_back(bytes, bytes + frames.size());
    }
  }
  hsize_t frames() const { return static_cast<hsize_t>(shape_.frames); }
  hsize_t rows() const { return static_cast<hsize_t>(shape_.rows); }
  hsize_t cols() const { return static_cast<hsize_t>(shape_.cols); }
  std::vector<std::uint8_t> frame(std::size_t field, std::size_t number) const {
    const auto first =
        fields_[field].begin() + static_cast<std::ptrdiff_t>(number * shape_.pixels_per_frame());
    return {first, first + static_cast<std::ptrdiff_t>(shape_.pixels_per_frame())};
  }

  void write_hyperspy(const fs::path& path) const {
    ForeignHdf5 file(path);
    file.attribute("/", "file_format", std::string("HyperSpy"));
    std::vector<std::uint8_t> all;
    for (const auto& field : fields_) all.insert(all.end(), field.begin(), field.end());
    file.dataset("/Experiments/plate/data", H5T_STD_U8LE,
                 {fields_.size(), frames(), rows(), cols()}, all.data(), H5T_NATIVE_UINT8, true);
    for (int axis = 0; axis < 4; ++axis) {
      const std::string group = "/Experiments/plate/axis-" + std::to_string(axis);
      file.group(group);
      file.attribute(group, "navigate", axis < 2 ? 1.0 : 0.0);
      file.attribute(group, "scale", 4.0);
      file.attribute(group, "units", std::string("nm"));
    }
  }
  /// int16 [y, x, frame], one image a field.
  void write_velox(const fs::path& path) const {
    ForeignHdf5 file(path);
    file.text("/Version", R"({"format": "Velox", "version": "8"})");
    const std::size_t pixels = shape_.pixels_per_frame();
    for (std::size_t field = 0; field < fields_.size(); ++field) {
      std::vector<std::int16_t> stored(pixels * frames());
      for (std::size_t number = 0; number < frames(); ++number)
        for (std::size_t pixel = 0; pixel < pixels; ++pixel)
          stored[pixel * frames() + number] = fields_[field][number * pixels + pixel];
      std::string id = std::to_string(field);
      id.insert(0, 32 - id.size(), '0');
      file.dataset("/Data/Image/" + id + "/Data", H5T_STD_I16LE, {rows(), cols(), frames()},
                   stored.data(), H5T_NATIVE_INT16);
    }
  }
  void write_tiffs(const fs::path& path) const {
    fs::create_directory(path);
    for (std::size_t field = 0; field < fields_.size(); ++field)
      for (std::size_t number = 0; number < frames(); ++number)
        io::test::write_tiff(path / std::string("f")
                                        .append(std::to_string(field))
                                        .append("_")
                                        .append(std::to_string(number))
                                        .append(".tif"),
                             {.rows = static_cast<std::uint32_t>(rows()),
                              .cols = static_cast<std::uint32_t>(cols()),
                              .pages = {frame(field, number)}});
  }

  std::map<std::string, std::string> written_;
  FieldShape shape_;
  std::vector<std::vector<std::uint8_t>> fields_;
};

TEST_F(ForeignScans, AreRecoveredAsTheyAre) {
  write_hyperspy(folder() / "plate.hspy");
  write_velox(folder() / "plate.emd");
  write_tiffs(folder() / "tiffs");
  for (const char* scan : {"plate.hspy", "plate.emd", "tiffs"}) {
    SCOPED_TRACE(scan);
    expect(0, {"recover", scan, "-o", "out", "--force"});
    EXPECT_EQ(tree_of(folder() / "out" / "files"), written_);
    fs::remove_all(folder() / "out");
  }
}

TEST_F(ForeignScans, AreImportedAndRecovered) {
  write_velox(folder() / "plate.emd");
  for (const char* compression : {"none", "gzip", "lz4"}) {
    SCOPED_TRACE(compression);
    const Outcome outcome = expect(
        0, {"import", "plate.emd", "-o", "imported.h5", "--force", "--compress", compression});
    EXPECT_NE(outcome.out.find("Velox EMD"), std::string::npos) << outcome.out;
    EXPECT_NE(outcome.out.find("int16 became uint16"), std::string::npos) << outcome.out;
    auto scan = io::ScanReader::open(folder() / "imported.h5");
    ASSERT_TRUE(scan.has_value()) << scan.error().message;
    ASSERT_EQ(scan.value().fields(), static_cast<std::int64_t>(fields_.size()));
    for (std::size_t field = 0; field < fields_.size(); ++field) {
      const auto number = static_cast<std::int64_t>(field);
      std::vector<std::uint16_t> samples(scan.value().shape(number).bytes() / 2);
      ASSERT_TRUE(
          scan.value().read(number, std::as_writable_bytes(std::span(samples))).has_value());
      EXPECT_TRUE(std::equal(samples.begin(), samples.end(), fields_[field].begin()));
    }
  }
  expect(0, {"recover", "imported.h5", "-o", "out"});
  EXPECT_EQ(tree_of(folder() / "out" / "files"), written_);
  EXPECT_EQ(run({"import", "plate.emd", "-o", "imported.h5"}).status, 2);
  EXPECT_EQ(run({"import", "absent.emd", "-o", "other.h5"}).status, 3);
  EXPECT_FALSE(fs::exists(folder() / "other.h5"));
}

TEST_F(ForeignScans, SeveralBecomeOne) {
  write_tiffs(folder() / "tiffs");
  write_hyperspy(folder() / "plate.hspy");
  expect(0, {"import", "tiffs/", "plate.hspy", "scan.h5", "-o", "all.h5"});
  auto scan = io::ScanReader::open(folder() / "all.h5");
  ASSERT_TRUE(scan.has_value()) << scan.error().message;
  EXPECT_EQ(scan.value().fields(), static_cast<std::int64_t>(3 * fields_.size()));
  expect(0, {"verify", "all.h5"});
}

TEST_F(ForeignScans, AreInspected) {
  write_hyperspy(folder() / "plate.hspy");
  write_tiffs(folder() / "tiffs");
  const auto json =
      nlohmann::json::parse(expect(0, {"inspect", "plate.hspy", "--json"}).out, nullptr, false);
  ASSERT_FALSE(json.is_discarded());
  EXPECT_EQ(json.at("layout"), "HyperSpy");
  const auto& group = json.at("groups").at(0);
  EXPECT_EQ(group.at("path"), "/Experiments/plate/data");
  EXPECT_EQ(group.at("axes"), "field, frame, y, x");
  EXPECT_EQ(group.at("stored_type"), "uint8");
  EXPECT_DOUBLE_EQ(group.at("pixel_size_m").get<double>(), 4e-9);
  EXPECT_NE(expect(0, {"inspect", "tiffs"}).out.find("layout: TIFF"), std::string::npos);
  // Other axes than the file's own, told.
  const auto told =
      nlohmann::json::parse(expect(0, {"inspect", "plate.hspy", "--json", "--dataset",
                                       "/Experiments/plate/data", "--axes", "frame,field,y,x"})
                                .out,
                            nullptr, false);
  EXPECT_EQ(told.at("groups").at(0).at("frames"), fields_.size());
  EXPECT_EQ(run({"inspect", "plate.hspy", "--dataset", "/x"}).status, 3);
  EXPECT_EQ(run({"inspect", "plate.hspy", "--dataset", "/x", "--axes", "q"}).status, 2);
}

TEST_F(ForeignScans, AreLookedAt) {
  write_velox(folder() / "plate.emd");
  expect(0, {"denoise", "plate.emd", "-o", "field.png"});
  EXPECT_TRUE(fs::exists(folder() / "field.png"));
  expect(0, {"export", "plate.emd", "-o", "pngs", "--frames", "all"});
  // And pictures of our own export are a scan again.
  expect(0, {"recover", "pngs", "-o", "out"});
  EXPECT_EQ(tree_of(folder() / "out" / "files"), written_);
}

TEST_F(ForeignScans, AMasterIsNone) {
  for (const auto& verb : {"recover", "import"}) {
    const Outcome outcome = expect(3, {verb, "master.h5", "-o", "out"});
    EXPECT_NE(outcome.err.find("no scan but a master"), std::string::npos) << outcome.err;
  }
}

TEST_F(ForeignScans, WhatIsOddIsSaidAndNoEnd) {
  io::test::write_tiff(
      folder() / "odd.tif",
      {.rows = 8,
       .cols = 10,
       .pages = {std::vector<std::uint8_t>(80, 3)},
       .tags = {{34682, "[Beam]\r\nHV=notafloat\r\n[Scan]\r\nPixelWidth=4e-9\r\n"}}});
  const Outcome told = expect(0, {"inspect", "odd.tif"});
  EXPECT_NE(told.out.find("TIFF (Thermo Fisher/FEI)"), std::string::npos) << told.out;
  EXPECT_NE(told.out.find("beam/hv is 'notafloat'"), std::string::npos) << told.out;
  const Outcome imported = expect(0, {"import", "odd.tif", "-o", "odd.h5"});
  EXPECT_NE(imported.err.find("'notafloat'"), std::string::npos) << imported.err;
}

}  // namespace
}  // namespace ostracon::test
