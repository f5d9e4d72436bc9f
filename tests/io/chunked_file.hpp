#pragma once
// HDF5 files of all layouts for tests of the ways past the library.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "io/chunk_reader.hpp"
#include "tests/io/temporary_folder.hpp"

namespace ostracon::io::test {

struct ChunkedLayout {
  std::string name;
  PixelType type = PixelType::kU8;
  Axes sides;
  Axes chunk = {};  ///< empty: in one piece
  std::vector<H5Z_filter_t> filters = {};
  bool latest = false;    ///< the newest format: other indices
  bool may_grow = false;  ///< along the first axis
  bool sparse = false;    ///< only the first entry of the first axis is written
  hsize_t user_block = 0;
};

inline std::vector<std::uint8_t> pattern(std::size_t bytes) {
  std::vector<std::uint8_t> values(bytes);
  for (std::size_t i = 0; i < bytes; ++i)
    values[i] = static_cast<std::uint8_t>(i * i / 97 + i / 11);
  return values;
}

/// Properties of a data set of `layout`.
inline hdf5::Handle properties_of(const ChunkedLayout& layout) {
  hdf5::Handle properties(H5Pcreate(H5P_DATASET_CREATE));
  if (!layout.chunk.empty())
    H5Pset_chunk(properties.get(), static_cast<int>(layout.chunk.size()), layout.chunk.data());
  for (const H5Z_filter_t filter : layout.filters) {
    if (filter == H5Z_FILTER_DEFLATE) H5Pset_deflate(properties.get(), 6);
    if (filter == H5Z_FILTER_SHUFFLE) H5Pset_shuffle(properties.get());
    if (filter == H5Z_FILTER_FLETCHER32) H5Pset_fletcher32(properties.get());
    if (filter == H5Z_FILTER_SCALEOFFSET) H5Pset_scaleoffset(properties.get(), H5Z_SO_INT, 0);
    if (filter == H5Z_FILTER_SZIP) H5Pset_szip(properties.get(), H5_SZIP_NN_OPTION_MASK, 8);
  }
  const std::uint8_t fill = 7;
  H5Pset_fill_value(properties.get(), H5T_NATIVE_UINT8, &fill);
  return properties;
}

/// Writes `/frames` of `layout` with pattern().
inline void write_chunked(const std::filesystem::path& path, const ChunkedLayout& layout) {
  const hdf5::Handle creation(H5Pcreate(H5P_FILE_CREATE)), access(H5Pcreate(H5P_FILE_ACCESS));
  H5Pset_userblock(creation.get(), layout.user_block);
  if (layout.latest) H5Pset_libver_bounds(access.get(), H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
  const hdf5::Handle file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation.get(), access.get()));
  const int rank = static_cast<int>(layout.sides.size());
  Axes most = layout.sides, count = layout.sides;
  if (layout.may_grow) most[0] = H5S_UNLIMITED;
  if (layout.sparse) count[0] = 1;
  const hdf5::Handle space(H5Screate_simple(rank, layout.sides.data(), most.data()));
  const hdf5::Handle properties = properties_of(layout);
  const hid_t type = hdf5::native_type(layout.type);
  const hdf5::Handle dataset(H5Dcreate2(file.get(), "frames", type, space.get(), H5P_DEFAULT,
                                        properties.get(), H5P_DEFAULT));
  ASSERT_TRUE(dataset) << layout.name;
  const Axes begin(layout.sides.size(), 0);
  const hdf5::Handle memory(H5Screate_simple(rank, count.data(), nullptr));
  H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, begin.data(), nullptr, count.data(), nullptr);
  const auto values = pattern(volume(count) * bytes_of(layout.type));
  ASSERT_GE(H5Dwrite(dataset.get(), type, memory.get(), space.get(), H5P_DEFAULT, values.data()), 0)
      << layout.name;
}

/// A file opened with its data set `/frames`.
struct OpenedChunks {
  hdf5::Handle file;
  hdf5::Dataset dataset;

  explicit OpenedChunks(const std::filesystem::path& path) {
    auto opened = hdf5::open_located_file(path.string());
    EXPECT_TRUE(opened.has_value()) << opened.error().message;
    if (!opened) return;
    file = std::move(opened).value();
    auto found = hdf5::open_dataset(file.get(), "frames", "frames");
    EXPECT_TRUE(found.has_value()) << found.error().message;
    if (found) dataset = std::move(found).value();
  }
};

}  // namespace ostracon::io::test
