// Journals: what is in them after whatever ended the process that wrote.
#include "io/job_journal.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "format/page_layout.hpp"
#include "io/atomic_file.hpp"
#include "tests/fuzz/some_header.hpp"
#include "tests/io/temporary_folder.hpp"

namespace ostracon::io {
namespace {

constexpr JobId kJob{1, 2, 3};

/// A field that shows a page, or none if `page` is negative.
FieldRecord record_of(std::int64_t field, std::int32_t page) {
  FieldRecord record;
  FieldReading& reading = record.reading;
  FieldReport& report = reading.report;
  report.field = field;
  report.source = "scan.h5 /entry/scan0 field " + std::to_string(field);
  report.drift_px = {{0.5F, -0.25F}, {-0.5F, 0.25F}};
  report.frame_faults = {FrameFault::kNone, FrameFault::kBlurred};
  report.lost_frames = {{1, "a bad chunk"}};
  report.pitch_px = 3.5F;
  report.turns = 4;
  reading.times[Stage::kSample] = 0.125;
  record.pixels = 1234567;
  report.page = page;
  if (page < 0) {
    report.reason = "no lattice line in the spectrum";
    return record;
  }
  report.page_found = true;
  reading.header = fuzz::some_header();
  reading.header->page_index = static_cast<std::uint32_t>(page);
  report.plate = reading.header->plate;
  const std::size_t count = reading.header->codewords;
  reading.payload.resize(count * std::size_t{format::kPayloadBytes});
  for (std::size_t c = 0; c < count; ++c) {
    reading.outcomes.push_back({static_cast<std::uint8_t>(c % 3 != 1), 0,
                                static_cast<std::uint16_t>(7 * c), static_cast<std::int32_t>(c)});
    if (c % 3 == 1) continue;
    for (std::size_t k = 0; k < std::size_t{format::kPayloadBytes}; ++k)
      reading.payload[c * std::size_t{format::kPayloadBytes} + k] =
          static_cast<std::uint8_t>(field * 31 + static_cast<std::int64_t>(c * 7 + k));
  }
  return record;
}

void expect_equal(const FieldRecord& a, const FieldRecord& b) {
  const FieldReport& x = a.reading.report;
  const FieldReport& y = b.reading.report;
  EXPECT_EQ(a.pixels, b.pixels);
  EXPECT_EQ(a.reading.times.seconds, b.reading.times.seconds);
  EXPECT_EQ(x.field, y.field);
  EXPECT_EQ(x.source, y.source);
  EXPECT_EQ(x.reason, y.reason);
  EXPECT_EQ(x.page_found, y.page_found);
  EXPECT_EQ(x.drift_px, y.drift_px);
  EXPECT_EQ(x.frame_faults, y.frame_faults);
  ASSERT_EQ(x.lost_frames.size(), y.lost_frames.size());
  for (std::size_t k = 0; k < x.lost_frames.size(); ++k) {
    EXPECT_EQ(x.lost_frames[k].frame, y.lost_frames[k].frame);
    EXPECT_EQ(x.lost_frames[k].reason, y.lost_frames[k].reason);
  }
  EXPECT_EQ(x.pitch_px, y.pitch_px);
  EXPECT_EQ(x.turns, y.turns);
  EXPECT_EQ(x.page, y.page);
  EXPECT_EQ(x.plate, y.plate);
  EXPECT_EQ(a.reading.header, b.reading.header);
  EXPECT_EQ(a.reading.payload, b.reading.payload);
  ASSERT_EQ(a.reading.outcomes.size(), b.reading.outcomes.size());
  for (std::size_t c = 0; c < a.reading.outcomes.size(); ++c) {
    EXPECT_EQ(a.reading.outcomes[c].decoded, b.reading.outcomes[c].decoded);
    EXPECT_EQ(a.reading.outcomes[c].iterations, b.reading.outcomes[c].iterations);
    EXPECT_EQ(a.reading.outcomes[c].bits_flipped, b.reading.outcomes[c].bits_flipped);
  }
}

class Journal : public ::testing::Test {
 protected:
  std::filesystem::path path() const { return folder_.path() / "journal"; }
  /// Fields 0 to `count` - 1, every third without a page; where each record ends.
  std::vector<std::uintmax_t> write(std::int64_t count) {
    auto journal = JobJournal::open(path(), kJob);
    EXPECT_TRUE(journal.has_value()) << journal.error().message;
    std::vector<std::uintmax_t> ends{std::filesystem::file_size(path())};
    for (std::int64_t field = 0; field < count; ++field) {
      const auto kept = journal.value().record(wanted(field));
      EXPECT_TRUE(kept.has_value()) << kept.error().message;
      ends.push_back(std::filesystem::file_size(path()));
    }
    return ends;
  }
  static FieldRecord wanted(std::int64_t field) {
    return record_of(field, field % 3 == 2 ? -1 : static_cast<std::int32_t>(field % 2));
  }
  void expect_holds(const JobJournal& journal, std::int64_t count) {
    const auto fields = journal.recorded();
    ASSERT_EQ(fields.size(), static_cast<std::size_t>(count));
    for (std::int64_t k = 0; k < count; ++k) {
      EXPECT_EQ(fields[static_cast<std::size_t>(k)].field, k);
      const auto record = journal.recall(k);
      ASSERT_TRUE(record.has_value()) << record.error().message;
      expect_equal(record.value(), wanted(k));
    }
  }

