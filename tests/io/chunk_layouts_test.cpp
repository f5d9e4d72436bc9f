// The same samples come past the library as through it.

#include <algorithm>
#include <cstring>

#include "tests/io/chunk_samples.hpp"
#include "tests/io/chunked_file.hpp"

namespace ostracon::io {
namespace {

using hdf5::Box;
using hdf5::ChunkIndex;
using hdf5::ChunkReader;
using test::ChunkedLayout;

/// Both ways give `box` of `dataset`.
void expect_same(ChunkReader& reader, const hdf5::Dataset& dataset, hid_t type, const Box& box,
                 const std::string& what) {
  const std::size_t bytes = volume(box.count) * H5Tget_size(type);
  std::vector<std::byte> by_library(bytes, std::byte{1}), past_it(bytes, std::byte{2});
  const auto read = hdf5::read_box(dataset, type, box.begin, box.count, by_library.data(), what);
  ASSERT_TRUE(read.has_value()) << read.error().message;
  reader.announce(box);
  const auto lost = reader.read(box, past_it);
  ASSERT_TRUE(lost.has_value()) << what << ": " << lost.error().message;
  EXPECT_TRUE(lost.value().empty()) << what << ": " << lost.value().front().error.message;
  EXPECT_TRUE(past_it == by_library) << what;
}

/// The whole, every entry of the first axis, a box inside.
std::vector<Box> boxes_of(const Axes& sides) {
  std::vector<Box> boxes{{Axes(sides.size(), 0), sides}};
  for (unsigned long long i = 0; i < std::min(sides[0], 8ULL); ++i) {
    boxes.push_back(boxes.front());
    boxes.back().begin[0] = i;
    boxes.back().count[0] = 1;
  }
  Box inside = boxes.front();
  for (std::size_t axis = 0; axis < sides.size(); ++axis) {
    inside.begin[axis] = sides[axis] / 3;
    inside.count[axis] = std::max(sides[axis] / 2, 1ULL);
  }
  boxes.push_back(inside);
  return boxes;
}

std::vector<ChunkedLayout> layouts() {
  constexpr auto kU16 = PixelType::kU16;
  constexpr auto kF32 = PixelType::kF32;
  const std::vector<H5Z_filter_t> gzip{H5Z_FILTER_DEFLATE};
  const std::vector<H5Z_filter_t> all{H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE,
                                      H5Z_FILTER_FLETCHER32};
  const std::vector<H5Z_filter_t> sum_first{H5Z_FILTER_FLETCHER32, H5Z_FILTER_DEFLATE};
  return {
      {.name = "one piece", .type = kU16, .sides = {3, 5, 40, 33}},
      {.name = "one piece after a user block", .sides = {3, 40, 33}, .user_block = 1024},
      {.name = "frames", .sides = {3, 4, 40, 33}, .chunk = {1, 1, 40, 33}, .may_grow = true},
      {.name = "frames of two MiB", .sides = {5, 1024, 2048}, .chunk = {1, 1024, 2048}},
      {.name = "frames after a user block",
       .type = kU16,
       .sides = {3, 40, 33},
       .chunk = {1, 40, 33},
       .filters = all,
       .user_block = 512},
      {.name = "tiles", .type = kU16, .sides = {3, 40, 33}, .chunk = {1, 16, 16}},
      {.name = "strips", .sides = {3, 2, 40, 33}, .chunk = {1, 1, 8, 33}},
      {.name = "several frames a chunk", .type = kF32, .sides = {7, 12, 9}, .chunk = {3, 12, 9}},
      {.name = "the frame axis last", .type = kU16, .sides = {20, 30, 4}, .chunk = {20, 30, 1}},
      {.name = "five axes",
       .type = kU16,
       .sides = {2, 3, 1, 16, 20},
       .chunk = {1, 1, 1, 8, 10},
       .filters = gzip},
      {.name = "gzip", .sides = {3, 4, 40, 33}, .chunk = {1, 1, 40, 33}, .filters = gzip},
      {.name = "gzip in tiles",
       .type = kF32,
       .sides = {3, 40, 33},
       .chunk = {2, 16, 16},
       .filters = gzip},
      {.name = "shuffle, gzip, checksum",
       .type = kF32,
       .sides = {3, 40, 33},
       .chunk = {1, 40, 33},
       .filters = all},
      {.name = "checksum, gzip",
       .type = kU16,
       .sides = {3, 40, 33},
       .chunk = {1, 40, 33},
       .filters = sum_first},
      {.name = "checksum of odd bytes",
       .sides = {3, 5, 33},
       .chunk = {1, 5, 33},
       .filters = {H5Z_FILTER_FLETCHER32}},
      {.name = "szip",
       .type = kU16,
       .sides = {3, 40, 33},
       .chunk = {1, 40, 33},
       .filters = {H5Z_FILTER_SZIP}},
      {.name = "szip of floats",
       .type = kF32,
       .sides = {2, 40, 32},
       .chunk = {1, 40, 32},
       .filters = {H5Z_FILTER_SHUFFLE, H5Z_FILTER_SZIP}},
      {.name = "never written",
       .type = kU16,
       .sides = {4, 40, 33},
       .chunk = {1, 16, 16},
       .filters = gzip,
       .sparse = true},
      {.name = "newest format, one chunk",
       .sides = {2, 40, 33},
       .chunk = {2, 40, 33},
       .filters = gzip,
       .latest = true},
      {.name = "newest format, fixed array",
       .sides = {9, 40, 33},
       .chunk = {1, 40, 33},
       .filters = gzip,
       .latest = true},
      {.name = "newest format, growing array",
       .sides = {9, 40, 33},
       .chunk = {1, 40, 33},
       .latest = true,
       .may_grow = true},
  };
}

class ChunkLayouts : public ::testing::Test {
 protected:
  test::TemporaryFolder folder_;
};

TEST_F(ChunkLayouts, EveryLayoutIsReadPastTheLibraryWithTheSameSamples) {
  hdf5::silence();
  for (const ChunkedLayout& layout : layouts()) {
    const auto path = folder_ / "layout.h5";
    write_chunked(path, layout);
    const test::OpenedChunks opened(path);
    const hid_t type = hdf5::native_type(layout.type);
    auto index = ChunkIndex::create(opened.file, opened.dataset, type);
    ASSERT_TRUE(index.has_value()) << layout.name << ": " << index.error().message;
    ChunkReader reader(std::move(index).value());
    for (const Box& box : boxes_of(layout.sides))
      expect_same(reader, opened.dataset, type, box, layout.name);
  }
}

/// Lets a data set be made whose filter this machine's library does not have.
void register_absent_filter(H5Z_filter_t id) {
  const H5Z_class2_t filter{H5Z_CLASS_T_VERS,
                            id,
                            1,
                            1,
                            "absent",
                            nullptr,
                            nullptr,
                            [](unsigned, std::size_t, const unsigned*, std::size_t, std::size_t*,
                               void**) { return std::size_t{0}; }};
  ASSERT_GE(H5Zregister(&filter), 0);
}

TEST_F(ChunkLayouts, ChunksOfThePlugInsAreReadWithoutThem) {
  hdf5::silence();
  const auto path = folder_ / "plug-in.h5";
  const Axes sides{2, test::kSampleCount};
  for (const auto& sample : test::stored_samples()) {
    const auto stored = test::bytes_of_hex(sample.hex);
    {
      const hdf5::Handle file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
      const hdf5::Handle properties(H5Pcreate(H5P_DATASET_CREATE));
      const Axes chunk{1, test::kSampleCount};
      H5Pset_chunk(properties.get(), 2, chunk.data());
      for (const Filter& filter : sample.filters) {
        if (filter.id >= 32000 && H5Zfilter_avail(filter.id) <= 0)
          register_absent_filter(filter.id);
        H5Pset_filter(properties.get(), filter.id, H5Z_FLAG_OPTIONAL, filter.values.size(),
                      filter.values.data());
      }
      const hdf5::Handle space(H5Screate_simple(2, sides.data(), nullptr));
      const hdf5::Handle dataset(H5Dcreate2(file.get(), "frames", H5T_STD_U16LE, space.get(),
                                            H5P_DEFAULT, properties.get(), H5P_DEFAULT));
      ASSERT_TRUE(dataset) << sample.name;
      for (const hsize_t row : {0U, 1U}) {
        const Axes begin{row, 0};
        ASSERT_GE(H5Dwrite_chunk(dataset.get(), H5P_DEFAULT, 0, begin.data(), stored.size(),
                                 stored.data()),
                  0);
      }
    }
    const test::OpenedChunks opened(path);
    auto index = ChunkIndex::create(opened.file, opened.dataset, H5T_NATIVE_UINT16);
    ASSERT_TRUE(index.has_value()) << sample.name << ": " << index.error().message;
    ChunkReader reader(std::move(index).value());
    std::vector<std::byte> row(2 * test::kSampleCount);
    const auto lost = reader.read({{1, 0}, {1, test::kSampleCount}}, row);
    ASSERT_TRUE(lost.has_value() && lost.value().empty()) << sample.name;
    EXPECT_EQ(std::memcmp(row.data(), test::sample_bytes().data(), row.size()), 0) << sample.name;
  }
}

TEST_F(ChunkLayouts, UnusualLayoutsAreLeftToTheLibrary) {
  hdf5::silence();
  const auto path = folder_ / "unusual.h5";
  const auto why = [&](hid_t type) {
    const test::OpenedChunks opened(path);
    const auto index = ChunkIndex::create(opened.file, opened.dataset, type);
    EXPECT_FALSE(index.has_value());
    EXPECT_EQ(index.error().code, ErrorCode::kUnavailable);
    return index.error().message;
  };
  const auto make = [&](hid_t type, const hdf5::Handle& properties) {
    const hdf5::Handle file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
    const Axes sides{4, 4};
    const hdf5::Handle space(H5Screate_simple(2, sides.data(), nullptr));
    const hdf5::Handle dataset(H5Dcreate2(file.get(), "frames", type, space.get(), H5P_DEFAULT,
                                          properties.get(), H5P_DEFAULT));
    ASSERT_TRUE(dataset);
  };
  const hdf5::Handle compact(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_layout(compact.get(), H5D_COMPACT);
  make(H5T_STD_U8LE, compact);
  EXPECT_NE(why(H5T_NATIVE_UINT8).find("neither chunked"), std::string::npos);
  const hdf5::Handle plain(H5Pcreate(H5P_DATASET_CREATE));
  make(H5T_STD_U16BE, plain);
  EXPECT_NE(why(H5T_NATIVE_UINT16).find("as this machine"), std::string::npos);
  make(H5T_STD_U16LE, plain);
  EXPECT_NE(why(H5T_NATIVE_UINT16).find("not in its file"), std::string::npos);
  const hdf5::Handle scaled = test::properties_of({.name = "", .sides = {}, .chunk = {4, 4}});
  H5Pset_scaleoffset(scaled.get(), H5Z_SO_INT, 0);
  make(H5T_STD_U16LE, scaled);
  EXPECT_NE(why(H5T_NATIVE_UINT16).find("filter 6"), std::string::npos);
}

/// Every image stack of the real files that are there.
herr_t visit(hid_t file, const char* name, const H5O_info_t* info, void* names) {
  (void)file;
  if (info->type == H5O_TYPE_DATASET)
    static_cast<std::vector<std::string>*>(names)->push_back(name);
  return 0;
}

TEST_F(ChunkLayouts, StacksOfRealFilesAreReadPastTheLibraryWithTheSameSamples) {
  hdf5::silence();
  const std::filesystem::path data = std::filesystem::path(OSTRACON_TEST_DATA) / "hdf5-layouts";
  if (!std::filesystem::exists(data)) GTEST_SKIP() << "no " << data;
  int stacks = 0;
  for (const auto& entry : std::filesystem::directory_iterator(data)) {
    const auto file = hdf5::open_located_file(entry.path().string());
    ASSERT_TRUE(file.has_value()) << file.error().message;
    std::vector<std::string> names;
    H5Ovisit(file.value().get(), H5_INDEX_NAME, H5_ITER_INC, visit, &names);
    int here = 0;
    for (const std::string& name : names) {
      const std::filesystem::path path(name);
      const auto group = hdf5::open_group(
          file.value().get(), (std::filesystem::path("/") / path.parent_path()).string(), name);
      ASSERT_TRUE(group.has_value());
      const auto dataset = hdf5::open_dataset(group.value().get(), path.filename().string(), name);
      if (!dataset || dataset.value().sides.size() < 2) continue;
      const hdf5::Handle stored(H5Dget_type(dataset.value().id.get()));
      const hdf5::Handle type(H5Tget_native_type(stored.get(), H5T_DIR_ASCEND));
      auto index = ChunkIndex::create(file.value(), dataset.value(), type.get());
      if (!index) continue;
      ++here;
      ChunkReader reader(std::move(index).value());
      for (const Box& box : boxes_of(dataset.value().sides))
        expect_same(reader, dataset.value(), type.get(), box,
                    entry.path().filename().string() + name);
    }
    EXPECT_GE(here, 1) << entry.path();
    stacks += here;
  }
  EXPECT_GE(stacks, 4) << "of four files";
}

}  // namespace
}  // namespace ostracon::io
