// Files that are not what they should be: one clear sentence each.
#include <hdf5.h>

#include <cstring>
#include <limits>

#include "io/hdf5_handle.hpp"
#include "io/master_file.hpp"
#include "io/scan_file.hpp"
#include "tests/io/temporary_folder.hpp"

namespace ostracon::io {
namespace {

using test::TemporaryFolder;

class ScanBadInput : public ::testing::Test {
 protected:
  /// An HDF5 file with /entry/scan0 as NeXus wants it, but for the data set.
  class NexusFile {
   public:
    explicit NexusFile(const std::filesystem::path& path, const char* entry_class = "NXentry",
                       const char* data_class = "NXdata", const char* signal = "frames") {
      file_ = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
      entry_ = H5Gcreate2(file_, "entry", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
      data_ = H5Gcreate2(entry_, "scan0", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
      text(entry_, "NX_class", entry_class);
      text(data_, "NX_class", data_class);
      if (signal != nullptr) text(data_, "signal", signal);
    }
    NexusFile(const NexusFile&) = delete;
    NexusFile& operator=(const NexusFile&) = delete;
    ~NexusFile() {
      H5Gclose(data_);
      H5Gclose(entry_);
      H5Fclose(file_);
    }
    static void text(hid_t object, const char* name, const char* value) {
      const hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
      H5Tset_size(type, H5T_VARIABLE);
      const hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
      H5Awrite(attribute, type, &value);
      H5Aclose(attribute);
      H5Sclose(space);
      H5Tclose(type);
    }
    void frames(hid_t type, const std::vector<hsize_t>& sides, const void* values = nullptr,
                hid_t memory = H5I_INVALID_HID) {
      const hid_t space = H5Screate_simple(static_cast<int>(sides.size()), sides.data(), nullptr);
      const hid_t set =
          H5Dcreate2(data_, "frames", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
      ASSERT_GE(set, 0);
      if (values != nullptr) {
        EXPECT_GE(H5Dwrite(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), 0);
      }
      H5Dclose(set);
      H5Sclose(space);
    }
    hid_t data() const { return data_; }

   private:
    hid_t file_, entry_, data_;
  };

  void refused(const std::string& what, ErrorCode code = ErrorCode::kBadInput) {
    const auto opened = ScanReader::open(path_);
    ASSERT_FALSE(opened.has_value()) << "expected: " << what;
    EXPECT_EQ(opened.error().code, code);
    EXPECT_NE(opened.error().message.find(what), std::string::npos) << opened.error().message;
    EXPECT_NE(opened.error().message.find(path_.filename().string()), std::string::npos)
        << opened.error().message;
  }
  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "bad.h5";
};

TEST_F(ScanBadInput, AbsentEmptyAndForeignFiles) {
  refused("No such file", ErrorCode::kNotFound);
  test::write_file(path_, "");
  refused("is not an HDF5 file");
  test::write_file(path_, std::string(5000, 'x'));
  refused("is not an HDF5 file");
  path_ = folder_.path();
  refused("is not a regular file");
}

TEST_F(ScanBadInput, ATruncatedFile) {
  {
    NexusFile file(path_);
    const std::vector<std::uint8_t> values(100 * 100, 7);
    file.frames(H5T_STD_U8LE, {1, 1, 100, 100}, values.data(), H5T_NATIVE_UINT8);
  }
  const auto bytes = std::filesystem::file_size(path_);
  std::filesystem::resize_file(path_, bytes - 1000);
  refused("is not a whole HDF5 file");
  std::filesystem::resize_file(path_, 100);
  refused("is not");
}

TEST_F(ScanBadInput, NoEntryNoDataNoSignal) {
  { NexusFile file(path_, "NXsomething"); }
  refused("no group of class NXentry");
  { NexusFile file(path_, "NXentry", "NXlog"); }
  refused("no group of class NXdata");
  { NexusFile file(path_, "NXentry", "NXdata", nullptr); }
  refused("names no signal");
  { NexusFile file(path_); }
  refused("/entry/scan0/frames is missing");
  { NexusFile file(path_, "NXentry", "NXdata", "../../truth/frames"); }
  refused("is missing");
}

TEST_F(ScanBadInput, WrongTypes) {
  for (const hid_t type : {H5T_STD_I8LE, H5T_STD_U32LE, H5T_IEEE_F64LE, H5T_C_S1}) {
    {
      NexusFile file(path_);
      file.frames(type, {1, 1, 4, 4});
    }
    refused("is neither uint8, uint16 nor float32");
  }
}

TEST_F(ScanBadInput, WrongRanks) {
  for (const std::vector<hsize_t>& sides :
       {std::vector<hsize_t>{16}, std::vector<hsize_t>{1, 1, 1, 4, 4}}) {
    {
      NexusFile file(path_);
      file.frames(H5T_STD_U8LE, sides);
    }
    refused("has rank");
  }
}

TEST_F(ScanBadInput, NothingInIt) {
  {
    NexusFile file(path_);
    file.frames(H5T_STD_U8LE, {0, 1, 4, 4});
  }
  refused("holds no field");
  {
    NexusFile file(path_);
    file.frames(H5T_STD_U8LE, {1, 0, 4, 4});
  }
  refused("of no frame");
  {
    NexusFile file(path_);
    file.frames(H5T_STD_U8LE, {1, 1, 4, 0});
  }
  refused("of no pixel");
  {
    NexusFile file(path_);
    file.frames(H5T_STD_U8LE, {1, 16, 60000, 60000});
  }
  refused("never written");
}

TEST_F(ScanBadInput, AbsurdSizes) {
  for (const std::vector<hsize_t>& sides :
       {std::vector<hsize_t>{1, 1, 4, 65537}, std::vector<hsize_t>{1, 4097, 4, 4},
        std::vector<hsize_t>{1, 4096, 65536, 65536},
        std::vector<hsize_t>{1, 1, hsize_t{1} << 40, 4}}) {
    {
      NexusFile file(path_);
      file.frames(H5T_STD_U8LE, sides);
    }
    refused("beyond the limits");
  }
}

TEST_F(ScanBadInput, SamplesThatAreNoNumbersAreNamedByFieldAndFrame) {
  std::vector<float> values(2 * 3 * 4, 1.0f);
  values[12 + 4 + 1] = std::numeric_limits<float>::quiet_NaN();
  {
    NexusFile file(path_);
    file.frames(H5T_IEEE_F32LE, {2, 3, 2, 2}, values.data(), H5T_NATIVE_FLOAT);
  }
  auto reader = ScanReader::open(path_);
  ASSERT_TRUE(reader.has_value()) << reader.error().message;
  std::vector<std::byte> frames(reader.value().shape(0).bytes());
  EXPECT_TRUE(reader.value().read(0, frames).has_value());
  const auto read = reader.value().read(1, frames);
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().code, ErrorCode::kBadInput);
  EXPECT_NE(read.error().message.find("field 1 of"), std::string::npos) << read.error().message;
  EXPECT_NE(read.error().message.find("frame 1,"), std::string::npos) << read.error().message;
}

TEST_F(ScanBadInput, ForeignEntriesOfLowerRankAndOtherByteOrderAreRead) {
  const std::vector<std::uint16_t> values{1, 2, 3, 4, 5, 6, 7, 800};
  {
    NexusFile file(path_);
    file.frames(H5T_STD_U16BE, {2, 2, 2}, values.data(), H5T_NATIVE_UINT16);
  }
  auto reader = ScanReader::open(path_);
  ASSERT_TRUE(reader.has_value()) << reader.error().message;
  ASSERT_EQ(reader.value().fields(), 1);
  EXPECT_EQ(reader.value().shape(0).frames, 2);
  std::vector<std::byte> frames(16);
  ASSERT_TRUE(reader.value().read(0, frames).has_value());
  EXPECT_EQ(std::memcmp(frames.data(), values.data(), 16), 0);
}

TEST_F(ScanBadInput, DataInOtherFilesAreNotFollowed) {
  {
    NexusFile other(folder_ / "other.h5");
    other.frames(H5T_STD_U8LE, {1, 1, 4, 4});
    NexusFile file(path_);
    H5Lcreate_external((folder_ / "other.h5").c_str(), "/entry/scan0/frames", file.data(), "frames",
                       H5P_DEFAULT, H5P_DEFAULT);
  }
  refused("frames");
  {
    NexusFile file(path_);
    const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_external(properties, "/etc/hostname", 0, 16);
    const std::vector<hsize_t> sides{1, 1, 4, 4};
    const hid_t space = H5Screate_simple(4, sides.data(), nullptr);
    H5Dclose(H5Dcreate2(file.data(), "frames", H5T_STD_U8LE, space, H5P_DEFAULT, properties,
                        H5P_DEFAULT));
    H5Sclose(space);
    H5Pclose(properties);
  }
  refused("in other files");
}

/// HDF5 1.10.8 keeps on reading free space of no size for ever, and follows a huge one outside.
TEST_F(ScanBadInput, ATextInADamagedHeapIsNoEndlessLoop) {
  const std::uint8_t sample = 1;
  {
    NexusFile file(path_);
    file.frames(H5T_NATIVE_UINT8, {1, 1, 1, 1}, &sample, H5T_NATIVE_UINT8);
  }
  ASSERT_TRUE(ScanReader::open(path_).has_value());
  const std::string whole = test::read_file(path_);
  const std::size_t heap = whole.find("GCOL");
  ASSERT_NE(heap, std::string::npos);
  for (const char size : {'\0', '\x07', '\xFF'}) {
    std::string damaged = whole;
    damaged.replace(heap + 16, 8, 8, '\0');  // the first object is free space
    damaged.replace(heap + 24, 8, 8, size);
    test::write_file(path_, damaged);
    EXPECT_FALSE(ScanReader::open(path_).has_value()) << int{size};
  }
}

/// Of a heap that is longer than what the library reads first.
TEST_F(ScanBadInput, ATextInALongDamagedHeapIsNoEndlessLoop) {
  const std::string text(6000, 'x');
  {
    const hdf5::Handle file(H5Fcreate(path_.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
    const hdf5::Handle type(H5Tcopy(H5T_C_S1));
    H5Tset_size(type.get(), H5T_VARIABLE);
    const hdf5::Handle space(H5Screate(H5S_SCALAR));
    const hdf5::Handle attribute(
        H5Acreate2(file.get(), "description", type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT));
    const char* value = text.c_str();
    ASSERT_GE(H5Awrite(attribute.get(), type.get(), &value), 0);
  }
  std::string damaged = test::read_file(path_);
  const std::size_t at = damaged.find(text);
  ASSERT_NE(at, std::string::npos);
  constexpr std::size_t kShorter = 4200;  // and behind that free space of no size
  damaged[at - 8] = static_cast<char>(kShorter & 0xFF);
  damaged[at - 7] = static_cast<char>(kShorter >> 8);
  damaged.replace(at + kShorter, 16, 16, '\0');
  test::write_file(path_, damaged);
  EXPECT_FALSE(MasterReader::open(path_).has_value());
  EXPECT_FALSE(ScanReader::open(path_).has_value());
}

}  // namespace
}  // namespace ostracon::io
