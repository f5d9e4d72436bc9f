#include <fcntl.h>
#include <sys/stat.h>

#include "io/file_store.hpp"
#include "io/stream_extractor.hpp"
#include "io/stream_writer.hpp"
#include "tests/io/memory_stream.hpp"
#include "tests/io/temporary_folder.hpp"

namespace ostracon::io {
namespace {

using test::count_in;
using test::read_file;
using test::TemporaryFolder;
using test::write_file;

class StreamRoundTrip : public ::testing::Test {
 protected:
  SpooledStream stream() {
    const std::filesystem::path path = folder_ / "in";
    auto made = write_stream(std::span(&path, 1), folder_.path());
    EXPECT_TRUE(made.has_value()) << made.error().message;
    return std::move(made).value();
  }
  Result<ExtractReport> extract(const format::ByteSource& from, bool force = false) {
    ExtractOptions options;
    options.folder = folder_ / "out";
    options.force = force;
    return extract_stream(from, {}, options);
  }
  TemporaryFolder folder_;
};

TEST_F(StreamRoundTrip, EveryKindOfFileComesBackAsItWas) {
  std::string deep = "in";
  for (int i = 0; i < 40; ++i) deep += "/folder number " + std::to_string(i);
  const std::string unicode = "in/\xE6\x96\x87\xE5\xAD\x97 \xF0\x9F\x8F\xBA \xC3\xA9.txt";
  std::string large;
  for (int i = 0; i < 3000000; ++i) large += static_cast<char>(i * 7 % 251);
  write_file(folder_ / "in/empty", "");
  write_file(folder_ / "in/one", "x");
  write_file(folder_ / "in/large", large);
  write_file(folder_ / (deep + "/leaf"), "deep");
  write_file(folder_ / unicode, "unicode");
  write_file(folder_ / "in/run", "#!/bin/sh\n");
  std::filesystem::create_directory(folder_ / "in/nothing in it");
  std::filesystem::create_symlink("../outside", folder_ / "in/link");
  ASSERT_EQ(::chmod((folder_ / "in/run").c_str(), 0755), 0);
  ASSERT_EQ(::chmod((folder_ / "in/one").c_str(), 0400), 0);
  ASSERT_EQ(::chmod((folder_ / "in/nothing in it").c_str(), 0500), 0);
  const timespec old[2] = {{1234567890, 0}, {1234567890, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, (folder_ / "in/empty").c_str(), old, 0), 0);
  ASSERT_EQ(::utimensat(AT_FDCWD, (folder_ / "in").c_str(), old, 0), 0);

  const auto report = extract(stream());
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_TRUE(report.value().all_verified());
  EXPECT_EQ(count_in(folder_ / "out/in"), count_in(folder_ / "in"));
  for (const std::string& name : {std::string("in/empty"), std::string("in/one"),
                                  std::string("in/large"), deep + "/leaf", unicode}) {
    EXPECT_EQ(read_file(folder_ / ("out/" + name)), read_file(folder_ / name)) << name;
  }
  const auto status = [&](const std::string& name) {
    struct stat result {};
    EXPECT_EQ(::lstat((folder_ / ("out/in" + name)).c_str(), &result), 0) << name;
    return result;
  };
  EXPECT_EQ(status("/run").st_mode & 07777U, 0755u);
  EXPECT_EQ(status("/one").st_mode & 07777U, 0400u);
  EXPECT_EQ(status("/nothing in it").st_mode & 07777U, 0500u);
  EXPECT_EQ(status("/empty").st_mtim.tv_sec, 1234567890);
  EXPECT_EQ(status("").st_mtim.tv_sec, 1234567890);
  EXPECT_EQ(std::filesystem::read_symlink(folder_ / "out/in/link"), "../outside");
}

TEST_F(StreamRoundTrip, NamesThatDifferInCaseAloneBothComeBack) {
  write_file(folder_ / "in/readme", "small");
  write_file(folder_ / "in/README", "LARGE");
  if (count_in(folder_ / "in") != 2) GTEST_SKIP() << "this file system ignores case";
  ASSERT_TRUE(extract(stream()).has_value());
  EXPECT_EQ(read_file(folder_ / "out/in/readme"), "small");
  EXPECT_EQ(read_file(folder_ / "out/in/README"), "LARGE");
}

TEST_F(StreamRoundTrip, ThroughTheStoreOfPages) {
  write_file(folder_ / "in/a", std::string(5000, 'a'));
  const auto written = stream();
  test::MemoryStream bytes(written);
  auto store = FilePayloadStore::create(folder_.path());
  ASSERT_TRUE(store.has_value());
  constexpr std::uint64_t kPageBytes = 1053;
  const auto pages = static_cast<std::uint32_t>((written.size() + kPageBytes - 1) / kPageBytes);
  ASSERT_TRUE(store.value().resize(pages, kPageBytes).has_value());
  for (std::uint32_t page = 0; page < pages; ++page) {
    const auto all = std::span(bytes.bytes()).subspan(page * kPageBytes);
    ASSERT_TRUE(store.value()
                    .write(page, 0, all.first(std::min<std::size_t>(all.size(), kPageBytes)))
                    .has_value());
  }
  const auto report = extract(StoredStream(store.value(), written.size()));
  ASSERT_TRUE(report.has_value()) << report.error().message;
  EXPECT_TRUE(report.value().all_verified());
  EXPECT_EQ(read_file(folder_ / "out/in/a"), std::string(5000, 'a'));
}

TEST_F(StreamRoundTrip, AStandingFileIsRefusedBeforeAnythingIsWritten) {
  write_file(folder_ / "in/a", "new");
  write_file(folder_ / "in/z", "new");
  write_file(folder_ / "out/in/z", "old");
  const auto refused = extract(stream());
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kExists);
  EXPECT_NE(refused.error().message.find("in/z"), std::string::npos);
  EXPECT_EQ(read_file(folder_ / "out/in/z"), "old");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out/in/a"));

  ASSERT_TRUE(extract(stream(), true).has_value());
  EXPECT_EQ(read_file(folder_ / "out/in/z"), "new");
}

TEST_F(StreamRoundTrip, VerifyingWritesNothing) {
  write_file(folder_ / "in/a", "data");
  const auto before = count_in(folder_.path());
  ExtractOptions options;
  options.folder = folder_ / "out";
  options.write = false;
  const auto report = extract_stream(stream(), {}, options);
  ASSERT_TRUE(report.has_value());
  EXPECT_TRUE(report.value().all_verified());
  EXPECT_EQ(count_in(folder_.path()), before);
}

TEST_F(StreamRoundTrip, AFolderThatCannotBeMadeIsNamed) {
  write_file(folder_ / "in/a", "data");
  ExtractOptions options;
  options.folder = folder_ / "absent/out";
  const auto report = extract_stream(stream(), {}, options);
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code, ErrorCode::kNotFound);
  EXPECT_NE(report.error().message.find("absent/out"), std::string::npos);
}

}  // namespace
}  // namespace ostracon::io
