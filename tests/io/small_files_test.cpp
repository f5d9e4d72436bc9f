#include <sys/resource.h>

#include <csignal>

#include "io/atomic_file.hpp"
#include "io/file_store.hpp"
#include "io/sha256.hpp"
#include "tests/io/temporary_folder.hpp"

namespace ostracon::io {
namespace {

using test::count_in;
using test::read_file;
using test::TemporaryFolder;

std::span<const std::uint8_t> bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

TEST(Sha256, KnownAnswersOfFips180) {
  Sha256 empty, abc;
  abc.update(bytes_of("a"));
  abc.update(bytes_of("bc"));
  EXPECT_EQ(to_hex(empty.finish().value()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(abc.finish().value()),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, HexadecimalIsReadStrictly) {
  Sha256Digest digest{};
  EXPECT_TRUE(parse_hex(std::string(62, '0') + "aF", digest));
  EXPECT_EQ(digest[31], 0xAF);
  EXPECT_FALSE(parse_hex(std::string(63, '0'), digest));
  EXPECT_FALSE(parse_hex(std::string(63, '0') + "g", digest));
  EXPECT_FALSE(parse_hex(std::string(65, '0'), digest));
}

TEST(AtomicFile, AppearsWholeAndReplacesOnlyWhenForced) {
  TemporaryFolder folder;
  ASSERT_TRUE(write_whole_file(folder / "a", std::string_view("one"), false).has_value());
  EXPECT_EQ(read_file(folder / "a"), "one");
  EXPECT_EQ(write_whole_file(folder / "a", std::string_view("two"), false).error().code,
            ErrorCode::kExists);
  EXPECT_EQ(read_file(folder / "a"), "one");
  ASSERT_TRUE(write_whole_file(folder / "a", std::string_view("two"), true).has_value());
  EXPECT_EQ(read_file(folder / "a"), "two");
  EXPECT_EQ(count_in(folder.path()), 1);
  EXPECT_EQ(write_whole_file(folder / "absent/a", std::string_view("x"), false).error().code,
            ErrorCode::kNotFound);
  EXPECT_EQ(write_whole_file(folder.path(), std::string_view("x"), true).error().code,
            ErrorCode::kExists);
}

TEST(AtomicFile, ReadingHasALimit) {
  TemporaryFolder folder;
  test::write_file(folder / "a", "12345");
  EXPECT_EQ(read_whole_file(folder / "a", 5).value(), "12345");
  EXPECT_EQ(read_whole_file(folder / "a", 4).error().code, ErrorCode::kBadInput);
  EXPECT_EQ(read_whole_file(folder / "b", 4).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(read_whole_file(folder.path(), 4).error().code, ErrorCode::kBadInput);
}

TEST(FilePayloadStore, KeepsPagesAndRefusesWhatLiesOutside) {
  TemporaryFolder folder;
  auto store = FilePayloadStore::create(folder.path());
  ASSERT_TRUE(store.has_value());
  EXPECT_EQ(count_in(folder.path()), 0) << "the file has no name";
  ASSERT_TRUE(store.value().resize(3, 4).has_value());
  const std::vector<std::uint8_t> data{1, 2, 3, 4};
  ASSERT_TRUE(store.value().write(1, 0, data).has_value());
  EXPECT_FALSE(store.value().write(1, 1, data).has_value());
  EXPECT_FALSE(store.value().write(3, 0, data).has_value());
  EXPECT_FALSE(store.value().resize(0xFFFFFFFF, std::uint64_t{1} << 60).has_value());

  const StoredStream stream(store.value(), 10);
  std::vector<std::uint8_t> read(6);
  ASSERT_TRUE(stream.read(3, read).has_value());
  EXPECT_EQ(read, (std::vector<std::uint8_t>{0, 1, 2, 3, 4, 0}));
  EXPECT_FALSE(stream.read(5, read).has_value());
  EXPECT_FALSE(StoredStream(store.value(), 100).read(10, read).has_value());
}

TEST(FilePayloadStore, AFullDiskIsAnErrorThatNamesTheFolder) {
  TemporaryFolder folder;
  auto store = FilePayloadStore::create(folder.path());
  ASSERT_TRUE(store.value().resize(1, 1000).has_value());
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{500, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto written = store.value().write(0, 0, std::vector<std::uint8_t>(1000, 1));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  ASSERT_FALSE(written.has_value());
  EXPECT_EQ(written.error().code, ErrorCode::kIo);
  EXPECT_NE(written.error().message.find(folder.path().string()), std::string::npos);
}

TEST(FilePayloadStore, AnAbsentFolderIsNamed) {
  TemporaryFolder folder;
  const auto store = FilePayloadStore::create(folder / "absent");
  ASSERT_FALSE(store.has_value());
  EXPECT_NE(store.error().message.find("absent"), std::string::npos);
}

}  // namespace
}  // namespace ostracon::io
