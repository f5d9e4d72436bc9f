// Files of real microscopes and of other programs: what is found in them, and their frames to the
// bit.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>

#include "io/open_scan.hpp"
#include "io/sha256.hpp"

namespace ostracon::io {
namespace {

namespace fs = std::filesystem;

/// What a file holds, by h5dump and tiffinfo; lengths in metres, times in seconds, volts.
struct RealFile {
  const char* name;
  const char* layout;
  struct Field {
    FieldShape shape;
    const char* axes;
    const char* stored;
    std::optional<double> pixel_size_m, dwell_time_s, beam_energy_v, beam_current_a;
    std::optional<double> stage_x_m = {};
  };
  std::int64_t fields;
  std::vector<Field> of_fields;   ///< the first ones
  const char* warning = nullptr;  ///< a part of one that must be given
};

constexpr PixelType kU8 = PixelType::kU8, kU16 = PixelType::kU16, kF32 = PixelType::kF32;

const std::vector<RealFile>& real_files() {
  static const std::vector<RealFile> kFiles{
      {"hdf5-layouts/delmic_sparc_intensity_drift_T4.h5",
       "Delmic",
       4,
       {{{1, 128, 128, kU16},
         "field, frame, field, y, x",
         "uint16",
         3.515625e-09,
         1e-5,
         10000,
         1.3e-9,
         0},
        {{1, 10, 16, kU16},
         "field, frame, field, y, x",
         "uint16",
         7.126732063576251e-09,
         0.02934132,
         10000,
         1.3e-9,
         -8.982213438735176e-08},
        {{1, 10, 16, kU16},
         "field, frame, field, y, x",
         "uint16",
         7.126732063576251e-09,
         0.02934132,
         10000,
         1.3e-9},
        {{4, 134, 122, kU16},
         "field, frame, field, y, x",
         "uint16",
         5.623787e-10,
         1e-5,
         10000,
         1.3e-9,
         -1.258399209486166e-07}}},
      {"hdf5-layouts/ncem_emd_v0.2_example_image.emd",
       "NCEM EMD",
       1,
       {{{1, 3, 3, kF32}, "y, x", "int32", {}, {}, {}, {}}}},
      {"hdf5-layouts/nexus_simple_signal.nxs",
       "NeXus",
       15,
       {{{1, 40, 40, kF32}, "field, frame, y, x", "float64", {}, {}, {}, {}}}},
      {"hdf5-layouts/velox_tem_stack_3x3x2.emd",
       "Velox EMD",
       1,
       {{{2, 3, 3, kF32},
         "y, x, frame",
         "int16",
         8.172883192297851e-12,
         {},
         300000,
         {},
         1.2240794999999906e-05}}},
      {"sem-tiff/FEI-Helios-Ebeam-16bits.tif",
       "TIFF (Thermo Fisher/FEI)",
       1,
       {{{1, 471, 512, kU16},
         "frame, y, x",
         "uint16",
         3.3724e-06,
         1e-05,
         5000,
         6.25e-12,
         2.576e-05}},
       "rows from 442 to 470 are its data bar"},
      {"sem-tiff/FEI-Helios-navcam-with-no-IRBeam-bad-floats.tif",
       "TIFF (Thermo Fisher/FEI)",
       1,
       {{{1, 551, 768, kU8}, "frame, y, x", "uint8", {}, {}, {}, {}, 0.0699197}},
       "beam/hv is 'notafloat', no number"},
      // 0.128 m over the magnification, 50, and 1280 columns; its bar of 500 um agrees.
      {"sem-tiff/jeol_example_sem.tif",
       "TIFF (JEOL)",
       1,
       {{{1, 960, 1280, kU8}, "frame, y, x", "uint8", 2e-6, {}, 5000, {}, 5.483e-3}}},
      // 5.824988e-9 m is of 1024 columns; "Width = 5.965 um" of these 512 agrees.
      {"sem-tiff/test_tiff_Zeiss_SEM_512pix.tif",
       "TIFF (Zeiss)",
       1,
       {{{1, 384, 512, kU8}, "frame, y, x", "uint8", 1.1649976e-8, {}, 5000, {}, 62.9961e-3}}},
      {"sem-tiff/tfs_example.tif",
       "TIFF (Thermo Fisher/FEI)",
       1,
       {{{1, 1092, 1536, kU8},
         "frame, y, x",
         "uint8",
         2.69792e-07,
         1e-6,
         2000,
         1.41708e-11,
         0.000133417}},
       "rows from 1024 to 1091 are its data bar"}};
  return kFiles;
}

/// "FILE FIELD" to the SHA-256 of its frames, made by formats_reference.py.
std::map<std::string, std::string> reference_sums() {
  std::map<std::string, std::string> sums;
  std::ifstream file(OSTRACON_FORMATS_REFERENCE);
  std::string name, field, sum;
  while (file >> name >> field >> sum) sums[name + " " + field] = sum;
  return sums;
}

void expect_value(const char* what, const std::optional<double>& found,
                  const std::optional<double>& told) {
  ASSERT_EQ(found.has_value(), told.has_value()) << what << ": " << found.value_or(-1);
  EXPECT_NEAR(found.value_or(0), told.value_or(0), 1e-6 * std::abs(told.value_or(0))) << what;
}

class RealFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::is_directory(folder_ / "hdf5-layouts")) GTEST_SKIP() << "no files at " << folder_;
  }
  fs::path folder_ = OSTRACON_TEST_DATA;
};

