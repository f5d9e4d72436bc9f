// Files whose index or chunks lie: what is damaged is named, what is not is read.

#include <algorithm>
#include <fstream>

#include "io/scan_file.hpp"
#include "tests/io/chunked_file.hpp"

namespace ostracon::io {
namespace {

using hdf5::ChunkIndex;
using hdf5::ChunkReader;
using test::ChunkedLayout;

class ChunkDamage : public ::testing::Test {
 protected:
  static constexpr hsize_t kFrames = 4, kRows = 24, kCols = 32;
  static constexpr std::size_t kFrameBytes = kRows * kCols;

  void SetUp() override { hdf5::silence(); }

  ChunkedLayout layout(std::vector<H5Z_filter_t> filters = {}) const {
    return {.name = "frames",
            .sides = {kFrames, kRows, kCols},
            .chunk = {1, kRows, kCols},
            .filters = std::move(filters)};
  }
  /// Writes a chunk's stored bytes and mask as they are.
  void put_chunk(hsize_t frame, const std::vector<std::uint8_t>& stored, std::uint32_t mask) {
    const hdf5::Handle file(H5Fopen(path_.c_str(), H5F_ACC_RDWR, H5P_DEFAULT));
    const hdf5::Handle dataset(H5Dopen2(file.get(), "frames", H5P_DEFAULT));
    const Axes begin{frame, 0, 0};
    ASSERT_GE(H5Dwrite_chunk(dataset.get(), H5P_DEFAULT, mask, begin.data(), stored.size(),
                             stored.data()),
              0);
  }
  /// Overwrites bytes of the file.
  void patch(std::uint64_t offset, const std::string& bytes) const {
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(offset));
    file << bytes;
    ASSERT_TRUE(file.good());
  }
  hdf5::StoredChunk locate(hsize_t frame) const {
    const test::OpenedChunks opened(path_);
    const auto chunk =
        hdf5::locate_chunk(opened.file.get(), opened.dataset.id.get(), {frame, 0, 0});
    EXPECT_TRUE(chunk.has_value() && chunk.value().has_value());
    return chunk.value().value();
  }
  /// Reads all frames; returns what is lost.
  std::vector<hdf5::LostBox> read_all(std::vector<std::byte>& frames) const {
    const test::OpenedChunks opened(path_);
    auto index = ChunkIndex::create(opened.file, opened.dataset, H5T_NATIVE_UINT8);
    EXPECT_TRUE(index.has_value()) << index.error().message;
    ChunkReader reader(std::move(index).value());
    frames.assign(kFrames * kFrameBytes, std::byte{0xEE});
    auto lost = reader.read({{0, 0, 0}, {kFrames, kRows, kCols}}, frames);
    EXPECT_TRUE(lost.has_value()) << lost.error().message;
    return std::move(lost).value();
  }
  /// Frame `bad` alone is lost, for `why`; the others are what was written.
  void expect_lost(std::size_t bad, const std::string& why) const {
    std::vector<std::byte> frames;
    const auto lost = read_all(frames);
    ASSERT_EQ(lost.size(), 1U);
    EXPECT_EQ(lost[0].box.begin, (Axes{bad, 0, 0}));
    EXPECT_EQ(lost[0].box.count, (Axes{1, kRows, kCols}));
    EXPECT_NE(lost[0].error.message.find(why), std::string::npos) << lost[0].error.message;
    const auto written = test::pattern(kFrames * kFrameBytes);
    for (std::size_t frame = 0; frame < kFrames; ++frame) {
      if (frame == bad) continue;
      const auto at = static_cast<std::ptrdiff_t>(frame * kFrameBytes);
      EXPECT_TRUE(std::equal(written.begin() + at, written.begin() + at + kFrameBytes,
                             reinterpret_cast<const std::uint8_t*>(frames.data()) + at))
          << "frame " << frame;
    }
  }

