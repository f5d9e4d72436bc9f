#include "io/stream_extractor.hpp"
#include "tests/io/memory_stream.hpp"
#include "tests/io/temporary_folder.hpp"

namespace ostracon::io {
namespace {

using test::file_member;
using test::folder_member;
using test::make_stream;
using test::MemoryStream;
using test::read_file;
using test::TemporaryFolder;

/// Two files and a folder; where everything lies in the stream.
class ExtractHoles : public ::testing::Test {
 protected:
  ExtractHoles() {
    const auto manifest = member_at(0);
    manifest_end_ = manifest.end;
    folder_at_ = manifest.end;
    first_at_ = member_at(folder_at_).end;
    second_at_ = member_at(first_at_).end;
    last_manifest_at_ = member_at(second_at_).end;
  }
  TarMember member_at(std::uint64_t offset) const {
    return parse_tar_member(stream_, offset, tar_header_bytes(stream_, offset)).value();
  }
  ExtractReport extract(std::vector<ByteRange> holes, bool keep_partial = false) {
    for (const ByteRange& hole : holes)  // what is void must not matter
      for (std::uint64_t i = hole.begin; i < hole.end; ++i) stream_.bytes()[i] = 0xA5;
    ExtractOptions options;
    options.folder = out();
    options.keep_partial = keep_partial;
    auto report = extract_stream(stream_, holes, options);
    EXPECT_TRUE(report.has_value()) << report.error().message;
    return report.value();
  }
  std::filesystem::path out() const { return folder_ / "out"; }
  void expect_both_verified(const ExtractReport& report, std::size_t members = 3) {
    EXPECT_EQ(report.files.size(), members);
    for (const auto& file : report.files) EXPECT_EQ(file.status, FileStatus::kVerified);
    EXPECT_EQ(read_file(out() / "in/first"), first_);
    EXPECT_EQ(read_file(out() / "in/second"), second_);
  }

