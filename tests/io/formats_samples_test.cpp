// Samples of every number type, and files that claim more than they hold.
#include <gtest/gtest.h>

#include "tests/io/foreign_layouts.hpp"

namespace ostracon::io {
namespace {

using test::ForeignHdf5;
using ForeignSamples = test::ForeignLayouts;

TEST_F(ForeignSamples, AnyTypeIsReadAndKeptExactlyWhereItCanBe) {
  struct Case {
    const char* name;
    hid_t type;
    std::vector<double> values;
    const char* becomes;  ///< null: nothing holds them
  };
  const std::vector<Case> cases{
      {"int16", H5T_STD_I16LE, {0, 1, 300, 32767}, "uint16"},
      {"int16 below 0", H5T_STD_I16BE, {-1, 1, 300, -32768}, "float32"},
      {"int8", H5T_STD_I8LE, {-128, 1, 3, 127}, "float32"},
      {"uint32 of few", H5T_STD_U32LE, {0, 1, 65535, 9}, "uint16"},
      {"uint32", H5T_STD_U32BE, {0, 1, 16777216, 65536}, "float32"},
      {"uint32 of many bits", H5T_STD_U32LE, {0, 1, 16777217, 9}, nullptr},
      {"int64", H5T_STD_I64LE, {-3, 4294967296, 7, 9}, "float32"},
      {"float64 of counts", H5T_IEEE_F64LE, {0, 1, 2, 40000}, "uint16"},
      {"float64 of halves", H5T_IEEE_F64BE, {0.5, -1, 2, 40000}, "float32"},
      {"float64 of tenths", H5T_IEEE_F64LE, {0.1, 1, 2, 40000}, nullptr}};
  for (const Case& one : cases) {
    SCOPED_TRACE(one.name);
    std::vector<double> values;
    for (std::size_t i = 0; i < 100; ++i) values.push_back(one.values[i % one.values.size()]);
    {
      ForeignHdf5 file(path_);
      file.dataset("/images", one.type, {10, 10}, values.data(), H5T_NATIVE_DOUBLE);
    }
    const auto scan = opened();
    ASSERT_NE(scan, nullptr);
    const auto rounded = frames_of<float>(*scan);
    for (std::size_t i = 0; i < values.size(); ++i)
      ASSERT_EQ(rounded[i], static_cast<float>(values[i]));
    const auto exact = scan->read_exactly();
    ASSERT_EQ(exact.has_value(), one.becomes != nullptr);
    if (!exact) {
      EXPECT_NE(exact.error().message.find("holds exactly, such as"), std::string::npos)
          << exact.error().message;
      continue;
    }
    ASSERT_EQ(to_string(scan->shape(0).type), one.becomes);
    if (scan->shape(0).type == PixelType::kU16) {
      const auto whole = frames_of<std::uint16_t>(*scan);
      for (std::size_t i = 0; i < values.size(); ++i) ASSERT_EQ(whole[i], values[i]);
    }
  }
}

TEST_F(ForeignSamples, HugeClaimsOfSmallFilesAreRefused) {
  {
    ForeignHdf5 file(path_);
    file.text("/Version", R"({"format": "Velox"})");
    const hsize_t sides[3] = {60000, 60000, 16};
    const hdf5::Handle space(H5Screate_simple(3, sides, nullptr)),
        links(H5Pcreate(H5P_LINK_CREATE));
    H5Pset_create_intermediate_group(links.get(), 1);
    const hdf5::Handle dataset(H5Dcreate2(file.get(), "/Data/Image/a/Data", H5T_STD_U8LE,
                                          space.get(), links.get(), H5P_DEFAULT, H5P_DEFAULT));
  }
  refused("never written");
}

}  // namespace
}  // namespace ostracon::io
