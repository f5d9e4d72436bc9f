#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <span>
#include <tuple>

#include "io/stream_extractor.hpp"
#include "tests/io/memory_stream.hpp"
#include "tests/io/temporary_folder.hpp"

namespace ostracon::io {
namespace {

using test::count_in;
using test::file_member;
using test::folder_member;
using test::link_member;
using test::make_stream;
using test::Member;
using test::read_file;
using test::TemporaryFolder;
using test::write_file;

class ExtractHostile : public ::testing::Test {
 protected:
  Result<ExtractReport> extract(const std::vector<Member>& members, bool manifests = true,
                                std::optional<bool> case_sensitive = std::nullopt) {
    ExtractOptions options;
    options.folder = out();
    options.force = true;
    options.case_sensitive = case_sensitive;
    return extract_stream(make_stream(members, manifests), {}, options);
  }
  /// The reason why the last member was refused, with and without a manifest.
  std::string refusal(const std::vector<Member>& members) {
    std::string reason;
    for (const bool manifests : {true, false}) {
      const auto report = extract(members, manifests);
      EXPECT_TRUE(report.has_value()) << report.error().message;
      if (!report || report.value().files.empty()) return "no report";
      EXPECT_EQ(report.value().files.back().status, FileStatus::kRefused);
      reason = report.value().files.back().reason;
    }
    return reason;
  }
  /// Of components of 100 bytes.
  static std::string long_path(std::size_t bytes) {
    std::string path;
    while (path.size() < bytes) path += std::string(100, 'n') + "/";
    return path + "n";
  }
  std::filesystem::path out() const { return folder_ / "out"; }
  TemporaryFolder folder_;
};

/// A stream without manifests that begins with a member of tar type `type`.
test::MemoryStream stream_of_type(const std::string& path, char type, const std::string& target) {
  auto stream = make_stream({file_member(path, "")}, false);
  auto& bytes = stream.bytes();
  std::size_t at = 0;
  while (bytes[at + 156] == 'x') at += 1024;  // the extended header and what it says
  const std::span header(bytes.data() + at, 512);
  header[156] = static_cast<std::uint8_t>(type);
  std::copy(target.begin(), target.end(), header.begin() + 157);
  std::fill(header.begin() + 148, header.begin() + 156, std::uint8_t{' '});
  unsigned sum = 0;
  for (const std::uint8_t byte : header) sum += byte;
  std::snprintf(reinterpret_cast<char*>(&header[148]), 8, "%06o", sum);
  return stream;
}

TEST_F(ExtractHostile, UnsafeNamesAreRefusedAndNothingIsWritten) {
  const std::vector<std::pair<std::string, std::string>> names{
      {"../escaped", "'..'"},
      {"a/../../escaped", "'..'"},
      {"a/..", "'..'"},
      {"./a", "'.'"},
      {"/escaped", "absolute"},
      {"a//b", "empty component"},
      {"a\\b", "backslash"},
      {"C:/a", "drive letter"},
      {"\\\\server\\share\\a", "backslash"},
      {"c:a", "drive letter"},
      {"a\nb", "control character"},
      {"a\x7F", "control character"},
      {std::string(300, 'n'), "255 bytes"},
      {long_path(4200), "4095 bytes"}};
  for (const auto& [name, reason] : names)
    EXPECT_NE(refusal({file_member(name, "evil")}).find(reason), std::string::npos) << name;
  EXPECT_EQ(count_in(out()), 0);
  EXPECT_EQ(count_in(folder_.path()), 1);
}

TEST_F(ExtractHostile, ANameWithANulIsRefused) {
  const auto report = extract({file_member(std::string("a\0b", 3), "evil")});
  ASSERT_TRUE(report.has_value()) << report.error().message;
  ASSERT_EQ(report.value().files.size(), 1U);
  EXPECT_EQ(report.value().files[0].status, FileStatus::kRefused);
  EXPECT_NE(report.value().files[0].reason.find("control character"), std::string::npos);
  EXPECT_EQ(count_in(out()), 0);
}

TEST_F(ExtractHostile, HardLinksDevicesAndFifosAreRefusedByTheReason) {
  write_file(folder_ / "victim", "precious");
  const std::vector<std::tuple<char, std::string, std::string>> types{
      {'1', "../victim", "hard link"},
      {'1', (folder_ / "victim").string(), "hard link"},
      {'3', "", "device"},
      {'4', "", "device"},
      {'6', "", "FIFO"}};
  for (const auto& [type, target, reason] : types) {
    ExtractOptions options;
    options.folder = out();
    options.force = true;
    const auto report = extract_stream(stream_of_type("evil", type, target), {}, options);
    ASSERT_TRUE(report.has_value()) << report.error().message;
    ASSERT_EQ(report.value().files.size(), 1U) << type;
    EXPECT_EQ(report.value().files[0].path, "evil");
    EXPECT_EQ(report.value().files[0].status, FileStatus::kRefused);
    EXPECT_NE(report.value().files[0].reason.find(reason), std::string::npos)
        << report.value().files[0].reason;
    EXPECT_FALSE(report.value().all_verified());
    EXPECT_EQ(count_in(out()), 0) << type;
  }
  EXPECT_EQ(std::filesystem::hard_link_count(folder_ / "victim"), 1U);
}

TEST_F(ExtractHostile, SetIdBitsAreNeverSet) {
  Member file = file_member("file", "x"), folder = folder_member("folder");
  file.entry.mode = 06755;
  folder.entry.mode = 07755;
  for (const bool manifests : {true, false}) {
    ASSERT_TRUE(extract({file, folder}, manifests).has_value());
    using std::filesystem::perms;
    EXPECT_EQ(std::filesystem::status(out() / "file").permissions(), perms(0755));
    EXPECT_EQ(std::filesystem::status(out() / "folder").permissions(), perms(01755));
  }
}

TEST_F(ExtractHostile, WhatWindowsCannotNameIsRefusedWhereCaseIsIgnoredAlone) {
  const std::vector<std::pair<std::string, std::string>> names{
      {"CON", "device"},           {"a/nul.txt", "device"}, {"Aux.tar.gz/b", "device"},
      {"com1", "device"},          {"lpt9.x", "device"},    {"prn .txt", "device"},
      {"a.", "cut off"},           {"a /b", "cut off"},     {"ab:stream", "cannot be written"},
      {"a?b", "cannot be written"}};
  for (const auto& [name, reason] : names) {
    const auto there = extract({file_member(name, "x")}, true, false);
    ASSERT_TRUE(there.has_value());
    EXPECT_EQ(there.value().files[0].status, FileStatus::kRefused) << name;
    EXPECT_NE(there.value().files[0].reason.find(reason), std::string::npos) << name;
    EXPECT_EQ(count_in(out()), 0) << name;
  }
  for (const char* name : {"console", "com0", "com10", "auxiliary/nully", "a.b", ".hidden"})
    EXPECT_EQ(foreign_name_problem(name), "") << name;
  const auto here = extract({file_member("aux.c", "x")}, true, true);
  EXPECT_EQ(here.value().files[0].status, FileStatus::kVerified);
}

TEST_F(ExtractHostile, NothingIsWrittenThroughALinkOfTheStream) {
  std::filesystem::create_directory(folder_ / "victim");
  const std::string target = (folder_ / "victim").string();
  EXPECT_NE(
      refusal({link_member("link", target), file_member("link/file", "evil")}).find("no folder"),
      std::string::npos);
  EXPECT_NE(refusal({link_member("link", target), folder_member("link/folder")}).find("no folder"),
            std::string::npos);
  const auto backwards = extract({file_member("link/file", "evil"), link_member("link", target)});
  EXPECT_EQ(backwards.value().files[0].status, FileStatus::kRefused);
  EXPECT_EQ(count_in(folder_ / "victim"), 0);
}

TEST_F(ExtractHostile, NothingIsWrittenThroughALinkThatStands) {
  std::filesystem::create_directories(folder_ / "victim");
  std::filesystem::create_directories(out());
  std::filesystem::create_directory_symlink(folder_ / "victim", out() / "link");
  EXPECT_NE(refusal({file_member("link/file", "evil")}).find("symbolic link"), std::string::npos);
  refusal({folder_member("link")});
  EXPECT_EQ(count_in(folder_ / "victim"), 0);
}

TEST_F(ExtractHostile, AStandingLinkIsReplacedNotFollowed) {
  write_file(folder_ / "victim", "precious");
  std::filesystem::create_directories(out());
  std::filesystem::create_symlink(folder_ / "victim", out() / "file");
  ASSERT_TRUE(extract({file_member("file", "new")}).has_value());
  EXPECT_EQ(read_file(folder_ / "victim"), "precious");
  EXPECT_EQ(read_file(out() / "file"), "new");
  EXPECT_FALSE(std::filesystem::is_symlink(out() / "file"));
}

TEST_F(ExtractHostile, TheSecondOfTwoEqualNamesIsRefused) {
  EXPECT_NE(refusal({file_member("a", "first"), file_member("a", "second")}).find("taken"),
            std::string::npos);
  EXPECT_EQ(read_file(out() / "a"), "first");
}

TEST_F(ExtractHostile, WhereCaseIsIgnoredTheSecondOfTwoAlikeNamesIsRefused) {
  const auto report =
      extract({file_member("Name", "first"), file_member("nAME", "second")}, true, false);
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report.value().files[0].status, FileStatus::kVerified);
  EXPECT_EQ(report.value().files[1].status, FileStatus::kRefused);
  EXPECT_FALSE(std::filesystem::exists(out() / "nAME"));
}

TEST_F(ExtractHostile, AFileBeneathAFileIsRefused) {
  EXPECT_NE(refusal({file_member("a", "file"), file_member("a/b", "file")}).find("no folder"),
            std::string::npos);
}

TEST_F(ExtractHostile, ALinkWithoutATargetIsRefused) {
  const auto report = extract({link_member("link", "")});
  ASSERT_TRUE(report.has_value());
  EXPECT_EQ(report.value().files[0].status, FileStatus::kRefused);
}

TEST_F(ExtractHostile, SizesBeyondTheStreamAreRefused) {
  Member liar = file_member("liar", "x");
  liar.lie = true;
  liar.entry.size = std::uint64_t{1} << 40;
  const auto report = extract({liar});
  ASSERT_TRUE(report.has_value()) << report.error().message;
  ASSERT_EQ(report.value().files.size(), 1u);
  EXPECT_EQ(report.value().files[0].status, FileStatus::kRefused);
  EXPECT_NE(report.value().files[0].reason.find("beyond the end"), std::string::npos);
}

TEST_F(ExtractHostile, AMaliciousManifestIsRefusedEntryByEntryOrAsAWhole) {
  for (const char* text :
       {"", "[]", "{", "{\"format\":\"ostracon-stream\",\"version\":2,\"files\":[]}",
        "{\"format\":\"other\",\"version\":1,\"files\":[]}",
        "{\"format\":\"ostracon-stream\",\"version\":1,\"files\":{}}",
        "{\"format\":\"ostracon-stream\",\"version\":1,\"files\":[{\"path\":1}]}",
        "{\"format\":\"ostracon-stream\",\"version\":1,\"files\":[{\"path\":\"a\",\"type\":"
        "\"file\","
        "\"mode\":420,\"mtime\":0,\"offset\":-1}]}",
        "{\"format\":\"ostracon-stream\",\"version\":1,\"files\":[{\"path\":\"a\",\"type\":"
        "\"device\",\"mode\":420,\"mtime\":0,\"offset\":0}]}"}) {
    const auto entries = parse_manifest(text);
    ASSERT_FALSE(entries.has_value()) << text;
    EXPECT_EQ(entries.error().code, ErrorCode::kBadInput);
  }
}

TEST_F(ExtractHostile, NoiseAndTruncatedStreamsAreReportedNotFollowed) {
  auto stream = make_stream({file_member("a", std::string(2000, 'a'))});
  const auto whole = stream.bytes();
  for (std::size_t bytes = 0; bytes <= whole.size(); bytes += 257) {
    test::MemoryStream cut({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(bytes)});
    ExtractOptions options;
    options.write = false;
    EXPECT_TRUE(extract_stream(cut, {}, options).has_value()) << bytes;
  }
  std::uint32_t state = 1;
  for (int round = 0; round < 300; ++round) {
    test::MemoryStream noisy(whole);
    for (int i = 0; i < 8; ++i) {
      state = state * 1664525U + 1013904223U;
      noisy.bytes()[state % whole.size()] ^= static_cast<std::uint8_t>(state >> 24);
    }
    ExtractOptions options;
    options.write = false;
    EXPECT_TRUE(extract_stream(noisy, {}, options).has_value()) << round;
  }
}

TEST_F(ExtractHostile, AFullDiskIsAnErrorThatNamesTheFileAndLeavesNoPieces) {
  std::filesystem::create_directory(out());
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{100000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto report = extract({file_member("large", std::string(200000, 'x'))});
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code, ErrorCode::kIo);
  EXPECT_NE(report.error().message.find("large"), std::string::npos);
  EXPECT_EQ(count_in(out()), 0);
}

TEST_F(ExtractHostile, AnUnwritableFolderIsAnError) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  std::filesystem::create_directory(out());
  std::filesystem::permissions(
      out(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  const auto report = extract({file_member("a", "a")});
  ASSERT_FALSE(report.has_value());
  EXPECT_EQ(report.error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace ostracon::io