  test::TemporaryFolder folder_;
};

TEST_F(Journal, HasWhatWasRecordedOnceItIsOpenedAgain) {
  write(6);
  auto journal = JobJournal::open(path(), kJob);
  ASSERT_TRUE(journal.has_value()) << journal.error().message;
  EXPECT_EQ(journal.value().cut_bytes(), 0U);
  expect_holds(journal.value(), 6);
  EXPECT_FALSE(journal.value().recorded()[2].plate.has_value());
  EXPECT_EQ(journal.value().recorded()[1].plate, fuzz::some_header().plate);
}

TEST_F(Journal, CutShortAtAnyByteHasEveryRecordThatIsWholeAndGoesOn) {
  const auto ends = write(4);
  const std::string whole = read_whole_file(path(), std::size_t{1} << 26).value();
  std::int64_t records = 0;
  for (std::uintmax_t size = ends[0]; size <= whole.size(); size += size % 97 + 1) {
    while (records < 4 && ends[static_cast<std::size_t>(records) + 1] <= size) ++records;
    ASSERT_TRUE(write_whole_file(path(), std::string_view(whole).substr(0, size), true));
    auto journal = JobJournal::open(path(), kJob);
    ASSERT_TRUE(journal.has_value()) << journal.error().message;
    ASSERT_EQ(journal.value().records(), static_cast<std::uint64_t>(records)) << size;
    EXPECT_EQ(journal.value().cut_bytes(), size - ends[static_cast<std::size_t>(records)]);
    ASSERT_TRUE(journal.value().record(wanted(records)));
    expect_holds(journal.value(), records + 1);
  }
}

TEST_F(Journal, ChangedBytesCostTheirRecordAndZerosBehindTheEndAreCutOff) {
  constexpr std::size_t kLead = 16;  // without it the end of its record is not known
  const auto ends = write(3);
  const std::string whole = read_whole_file(path(), std::size_t{1} << 26).value();
  for (std::size_t k = ends[1]; k < ends[2]; k += 41) {
    std::string changed = whole;
    changed[k] = static_cast<char>(changed[k] ^ 0x10);
    ASSERT_TRUE(write_whole_file(path(), changed, true));
    auto journal = JobJournal::open(path(), kJob);
    ASSERT_TRUE(journal.has_value());
    const auto kept = journal.value().recorded();
    ASSERT_EQ(kept.size(), k < ends[1] + kLead ? 1U : 2U) << "byte " << k;
    EXPECT_EQ(kept.front().field, 0);
    EXPECT_EQ(kept.back().field, k < ends[1] + kLead ? 0 : 2) << "byte " << k;
  }
  ASSERT_TRUE(write_whole_file(path(), whole + std::string(4096, '\0'), true));
  auto journal = JobJournal::open(path(), kJob);
  ASSERT_TRUE(journal.has_value());
  EXPECT_EQ(journal.value().cut_bytes(), 4096U);
  expect_holds(journal.value(), 3);
}

TEST_F(Journal, OfAnotherJobVersionOrKindIsRefusedAndLeftAlone) {
  write(2);
  const std::string whole = read_whole_file(path(), std::size_t{1} << 26).value();
  const auto expect_refused = [&](const std::string& bytes, const JobId& job, const char* why) {
    ASSERT_TRUE(write_whole_file(path(), bytes, true));
    const auto journal = JobJournal::open(path(), job);
    ASSERT_FALSE(journal.has_value());
    EXPECT_EQ(journal.error().code, ErrorCode::kBadInput);
    EXPECT_NE(journal.error().message.find(why), std::string::npos) << journal.error().message;
    EXPECT_EQ(read_whole_file(path(), std::size_t{1} << 26).value(), bytes);
  };
  expect_refused(whole, JobId{9}, "another job");
  std::string newer = whole;
  newer[16] = 2;
  expect_refused(newer, kJob, "version 2");
  expect_refused("letters of a friend, longer than a journal's header is", kJob, "no journal");
  expect_refused("", kJob, "no journal");
}

TEST_F(Journal, WithoutANameServesTheProcessAlone) {
  auto journal = JobJournal::temporary(folder_.path());
  ASSERT_TRUE(journal.has_value()) << journal.error().message;
  for (const std::int64_t field : {3, 0, 2, 1}) ASSERT_TRUE(journal.value().record(wanted(field)));
  expect_holds(journal.value(), 4);
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(Journal, OfAFieldThatWasReadTwiceTheFirstRecordCounts) {
  auto journal = JobJournal::open(path(), kJob);
  ASSERT_TRUE(journal.has_value());
  ASSERT_TRUE(journal.value().record(wanted(0)));
  FieldRecord other = wanted(0);
  other.reading.report.reason = "read again";
  ASSERT_TRUE(journal.value().record(other));
  EXPECT_EQ(journal.value().records(), 2U);
  expect_holds(journal.value(), 1);
  auto again = JobJournal::read(path(), kJob);
  ASSERT_TRUE(again.has_value());
  expect_holds(again.value(), 1);
}

}  // namespace
}  // namespace ostracon::io