  TemporaryFolder folder_;
  std::string first_ = std::string(3000, 'f'), second_ = std::string(700, 's');
  MemoryStream stream_ = make_stream(
      {folder_member("in"), file_member("in/first", first_), file_member("in/second", second_)});
  std::uint64_t manifest_end_ = 0, folder_at_ = 0, first_at_ = 0, second_at_ = 0,
                last_manifest_at_ = 0;
};

TEST_F(ExtractHoles, TheLastManifestServesWhenTheFirstIsLost) {
  const auto report = extract({{0, manifest_end_}});
  EXPECT_TRUE(report.manifest_found);
  expect_both_verified(report);
}

TEST_F(ExtractHoles, AFileOfNoBytesIsWholeWhereverItLies) {
  stream_ = make_stream({file_member("empty", ""), file_member("full", first_)});
  const std::uint64_t begin = member_at(0).end, end = member_at(begin).end;
  ASSERT_EQ(member_at(begin).entry.path, "empty");
  const auto report = extract({{begin, end + 2000}});  // its header, and some of the next
  ASSERT_EQ(report.files.size(), 2U);
  EXPECT_EQ(report.files[0].status, FileStatus::kVerified);
  EXPECT_TRUE(report.files[0].missing.empty());
  EXPECT_EQ(read_file(out() / "empty"), "");
  EXPECT_EQ(report.files[1].status, FileStatus::kLost);
}

TEST_F(ExtractHoles, TheFirstManifestServesWhenTheLastIsLost) {
  const auto report = extract({{last_manifest_at_, stream_.size()}});
  EXPECT_TRUE(report.manifest_found);
  expect_both_verified(report);
}

TEST_F(ExtractHoles, TwoDamagedManifestsMakeOneWholeOne) {
  const std::uint64_t data = member_at(0).entry.data_offset;
  const auto report = extract(
      {{data + 10, data + 60}, {last_manifest_at_ + data + 100, last_manifest_at_ + data + 200}});
  EXPECT_TRUE(report.manifest_found);
  expect_both_verified(report);
}

TEST_F(ExtractHoles, WithBothManifestsLostTheHeadersServe) {
  const auto report = extract({{0, manifest_end_}, {last_manifest_at_, stream_.size()}});
  EXPECT_FALSE(report.manifest_found);
  EXPECT_FALSE(report.all_verified());
  // The folder's header comes right behind a hole: its name might have stood in there.
  expect_both_verified(report, 2);
}

TEST_F(ExtractHoles, AManifestLostInTheSamePlaceTwiceIsNotBelieved) {
  const std::uint64_t at = member_at(0).entry.data_offset + 10;
  const auto report = extract({{at, at + 5}, {last_manifest_at_ + at, last_manifest_at_ + at + 5}});
  EXPECT_FALSE(report.manifest_found);
  expect_both_verified(report);
}

TEST_F(ExtractHoles, AFileWithoutItsTarHeaderIsEmittedFromTheManifest) {
  const auto report = extract({{first_at_, member_at(first_at_).entry.data_offset}});
  EXPECT_TRUE(report.all_verified());
  expect_both_verified(report);
}

TEST_F(ExtractHoles, WithoutManifestsAFileWithoutItsHeaderIsNotListedAndTheNextIs) {
  const auto report = extract({{0, first_at_ + 100}, {last_manifest_at_, stream_.size()}});
  ASSERT_EQ(report.files.size(), 1u);
  EXPECT_EQ(report.files[0].path, "in/second");
  EXPECT_EQ(read_file(out() / "in/second"), second_);
}

TEST_F(ExtractHoles, AHoleInAFileIsReportedInBytesOfTheFile) {
  const std::uint64_t data = member_at(first_at_).entry.data_offset;
  const auto report = extract({{data + 100, data + 250}, {data + 2900, data + 3072}});
  ASSERT_EQ(report.files.size(), 3u);
  EXPECT_EQ(report.files[1].status, FileStatus::kLost);
  ASSERT_EQ(report.files[1].missing.size(), 2u);
  EXPECT_EQ(report.files[1].missing[0].begin, 100u);
  EXPECT_EQ(report.files[1].missing[0].end, 250u);
  EXPECT_EQ(report.files[1].missing[1].begin, 2900u);
  EXPECT_EQ(report.files[1].missing[1].end, 3000u);
  EXPECT_FALSE(std::filesystem::exists(out() / "in/first"));
  EXPECT_FALSE(std::filesystem::exists(out() / "in/first.partial"));
  EXPECT_EQ(read_file(out() / "in/second"), second_);
}

TEST_F(ExtractHoles, APartialFileHasZerosInItsHoles) {
  const std::uint64_t data = member_at(first_at_).entry.data_offset;
  extract({{data + 100, data + 250}}, true);
  std::string expected = first_;
  std::fill(expected.begin() + 100, expected.begin() + 250, '\0');
  EXPECT_EQ(read_file(out() / "in/first.partial"), expected);
  EXPECT_FALSE(std::filesystem::exists(out() / "in/first"));
}

TEST_F(ExtractHoles, AHoleInThePaddingCostsNothing) {
  const std::uint64_t end = member_at(first_at_).entry.data_offset + first_.size();
  EXPECT_TRUE(extract({{end, second_at_}}).all_verified());
}

TEST_F(ExtractHoles, AWrongByteThatNoHoleTellsOfIsDamage) {
  stream_.bytes()[member_at(second_at_).entry.data_offset + 5] ^= 1;
  const auto report = extract({});
  EXPECT_EQ(report.files[2].status, FileStatus::kDamaged);
  EXPECT_FALSE(std::filesystem::exists(out() / "in/second"));
}

TEST_F(ExtractHoles, AStreamThatIsLostWholeIsAnEmptyReport) {
  const auto report = extract({{0, stream_.size()}});
  EXPECT_FALSE(report.manifest_found);
  EXPECT_FALSE(report.all_verified());
  EXPECT_TRUE(report.files.empty());
}

TEST_F(ExtractHoles, ATarInsideAFileIsNotTakenForTheStream) {
  const MemoryStream inner = make_stream({file_member("evil", "inner")}, false);
  MemoryStream copy = inner;
  // A foreign tar has no digests of ours.
  std::string foreign(copy.bytes().begin(), copy.bytes().end());
  const std::string from = "user.ostracon", to = "user.somebody";
  for (std::size_t at = foreign.find(from); at != std::string::npos; at = foreign.find(from, at))
    foreign.replace(at, from.size(), to);
  stream_ = make_stream({file_member("a.tar", foreign), file_member("b", "b")});
  const std::uint64_t header = member_at(0).end;
  const std::uint64_t last = member_at(member_at(header).end).end;
  const auto report = extract({{0, header + 512}, {last, stream_.size()}});
  ASSERT_EQ(report.files.size(), 1u);
  EXPECT_EQ(report.files[0].path, "b");
}

}  // namespace
}  // namespace ostracon::io
