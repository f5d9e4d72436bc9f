// Soft pages as bytes and in folders: what is kept is found again, and nothing else is believed.
#include <gtest/gtest.h>

#include "datasets/random.hpp"
#include "format/crc.hpp"
#include "format/plate.hpp"
#include "io/soft_folder.hpp"
#include "io/soft_page_file.hpp"
#include "pipeline/rules/combined_bit.hpp"
#include "tests/fuzz/some_header.hpp"
#include "tests/io/temporary_folder.hpp"

namespace ostracon::io {
namespace {

using test::TemporaryFolder;

/// Two codewords of noise, the second of them decoded.
SoftPage some_page(std::uint32_t page_index = 3, std::uint32_t reading = 0x01020304) {
  SoftPage page{.header = fuzz::some_header(), .reading = reading, .bits = {}};
  page.header.page_index = page_index;
  page.bits.resize(soft_bits_of(page.header));
  sem::Random random(reading);
  const auto length = static_cast<std::size_t>(format::codeword_bits(page.header.rate));
  for (std::size_t i = 0; i < page.bits.size(); ++i) {
    const auto word = random.word();
    page.bits[i] = i / length % 2 == 1 ? ((word & 1U) != 0 ? Llr{127} : Llr{-127})
                                       : static_cast<Llr>(static_cast<int>(word % 61) - 30);
  }
  return page;
}

std::vector<std::uint8_t> with_right_checksum(std::vector<std::uint8_t> bytes) {
  const std::uint32_t crc = format::crc32c(std::span(bytes).first(bytes.size() - 4));
  for (std::size_t i = 0; i < 4; ++i)
    bytes[bytes.size() - 4 + i] = static_cast<std::uint8_t>(crc >> (8 * i));
  return bytes;
}

std::string refusal(const std::vector<std::uint8_t>& bytes) {
  const auto page = parse_soft_page(bytes);
  if (page) return "accepted";
  EXPECT_EQ(page.error().code, ErrorCode::kBadInput);
  return page.error().message;
}

std::vector<SoftPage> earlier_of(const SoftFolders& folders, const format::PageHeader& header) {
  std::vector<SoftPage> pages;
  folders.visit_earlier(header, [&](const SoftPage& page) { pages.push_back(page); });
  return pages;
}

TEST(SoftPageBytes, GiveThePageBackAndHaveTheLayoutThatIsWrittenDown) {
  const SoftPage page = some_page();
  const auto bytes = soft_page_bytes(page).value();
  EXPECT_EQ(std::string(bytes.begin(), bytes.begin() + 8), "OSTRSOFT");
  EXPECT_EQ(bytes[8], 1);
  EXPECT_EQ(bytes[12], 0x04);  // of the reading, the lowest byte first
  const auto header = format::serialise(page.header);
  EXPECT_TRUE(std::equal(header.begin(), header.end(), bytes.begin() + 16));
  const auto again = parse_soft_page(bytes);
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(again.value().header, page.header);
  EXPECT_EQ(again.value().reading, page.reading);
  EXPECT_EQ(again.value().bits, page.bits);
  // 61 equally likely values carry 5.93 bits, certainties 1.
  EXPECT_LT(bytes.size() * 100, page.bits.size() * 55);
}

TEST(SoftPageBytes, ThatAreTornOrChangedAreRefused) {
  const auto bytes = soft_page_bytes(some_page()).value();
  for (std::size_t size = 0; size < bytes.size(); size += size < 100 ? 1 : bytes.size() / 7)
    EXPECT_NE(refusal({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)}),
              "accepted")
        << size;
  for (std::size_t at = 16; at < bytes.size(); at += at < 90 ? 1 : bytes.size() / 11) {
    auto changed = bytes;
    changed[at] ^= 0x10;
    EXPECT_NE(refusal(changed).find("checksum"), std::string::npos) << at;
  }
}

TEST(SoftPageBytes, WithARightChecksumAndWrongContentAreRefusedByTheReason) {
  const SoftPage page = some_page();
  const auto bytes = soft_page_bytes(page).value();
  auto changed = bytes;
  changed[8] = 2;
  EXPECT_NE(refusal(with_right_checksum(changed)).find("version 2"), std::string::npos);
  changed = bytes;
  changed[20] ^= 1;  // in the header, which has a checksum of its own
  EXPECT_NE(refusal(with_right_checksum(changed)), "accepted");
  changed = bytes;
  changed[kSoftPageFront + 20] ^= 0xFF;
  EXPECT_NE(refusal(with_right_checksum(changed)), "accepted");

  // As many bits as another page has.
  SoftPage other = page;
  other.header.codewords -= 1;
  other.bits.resize(soft_bits_of(other.header));
  auto fewer = soft_page_bytes(other).value();
  std::copy_n(bytes.begin() + 16, 64, fewer.begin() + 16);
  EXPECT_NE(refusal(with_right_checksum(fewer)).find("of its header"), std::string::npos);

  for (const auto& [place, value] : {std::pair<std::size_t, int>{5, -128}, {5, 31}, {5, 127}}) {
    other = page;
    other.bits[place] = static_cast<Llr>(value);
    EXPECT_NE(refusal(soft_page_bytes(other).value()).find("none that a reading gives"),
              std::string::npos)
        << value;
  }
}

TEST(SoftFolder, FindsEveryReadingOfAPageThatEarlierRunsKept) {
  const TemporaryFolder folder;
  SoftFolderOptions options{.earlier = {}, .keep = folder / "a", .spool = folder.path()};
  auto first = SoftFolders::open(options).value();
  ASSERT_TRUE(first->put(some_page(3, 7)).has_value());
  ASSERT_TRUE(first->put(some_page(4, 7)).has_value());
  options.keep = folder / "b";
  auto second = SoftFolders::open(options).value();
  ASSERT_TRUE(second->put(some_page(3, 5)).has_value());
  ASSERT_TRUE(second->put(some_page(3, 7)).has_value());  // of the same frames

  auto both = SoftFolders::open(
                  {.earlier = {folder / "a", folder / "b"}, .keep = {}, .spool = folder.path()})
                  .value();
  const auto pages = earlier_of(*both, some_page(3).header);
  ASSERT_EQ(pages.size(), 2U);
  EXPECT_EQ(pages[0].reading, 5U);
  EXPECT_EQ(pages[1].bits, some_page(3, 7).bits);
  EXPECT_TRUE(earlier_of(*both, some_page(5).header).empty());
  EXPECT_TRUE(both->remarks(some_page().header.plate).empty());
}

TEST(SoftFolder, GivesBackWhatThisRunPutWithOrWithoutAFolder) {
  const TemporaryFolder folder;
  for (const char* keep : {"", "kept"}) {
    SoftFolderOptions options{.earlier = {}, .keep = {}, .spool = folder.path()};
    if (*keep != 0) options.keep = folder / keep;
    auto store = SoftFolders::open(options).value();
    EXPECT_EQ(store->keeps_all(), *keep != 0);
    for (const std::uint32_t reading : {9U, 8U})
      ASSERT_TRUE(store->put(some_page(3, reading)).has_value());
    ASSERT_EQ(store->own_readings(3), 2U);
    EXPECT_EQ(store->own_readings(4), 0U);
    std::vector<std::uint32_t> seen;
    ASSERT_TRUE(store
                    ->visit_own(3,
                                [&](const SoftPage& page) {
                                  seen.push_back(page.reading);
                                  EXPECT_EQ(page.bits, some_page(3, page.reading).bits);
                                })
                    .has_value());
    EXPECT_EQ(seen, (std::vector<std::uint32_t>{9, 8}));
  }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1)
      << "the spool leaves nothing";
}

