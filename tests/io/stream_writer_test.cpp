#include "io/stream_writer.hpp"

#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdio>

#include "tests/io/memory_stream.hpp"
#include "tests/io/temporary_folder.hpp"

namespace ostracon::io {
namespace {

using test::read_file;
using test::TemporaryFolder;
using test::write_file;

Result<SpooledStream> write(const std::filesystem::path& path) {
  return write_stream(std::span(&path, 1), std::filesystem::temp_directory_path());
}

const StreamEntry& find(const SpooledStream& stream, const std::string& path) {
  for (const StreamEntry& entry : stream.entries())
    if (entry.path == path) return entry;
  ADD_FAILURE() << path << " is not in the stream";
  static const StreamEntry kNone;
  return kNone;
}

TEST(StreamWriter, OffsetsOfTheManifestPointAtTheRealBytes) {
  TemporaryFolder folder;
  const std::string long_name(200, 'n');
  write_file(folder / "in/a.txt", "first");
  write_file(folder / ("in/" + long_name), std::string(1500, 'b'));
  write_file(folder / "in/sub/z", "");
  const auto stream = write(folder / "in");
  ASSERT_TRUE(stream.has_value()) << stream.error().message;
  const test::MemoryStream copy(stream.value());
  const auto manifest = parse_tar_member(copy, 0, tar_header_bytes(copy, 0));
  ASSERT_TRUE(manifest.has_value());
  EXPECT_EQ(manifest->entry.path, kManifestName);
  EXPECT_EQ(stream.value().entries().size(), 5u);
  for (const StreamEntry& entry : stream.value().entries()) {
    const std::uint64_t begin = manifest->end + entry.offset;
    const auto member = parse_tar_member(copy, begin, tar_header_bytes(copy, begin));
    ASSERT_TRUE(member.has_value()) << entry.path;
    EXPECT_EQ(member->entry.path, entry.path);
    EXPECT_EQ(member->entry.size, entry.size);
    EXPECT_EQ(member->entry.mtime, entry.mtime);
    if (entry.type != EntryType::kFile) continue;
    EXPECT_EQ(member->entry.sha256, entry.sha256);
    EXPECT_EQ(member->entry.data_offset, manifest->end + entry.data_offset);
    std::string data(entry.size, '\0');
    ASSERT_TRUE(copy.read(manifest->end + entry.data_offset,
                          {reinterpret_cast<std::uint8_t*>(data.data()), data.size()})
                    .has_value());
    EXPECT_EQ(data, read_file(folder / entry.path));
  }
}

TEST(StreamWriter, FirstAndLastMemberAreTheSameBytes) {
  TemporaryFolder folder;
  write_file(folder / "a", "data");
  const auto stream = write(folder / "a");
  ASSERT_TRUE(stream.has_value()) << stream.error().message;
  test::MemoryStream copy(stream.value());
  const auto first = parse_tar_member(copy, 0, tar_header_bytes(copy, 0));
  ASSERT_TRUE(first.has_value());
  const auto length = static_cast<std::ptrdiff_t>(first->end);
  const auto& bytes = copy.bytes();
  EXPECT_TRUE(std::equal(bytes.begin(), bytes.begin() + length, bytes.end() - 1024 - length,
                         bytes.end() - 1024));
  EXPECT_TRUE(std::all_of(bytes.end() - 1024, bytes.end(), [](auto byte) { return byte == 0; }));
}

TEST(StreamWriter, TheDigestIsOfTheBytesAndTheStreamIsReproducible) {
  TemporaryFolder folder;
  write_file(folder / "in/a", "1");
  write_file(folder / "in/b", "2");
  const auto once = write(folder / "in"), again = write(folder / "in");
  ASSERT_TRUE(once.has_value() && again.has_value());
  test::MemoryStream bytes(once.value());
  Sha256 sha256;
  sha256.update(bytes.bytes());
  EXPECT_EQ(sha256.finish().value(), once.value().digest());
  EXPECT_EQ(once.value().digest(), again.value().digest());
}

TEST(StreamWriter, TarListsAndUnpacksTheStream) {
  if (std::system("tar --version > /dev/null 2>&1") != 0) GTEST_SKIP() << "there is no tar";
  TemporaryFolder folder;
  write_file(folder / "in/a", "1");
  write_file(folder / "in/deep/er/f\xC3\xBCr.txt", "2");
  const auto stream = write(folder / "in");
  ASSERT_TRUE(stream.has_value());
  const test::MemoryStream copy(stream.value());
  test::MemoryStream bytes(stream.value());
  write_file(folder / "out.tar", {bytes.bytes().begin(), bytes.bytes().end()});
  const std::string tar =
      "cd " + folder.path().string() +
      " && LC_ALL=C.UTF-8 tar --quoting-style=literal --warning=no-unknown-keyword";
  ASSERT_EQ(std::system((tar + " -tf out.tar > list").c_str()), 0);
  EXPECT_EQ(read_file(folder / "list"),
            "ostracon-manifest.json\nin/\nin/a\nin/deep/\nin/deep/er/\n"
            "in/deep/er/f\xC3\xBCr.txt\nostracon-manifest.json\n");
  ASSERT_EQ(std::system((tar + " --one-top-level=out -xf out.tar 2> errors").c_str()), 0);
  EXPECT_EQ(read_file(folder / "out/in/a"), "1");
  EXPECT_EQ(read_file(folder / "out/in/deep/er/f\xC3\xBCr.txt"), "2");
  EXPECT_EQ(read_file(folder / "errors"), "");
}

TEST(StreamWriter, SetIdBitsAreDroppedAndLinksAreNotFollowed) {
  TemporaryFolder folder;
  write_file(folder / "in/program", "x");
  ASSERT_EQ(::chmod((folder / "in/program").c_str(), 06755), 0);
  std::filesystem::create_symlink("/nowhere/at all", folder / "in/link");
  const auto stream = write(folder / "in");
  ASSERT_TRUE(stream.has_value()) << stream.error().message;
  EXPECT_EQ(find(stream.value(), "in/program").mode, 0755u);
  EXPECT_EQ(find(stream.value(), "in/link").type, EntryType::kSymlink);
  EXPECT_EQ(find(stream.value(), "in/link").target, "/nowhere/at all");
}

TEST(StreamWriter, WhatCannotBeStoredIsRefusedByName) {
  TemporaryFolder folder;
  const auto refused = [&](const std::filesystem::path& path, const std::string& what) {
    const auto stream = write(path);
    ASSERT_FALSE(stream.has_value());
    EXPECT_EQ(stream.error().code, ErrorCode::kInvalidArgument);
    EXPECT_NE(stream.error().message.find(what), std::string::npos) << stream.error().message;
  };
  std::filesystem::create_directory(folder / "fifo");
  ASSERT_EQ(::mkfifo((folder / "fifo/pipe").c_str(), 0600), 0);
  refused(folder / "fifo", "is a FIFO");
  refused("/dev/null", "is a device");
  write_file(folder / "utf/bad\xFFname", "");
  refused(folder / "utf", "not valid UTF-8");
  write_file(folder / "back/a\\b", "");
  refused(folder / "back", "backslash");
  write_file(folder / std::string(kManifestName), "");
  refused(folder / std::string(kManifestName), "the name of the manifest");
  refused("/", "no name");
  EXPECT_EQ(write(folder / "absent").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(write_stream({}, folder.path()).error().code, ErrorCode::kInvalidArgument);
}

TEST(StreamWriter, TwoPathsOfOneNameAreRefused) {
  TemporaryFolder folder;
  write_file(folder / "1/same", "a");
  write_file(folder / "2/same", "b");
  const std::vector<std::filesystem::path> paths{folder / "1/same", folder / "2/same"};
  const auto stream = write_stream(paths, folder.path());
  ASSERT_FALSE(stream.has_value());
  EXPECT_NE(stream.error().message.find("would both be stored as"), std::string::npos);
}

TEST(StreamWriter, ATrailingSlashAndADotGiveTheSameNames) {
  TemporaryFolder folder;
  write_file(folder / "in/a", "1");
  EXPECT_EQ(write(folder.path() / "in/").value().digest(), write(folder / "in").value().digest());
  EXPECT_EQ(write(folder.path() / "x/../in/.").value().entries()[0].path, "in");
}

TEST(StreamWriter, AnAbsentSpoolFolderIsNamed) {
  TemporaryFolder folder;
  write_file(folder / "a", "1");
  const std::filesystem::path path = folder / "a";
  const auto stream = write_stream(std::span(&path, 1), folder / "absent");
  ASSERT_FALSE(stream.has_value());
  EXPECT_NE(stream.error().message.find("absent"), std::string::npos);
}

TEST(PathProblem, NamesThatAreNoUtf8OrOfTheManifestAreRefused) {
  for (const char* name : {"a\xFF", "a/\xC0\xAE\xC0\xAE/b", "\xED\xA0\x80"})  // '..' overlong
    EXPECT_NE(path_problem(name).find("UTF-8"), std::string::npos) << name;
  EXPECT_NE(path_problem(kManifestName), "");
}

}  // namespace
}  // namespace ostracon::io