TEST_F(RealFiles, AreAllInTheTable) {
  std::size_t files = 0;
  for (const char* part : {"hdf5-layouts", "sem-tiff"})
    for (const auto& entry : fs::directory_iterator(folder_ / part))
      files += entry.path().extension() != ".txt" ? 1U : 0U;
  EXPECT_EQ(files, real_files().size());
}

TEST_F(RealFiles, AreRecognisedWithTheirAxesAndMetadata) {
  for (const RealFile& file : real_files()) {
    SCOPED_TRACE(file.name);
    const auto opened = open_scan(folder_ / file.name);
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    const ScanSource& scan = *opened.value();
    EXPECT_EQ(scan.layout(), file.layout);
    ASSERT_EQ(scan.fields(), file.fields);
    std::size_t group = 0;
    for (std::size_t field = 0; field < file.of_fields.size(); ++field) {
      const RealFile::Field& told = file.of_fields[field];
      EXPECT_EQ(scan.shape(static_cast<std::int64_t>(field)), told.shape);
      while (group + 1 < scan.groups().size() &&
             scan.groups()[group + 1].first_field <= static_cast<std::int64_t>(field))
        ++group;
      const ScanGroup& found = scan.groups()[group];
      EXPECT_EQ(found.axes, told.axes);
      EXPECT_EQ(found.stored_type, told.stored);
      expect_value("pixel size", found.info.pixel_size_m, told.pixel_size_m);
      expect_value("dwell time", found.info.dwell_time_s, told.dwell_time_s);
      expect_value("voltage", found.info.beam_energy_v, told.beam_energy_v);
      expect_value("current", found.info.beam_current_a, told.beam_current_a);
      if (told.stage_x_m) expect_value("stage", found.info.stage_m[0], told.stage_x_m);
    }
    bool warned = file.warning == nullptr;
    for (const std::string& warning : scan.warnings())
      warned = warned || warning.find(file.warning) != std::string::npos;
    EXPECT_TRUE(warned) << ::testing::PrintToString(scan.warnings());
  }
}

TEST_F(RealFiles, GiveTheFramesThatH5pyAndTifffileGive) {
  const auto sums = reference_sums();
  std::size_t compared = 0;
  for (const RealFile& file : real_files()) {
    SCOPED_TRACE(file.name);
    auto opened = open_scan(folder_ / file.name);
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    ScanSource& scan = *opened.value();
    for (std::int64_t field = 0; field < scan.fields(); ++field, ++compared) {
      std::vector<std::byte> frames(scan.shape(field).bytes());
      const auto read = scan.read(field, frames);
      ASSERT_TRUE(read.has_value()) << read.error().message;
      EXPECT_TRUE(scan.lost_frames().empty());
      const std::string key = fs::path(file.name).filename().string() + " " + std::to_string(field);
      ASSERT_TRUE(sums.contains(key)) << key;
      const std::span<const std::uint8_t> bytes(
          reinterpret_cast<const std::uint8_t*>(frames.data()), frames.size());
      Sha256 sum;
      sum.update(bytes);
      const auto digest = sum.finish();
      ASSERT_TRUE(digest.has_value());
      EXPECT_EQ(to_hex(digest.value()), sums.at(key)) << "field " << field;
    }
  }
  EXPECT_EQ(compared, sums.size());
}

TEST_F(RealFiles, AFolderOfPicturesIsOneScanOfAllThatFitTogether) {
  const auto opened = open_scan(folder_ / "sem-tiff");
  ASSERT_TRUE(opened.has_value()) << opened.error().message;
  EXPECT_EQ(opened.value()->fields(), 5);
}

}  // namespace
}  // namespace ostracon::io