  test::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "damaged.h5";
};

TEST_F(ChunkDamage, AChunkThatIsNoStreamCostsItsFrame) {
  write_chunked(path_, layout({H5Z_FILTER_DEFLATE}));
  put_chunk(2, std::vector<std::uint8_t>(100, 9), 0);
  expect_lost(2, "deflate");
  expect_lost(2, "a chunk of 100 bytes at byte " + std::to_string(locate(2).offset));
}

TEST_F(ChunkDamage, AFlippedBitIsSeenByTheChecksum) {
  write_chunked(path_, layout({H5Z_FILTER_FLETCHER32}));
  patch(locate(1).offset + 7, "\xFF");
  expect_lost(1, "checksum");
}

TEST_F(ChunkDamage, AMaskOfFiltersThatWereNotAppliedIsObeyed) {
  write_chunked(path_, layout({H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE}));
  const auto written = test::pattern(kFrames * kFrameBytes);
  put_chunk(3, {written.end() - kFrameBytes, written.end()}, 3);
  std::vector<std::byte> frames;
  EXPECT_TRUE(read_all(frames).empty());
  EXPECT_TRUE(std::equal(written.begin(), written.end(),
                         reinterpret_cast<const std::uint8_t*>(frames.data())));
  put_chunk(3, {written.end() - kFrameBytes, written.end() - 1}, 3);
  expect_lost(3, "has not the size");
  put_chunk(3, std::vector<std::uint8_t>(200000, 1), 0);
  expect_lost(3, "has not the size");
}

/// The index of the oldest format holds addresses as 8 bytes, the lowest first.
std::string little_endian(std::uint64_t value) {
  std::string bytes;
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xFFU);
  return bytes;
}

TEST_F(ChunkDamage, AChunkBeyondTheFileCostsItsFrame) {
  for (const std::uint64_t wrong : {std::uint64_t{1} << 40, std::uint64_t{0x7FFFFFFFFFFFFFFF}}) {
    write_chunked(path_, layout({H5Z_FILTER_DEFLATE}));
    const std::string file = test::read_file(path_);
    const auto at = file.find(little_endian(locate(2).offset));
    ASSERT_NE(at, std::string::npos);
    ASSERT_EQ(file.find(little_endian(locate(2).offset), at + 1), std::string::npos);
    patch(at, little_endian(wrong));
    expect_lost(2, "");
  }
}

TEST_F(ChunkDamage, TheEndOfAnotherFileUnderTheSameNameIsNotReadBeyond) {
  ChunkedLayout plain = layout();
  plain.chunk.clear();
  write_chunked(path_, plain);
  const test::OpenedChunks opened(path_);
  auto index = ChunkIndex::create(opened.file, opened.dataset, H5T_NATIVE_UINT8);
  ASSERT_TRUE(index.has_value());
  ChunkReader reader(std::move(index).value());
  std::filesystem::resize_file(path_, std::filesystem::file_size(path_) - kFrameBytes - 1);
  std::vector<std::byte> frames(kFrames * kFrameBytes);
  const auto lost = reader.read({{0, 0, 0}, {kFrames, kRows, kCols}}, frames);
  ASSERT_TRUE(lost.has_value());
  ASSERT_EQ(lost.value().size(), 2U);
  EXPECT_EQ(lost.value()[0].box.begin[0], 2U);
  EXPECT_EQ(lost.value()[0].error.code, ErrorCode::kIo);
  EXPECT_NE(lost.value()[0].error.message.find("ends before"), std::string::npos);
}