TEST(SoftFolder, AReadingThatStandsIsLeftAsItIs) {
  const TemporaryFolder folder;
  const SoftFolderOptions options{
      .earlier = {folder.path()}, .keep = folder.path(), .spool = folder.path()};
  auto first = SoftFolders::open(options).value();
  ASSERT_TRUE(first->put(some_page()).has_value());
  auto second = SoftFolders::open(options).value();
  SoftPage better = some_page();
  better.bits[0] = static_cast<Llr>(-better.bits[0]);
  ASSERT_TRUE(second->put(better).has_value());
  EXPECT_EQ(earlier_of(*second, better.header).at(0).bits, some_page().bits);
  ASSERT_TRUE(second->visit_own(3, [&](const SoftPage& page) { EXPECT_EQ(page.bits, better.bits); })
                  .has_value());
}

TEST(SoftFolder, WhatIsDamagedOrOfAnotherPlateIsPassedOverWithAWord) {
  const TemporaryFolder folder;
  const std::filesystem::path kept = folder / "kept";
  auto store = SoftFolders::open({.earlier = {}, .keep = kept, .spool = folder.path()}).value();
  const SoftPage page = some_page(3, 1);
  SoftPage stranger = some_page(3, 3);
  stranger.header.plate.bytes[0] ^= 1;
  for (const SoftPage& each : {page, some_page(3, 2), stranger})
    ASSERT_TRUE(store->put(each).has_value());
  const std::string plate = to_string(page.header.plate);
  const auto named = [&](const std::string& reading) {
    return kept / (plate + "-00000003-" + reading + ".soft");
  };
  // One torn, one that claims another plate's page, and names that are none.
  std::filesystem::resize_file(named("00000002"), 5000);
  std::filesystem::rename(kept / (to_string(stranger.header.plate) + "-00000003-00000003.soft"),
                          named("00000004"));
  ASSERT_TRUE(store->put(stranger).has_value());
  test::write_file(kept / "notes.txt", "none of ours");
  test::write_file(kept / (plate + "-0000003-00000001.soft"), "");

  auto later = SoftFolders::open({.earlier = {kept}, .keep = {}, .spool = folder.path()}).value();
  EXPECT_EQ(later->earlier_readings(), 4U);
  const auto found = earlier_of(*later, page.header);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].bits, page.bits);
  const auto remarks = later->remarks(page.header.plate);
  ASSERT_EQ(remarks.size(), 3U);
  EXPECT_NE(remarks[0].find("00000002.soft: it is no soft page"), std::string::npos);
  EXPECT_NE(remarks[1].find("of plate " + to_string(stranger.header.plate)), std::string::npos);
  EXPECT_NE(remarks[2].find("1 of 4 soft pages are of other plates"), std::string::npos);
}

