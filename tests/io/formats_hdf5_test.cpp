// HDF5 files of layouts of which no real one is at hand, made from their descriptions: found
// without help, their frames to the bit.
#include <gtest/gtest.h>

#include <cstring>

#include "tests/io/foreign_layouts.hpp"

namespace ostracon::io {
namespace {

using test::ForeignHdf5;
using test::ForeignLayouts;
using test::told_samples;

/// Of one experiment: its axes and the instrument.
void write_hyperspy(ForeignHdf5& file, const std::string& experiment, std::size_t navigation,
                    const std::vector<std::string>& names) {
  for (std::size_t axis = 0; axis < names.size(); ++axis) {
    const std::string group = experiment + "/axis-" + std::to_string(axis);
    file.group(group);
    file.attribute(group, "name", names[axis]);
    file.attribute(group, "navigate", axis < navigation ? 1.0 : 0.0);
    file.attribute(group, "scale", axis + 2 < names.size() ? 1.0 : 2.5);
    file.attribute(group, "units", std::string(axis + 2 < names.size() ? "" : "nm"));
  }
  const std::string sem = experiment + "/metadata/Acquisition_instrument/SEM";
  file.group(sem + "/Stage");
  file.attribute(sem, "beam_energy", 3.0);
  file.attribute(sem, "beam_current", 0.05);
  file.attribute(sem, "dwell_time", 2e-7);
  file.attribute(sem + "/Stage", "x", 1.5);
}

TEST_F(ForeignLayouts, AHyperSpyFileIsKnown) {
  const auto samples = told_samples<std::uint16_t>(3, 20, 30);
  {
    ForeignHdf5 file(path_);
    file.attribute("/", "file_format", std::string("HyperSpy"));
    file.attribute("/", "file_format_version", std::string("3.3"));
    file.dataset("/Experiments/stack/data", H5T_STD_U16LE, {3, 20, 30}, samples.data(),
                 H5T_NATIVE_UINT16, true);
    write_hyperspy(file, "/Experiments/stack", 1, {"frame", "height", "width"});
  }
  const auto scan = opened();
  ASSERT_NE(scan, nullptr);
  EXPECT_EQ(scan->layout(), "HyperSpy");
  ASSERT_EQ(scan->fields(), 1);
  EXPECT_EQ(scan->shape(0), (FieldShape{3, 20, 30, PixelType::kU16}));
  const ScanInfo& info = scan->groups()[0].info;
  EXPECT_DOUBLE_EQ(info.pixel_size_m.value_or(0), 2.5e-9);
  EXPECT_DOUBLE_EQ(info.beam_energy_v.value_or(0), 3000);
  EXPECT_DOUBLE_EQ(info.beam_current_a.value_or(0), 5e-11);
  EXPECT_DOUBLE_EQ(info.dwell_time_s.value_or(0), 2e-7);
  EXPECT_DOUBLE_EQ(info.stage_m[0].value_or(0), 1.5e-3);
  EXPECT_EQ(frames_of<std::uint16_t>(*scan), samples);
}

TEST_F(ForeignLayouts, OfTwoNavigationAxesTheFirstCountsFields) {
  const auto samples = told_samples<std::uint8_t>(6, 9, 8);
  {
    ForeignHdf5 file(path_);
    file.dataset("/Experiments/a/data", H5T_STD_U8LE, {2, 3, 9, 8}, samples.data(),
                 H5T_NATIVE_UINT8);
    write_hyperspy(file, "/Experiments/a", 2, {"tile", "time", "y", "x"});
  }
  const auto scan = opened();
  ASSERT_NE(scan, nullptr);
  ASSERT_EQ(scan->fields(), 2);
  EXPECT_EQ(scan->shape(1).frames, 3);
  EXPECT_EQ(frames_of<std::uint8_t>(*scan, 1),
            std::vector<std::uint8_t>(samples.begin() + 3 * 72, samples.end()));
}

TEST_F(ForeignLayouts, VeloxHasItsFramesLastAndItsNumbersAsTexts) {
  const auto samples = told_samples<std::uint16_t>(5, 70, 90);  // [frame][y][x]
  std::vector<std::uint16_t> stored(samples.size());
  for (std::size_t frame = 0; frame < 5; ++frame)
    for (std::size_t pixel = 0; pixel < 70 * 90; ++pixel)
      stored[pixel * 5 + frame] = samples[frame * 70 * 90 + pixel];
  const std::string metadata =
      R"({"BinaryResult":{"PixelSize":{"width":"4e-09","height":"4e-09"},"PixelUnitX":"m",)"
      R"("PixelUnitY":"m","Detector":"ETD"},"Scan":{"DwellTime":"3e-07"},)"
      R"("Optics":{"AccelerationVoltage":"two thousand"}})";
  std::vector<std::uint8_t> octets(60000 * 5, 0);
  for (std::size_t i = 0; i < metadata.size(); ++i)
    octets[i * 5] = static_cast<std::uint8_t>(metadata[i]);
  {
    ForeignHdf5 file(path_);
    file.text("/Version", R"({"format": "Velox", "version": "8"})");
    const std::string image = "/Data/Image/0123456789abcdef0123456789abcdef";
    file.dataset(image + "/Data", H5T_STD_U16LE, {70, 90, 5}, stored.data(), H5T_NATIVE_UINT16);
    file.dataset(image + "/Metadata", H5T_STD_U8LE, {60000, 5}, octets.data(), H5T_NATIVE_UINT8);
  }
  const auto scan = opened();
  ASSERT_NE(scan, nullptr);
  EXPECT_EQ(scan->layout(), "Velox EMD");
  EXPECT_EQ(scan->shape(0), (FieldShape{5, 70, 90, PixelType::kU16}));
  EXPECT_DOUBLE_EQ(scan->groups()[0].info.pixel_size_m.value_or(0), 4e-9);
  EXPECT_DOUBLE_EQ(scan->groups()[0].info.dwell_time_s.value_or(0), 3e-7);
  EXPECT_FALSE(scan->groups()[0].info.beam_energy_v.has_value());
  ASSERT_EQ(scan->warnings().size(), 1u);
  EXPECT_NE(scan->warnings()[0].find("'two thousand', no number"), std::string::npos);
  EXPECT_EQ(frames_of<std::uint16_t>(*scan), samples);
}

TEST_F(ForeignLayouts, AnNXemFileIsKnownByItsClasses) {
  const auto samples = told_samples<std::uint8_t>(4, 12, 10);
  {
    ForeignHdf5 file(path_);
    const std::string event = "/entry1/measurement/eventID1";
    const std::string data = event + "/imageID1/stack_2d";
    file.dataset(data + "/intensity", H5T_STD_U8LE, {1, 4, 12, 10}, samples.data(),
                 H5T_NATIVE_UINT8, true);
    file.numbers(data + "/axis_i", {0, 5e-3, 1e-2});
    file.numbers(data + "/axis_j", {0, 5e-3, 1e-2});
    file.attribute(data + "/axis_i", "units", std::string("um"));
    file.attribute(data + "/axis_j", "units", std::string("um"));
    file.attribute(data, "NX_class", std::string("NXdata"));
    file.attribute(data, "signal", std::string("intensity"));
    file.attribute(data, "axes",
                   std::vector<std::string>{"indices_group", "indices_image", "axis_j", "axis_i"});
    const std::string column = event + "/instrument/ebeam_column";
    file.number(column + "/electron_source/voltage", 2);
    file.attribute(column + "/electron_source/voltage", "units", std::string("kV"));
    file.number(column + "/scan_controller/dwell_time", 50);
    file.attribute(column + "/scan_controller/dwell_time", "units", std::string("ns"));
    file.attribute("/entry1", "NX_class", std::string("NXentry"));
    file.attribute(event + "/imageID1", "NX_class", std::string("NXimage"));
    file.text("/entry1/definition", "NXem");
    // A spectrum has two axes, too, and is none of our business.
    file.dataset(event + "/spectrum/data/counts", H5T_STD_U8LE, {12, 10}, samples.data(),
                 H5T_NATIVE_UINT8);
    file.attribute(event + "/spectrum/data", "NX_class", std::string("NXdata"));
    file.attribute(event + "/spectrum/data", "signal", std::string("counts"));
    file.attribute(event + "/spectrum/data", "axes", std::vector<std::string>{"axis_i", "energy"});
  }
  const auto scan = opened();
  ASSERT_NE(scan, nullptr);
  EXPECT_EQ(scan->layout(), "NXem");
  ASSERT_EQ(scan->fields(), 1);
  EXPECT_EQ(scan->shape(0), (FieldShape{4, 12, 10, PixelType::kU8}));
  const ScanInfo& info = scan->groups()[0].info;
  EXPECT_DOUBLE_EQ(info.pixel_size_m.value_or(0), 5e-9);
  EXPECT_DOUBLE_EQ(info.beam_energy_v.value_or(0), 2000);
  EXPECT_DOUBLE_EQ(info.dwell_time_s.value_or(0), 5e-8);
  EXPECT_EQ(frames_of<std::uint8_t>(*scan), samples);
}

TEST_F(ForeignLayouts, NcemVectorsTellTheirAxes) {
  const auto samples = told_samples<float>(2, 6, 9);
  std::vector<float> stored;  // [x][y][frame]
  for (std::size_t x = 0; x < 9; ++x)
    for (std::size_t y = 0; y < 6; ++y)
      for (std::size_t frame = 0; frame < 2; ++frame)
        stored.push_back(samples[(frame * 6 + y) * 9 + x]);
  {
    ForeignHdf5 file(path_);
    const std::string group = "/data/single";
    file.dataset(group + "/data", H5T_IEEE_F32LE, {9, 6, 2}, stored.data(), H5T_NATIVE_FLOAT);
    const char* names[] = {"x", "y", "frame"};
    for (int axis = 0; axis < 3; ++axis) {
      const std::string dim = group + "/dim" + std::to_string(axis + 1);
      file.numbers(dim, {0, 0.5});
      file.attribute(dim, "name", std::string(names[axis]));
      file.attribute(dim, "units", std::string(axis < 2 ? "[n_m]" : ""));
    }
    file.attribute(group, "emd_group_type", 1.0);
    file.attribute("/", "version_major", 0.0);
    file.attribute("/", "version_minor", 2.0);
    file.group("/microscope");
    file.attribute("/microscope", "voltage", std::string("30 kV"));
  }
  const auto scan = opened();
  ASSERT_NE(scan, nullptr);
  EXPECT_EQ(scan->layout(), "NCEM EMD");
  EXPECT_EQ(scan->groups()[0].axes, "x, y, frame");
  EXPECT_DOUBLE_EQ(scan->groups()[0].info.pixel_size_m.value_or(0), 5e-10);
  EXPECT_DOUBLE_EQ(scan->groups()[0].info.beam_energy_v.value_or(0), 30000);
  EXPECT_EQ(frames_of<float>(*scan), samples);
}

TEST_F(ForeignLayouts, OfAnyOtherFileTheLargestStackIsTaken) {
  const auto samples = told_samples<std::uint8_t>(4, 40, 50);
  {
    ForeignHdf5 file(path_);
    file.numbers("/calibration", {1, 2, 3});
    file.dataset("/small", H5T_STD_U8LE, {10, 10}, samples.data(), H5T_NATIVE_UINT8);
    file.dataset("/raw/stack", H5T_STD_U8LE, {4, 40, 50}, samples.data(), H5T_NATIVE_UINT8);
    file.attribute("/raw/stack", "pixel_size", 4e-9);
  }
  const auto scan = opened();
  ASSERT_NE(scan, nullptr);
  EXPECT_EQ(scan->layout(), "HDF5");
  EXPECT_EQ(scan->groups()[0].path, "/raw/stack");
  EXPECT_DOUBLE_EQ(scan->groups()[0].info.pixel_size_m.value_or(0), 4e-9);
  EXPECT_EQ(frames_of<std::uint8_t>(*scan), samples);

  ScanHints hints{.dataset = "/raw/stack", .axes = "y,frame,x", .frames_per_field = 0};
  const auto told = opened(hints);
  ASSERT_NE(told, nullptr);
  EXPECT_EQ(told->shape(0), (FieldShape{40, 4, 50, PixelType::kU8}));
  const auto turned = frames_of<std::uint8_t>(*told);
  EXPECT_EQ(turned[(7 * 4 + 2) * 50 + 3], samples[(2 * 40 + 7) * 50 + 3]);
  refused("as in 'frame,y,x'", {.dataset = "/raw/stack", .axes = "a,b,c", .frames_per_field = 0},
          ErrorCode::kInvalidArgument);
  refused("has 3 axes", {.dataset = "/raw/stack", .axes = "y,x", .frames_per_field = 0});
  refused("is missing", {.dataset = "/raw/nothing", .axes = "", .frames_per_field = 0});
  refused("which data set", {.dataset = "", .axes = "y,x", .frames_per_field = 0},
          ErrorCode::kInvalidArgument);
}

TEST_F(ForeignLayouts, AFileWithoutImagesSaysWhatItLooksLike) {
  {
    ForeignHdf5 file(path_);
    file.attribute("/", "file_format", std::string("HyperSpy"));
    file.numbers("/Experiments/a/data", {1, 2, 3});
  }
  refused("HyperSpy: /Experiments/a/data is no stack of images");
}

}  // namespace
}  // namespace ostracon::io