/// write_chunked() as a scan.
void write_scan(const std::filesystem::path& path, const ChunkedLayout& layout) {
  write_chunked(path, layout);
  const hdf5::Handle file(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT));
  for (const auto& [name, kind] :
       {std::pair{"entry", "NXentry"}, std::pair{"entry/scan0", "NXdata"}}) {
    const auto group = hdf5::create_group(file.get(), name);
    ASSERT_TRUE(group.has_value()) << group.error().message;
    ASSERT_TRUE(hdf5::write_text_attribute(group.value().get(), "NX_class", kind).has_value());
    ASSERT_TRUE(hdf5::write_text_attribute(group.value().get(), "signal", "frames").has_value());
  }
  ASSERT_GE(
      H5Lmove(file.get(), "frames", file.get(), "entry/scan0/frames", H5P_DEFAULT, H5P_DEFAULT), 0);
}

void spoil_frame(const std::filesystem::path& path, hsize_t field, hsize_t frame) {
  const hdf5::Handle file(H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT));
  const hdf5::Handle dataset(H5Dopen2(file.get(), "entry/scan0/frames", H5P_DEFAULT));
  const std::vector<std::uint8_t> nonsense(50, 1);
  const Axes begin{field, frame, 0, 0};
  ASSERT_GE(
      H5Dwrite_chunk(dataset.get(), H5P_DEFAULT, 0, begin.data(), nonsense.size(), nonsense.data()),
      0);
}

TEST_F(ChunkDamage, AScanNamesLostFramesAndBlanksThem) {
  // By this code, and by the library: scale-offset is a filter which only that one has.
  for (const std::vector<H5Z_filter_t>& filters :
       {std::vector<H5Z_filter_t>{H5Z_FILTER_DEFLATE},
        std::vector<H5Z_filter_t>{H5Z_FILTER_SCALEOFFSET, H5Z_FILTER_DEFLATE}}) {
    write_scan(path_, {.name = "fields",
                       .sides = {2, kFrames, kRows, kCols},
                       .chunk = {1, 1, kRows, kCols},
                       .filters = filters});
    spoil_frame(path_, 1, 2);
    spoil_frame(path_, 1, 0);
    auto opened = ScanReader::open(path_);
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    ScanReader& scan = opened.value();
    const auto written = test::pattern(2 * kFrames * kFrameBytes);
    const auto* values = reinterpret_cast<const std::byte*>(written.data());
    std::vector<std::byte> frames(kFrames * kFrameBytes);
    ASSERT_TRUE(scan.read(1, frames).has_value());
    ASSERT_EQ(scan.lost_frames().size(), 2U);
    EXPECT_EQ(scan.lost_frames()[0].frame, 0);
    EXPECT_EQ(scan.lost_frames()[1].frame, 2);
    EXPECT_FALSE(scan.lost_frames()[1].reason.empty());
    for (std::size_t i = 0; i < frames.size(); ++i) {
      const bool lost = i / kFrameBytes % 2 == 0;
      ASSERT_EQ(frames[i], lost ? std::byte{0} : values[frames.size() + i]) << i;
    }
    ASSERT_TRUE(scan.read(0, frames).has_value());
    EXPECT_TRUE(scan.lost_frames().empty());
    EXPECT_TRUE(std::equal(frames.begin(), frames.end(), values));
  }
}

TEST_F(ChunkDamage, AFieldOfNothingButLostFramesIsPassedOver) {
  write_scan(path_, {.name = "fields",
                     .sides = {2, 1, kRows, kCols},
                     .chunk = {1, 1, kRows, kCols},
                     .filters = {H5Z_FILTER_DEFLATE}});
  spoil_frame(path_, 1, 0);
  auto scan = ScanReader::open(path_);
  ASSERT_TRUE(scan.has_value()) << scan.error().message;
  std::vector<std::byte> frame(kFrameBytes);
  EXPECT_TRUE(scan.value().read(0, frame).has_value());
  const auto read = scan.value().read(1, frame);
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().code, ErrorCode::kBadInput);
  for (const char* part : {"/entry/scan0 field 1", "damaged.h5", "at byte", "deflate"})
    EXPECT_NE(read.error().message.find(part), std::string::npos) << read.error().message;
}

}  // namespace
}  // namespace ostracon::io