TEST(SoftFolder, ThatIsAbsentOrNoneIsAnError) {
  const TemporaryFolder folder;
  test::write_file(folder / "file", "");
  EXPECT_EQ(
      SoftFolders::open({.earlier = {folder / "absent"}, .keep = {}, .spool = {}}).error().code,
      ErrorCode::kNotFound);
  EXPECT_EQ(SoftFolders::open({.earlier = {folder / "file"}, .keep = {}, .spool = {}}).error().code,
            ErrorCode::kBadInput);
  EXPECT_EQ(SoftFolders::open({.earlier = {}, .keep = folder / "file", .spool = {}}).error().code,
            ErrorCode::kExists);
  EXPECT_EQ(
      SoftFolders::open({.earlier = {}, .keep = folder / "no/where", .spool = {}}).error().code,
      ErrorCode::kNotFound);
}

TEST(CombinedBit, IsTheSumUpToWhatOneReadingMayClaim) {
  using rules::combined_bit;
  EXPECT_EQ(combined_bit(5, -2), 3);
  EXPECT_EQ(combined_bit(20, 20), 30);
  EXPECT_EQ(combined_bit(-30, -126), -30);
  EXPECT_EQ(combined_bit(-30, 127), 127);  // others have decoded it
  EXPECT_EQ(combined_bit(-127, 30), -127);
  EXPECT_EQ(combined_bit(127, -127), 0);
}

TEST(CombinedBit, SumsOfManyReadingsDoNotDependOnTheirOrder) {
  SoftSum forward, backward;
  std::vector<SoftPage> pages;
  for (std::uint32_t reading = 0; reading < 5; ++reading) pages.push_back(some_page(3, reading));
  for (const SoftPage& page : pages) forward.add(page);
  for (auto page = pages.rbegin(); page != pages.rend(); ++page) backward.add(*page);
  forward.add(pages[2]);  // known already
  EXPECT_EQ(forward.readings(), 5);
  EXPECT_EQ(forward.combined(), backward.combined());
  int sum = 0;
  for (const SoftPage& page : pages) sum += page.bits[0];
  EXPECT_EQ(forward.others()[0], std::clamp(sum, -126, 126));
  EXPECT_EQ(forward.combined()[0], std::clamp(sum, -30, 30));
}

TEST(ReadingId, TellsFramesApartThatDifferAnywhereWithNoise) {
  std::vector<std::byte> frames(1 << 20);
  sem::Random random(1);
  for (auto& sample : frames) sample = static_cast<std::byte>(random.word());
  const auto id = [&] {
    std::vector<std::byte> pieces;
    for (const std::size_t at : sampled_pieces(frames.size()))
      pieces.insert(
          pieces.end(), frames.begin() + static_cast<std::ptrdiff_t>(at),
          frames.begin() + static_cast<std::ptrdiff_t>(std::min(at + kPieceBytes, frames.size())));
    return reading_id(pieces);
  };
  const std::uint32_t before = id();
  EXPECT_EQ(id(), before);
  std::rotate(frames.begin(), frames.begin() + 1, frames.end());
  EXPECT_NE(id(), before);
  EXPECT_EQ(sampled_pieces(0).size(), 0U);
  EXPECT_EQ(sampled_pieces(1).size(), 1U);
  EXPECT_EQ(sampled_pieces(100000000).size(), 64U);
  EXPECT_LT(sampled_pieces(100000000).back(), 100000000U);
}

}  // namespace
}  // namespace ostracon::io
