// Job folders, shares and locks.
#include "io/job_folder.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "io/file_lock.hpp"
#include "io/job_shares.hpp"
#include "tests/io/temporary_folder.hpp"

namespace ostracon::io {
namespace {

JobDescription description_of(std::int64_t fields) {
  return {{{"/scans/a.h5", 1000, 5}, {"/scans/b.h5", 2000, 6}}, fields, {}, {}};
}

FieldRecord dark_field(std::int64_t field) {
  FieldRecord record;
  record.reading.report.field = field;
  record.reading.report.reason = "dark";
  return record;
}

TEST(JobShareTest, SharesAreDisjointAndEqualWithinOneField) {
  for (const std::int64_t fields : {0, 1, 7, 64, 1000003})
    for (const std::int64_t count : {1, 2, 3, 64}) {
      std::int64_t at = 0;
      for (std::int64_t index = 1; index <= count; ++index) {
        const JobShare share{index, count};
        EXPECT_EQ(share.begin(fields), at);
        at = share.end(fields);
        EXPECT_GE(at - share.begin(fields), fields / count);
        EXPECT_LE(at - share.begin(fields), fields / count + 1);
      }
      EXPECT_EQ(at, fields);
    }
}

TEST(JobDescriptionTest, IsReadAsItWasWritten) {
  JobDescription description = description_of(77);
  description.share = {2, 5};
  description.read_as = "--axes y,x";
  const auto read = parse_description(description_text(description), "job.json");
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(read.value().inputs, description.inputs);
  EXPECT_EQ(read.value().fields, 77);
  EXPECT_EQ(read.value().share, description.share);
  EXPECT_EQ(read.value().read_as, description.read_as);
  EXPECT_TRUE(difference(read.value(), description).empty());
}

TEST(JobDescriptionTest, ReadInAnotherWayIsAnotherJob) {
  const JobDescription then = description_of(77);
  JobDescription now = then;
  now.read_as = "--axes y,x";
  EXPECT_NE(difference(then, now).find("now with '--axes y,x'"), std::string::npos);
  const auto id_then = then.id(), id_now = now.id();
  ASSERT_TRUE(id_then.has_value() && id_now.has_value());
  EXPECT_NE(id_then.value(), id_now.value());
}

TEST(JobDescriptionTest, WhatIsNoneIsRefusedWithTheReason) {
  for (const auto& [text, why] : std::initializer_list<std::pair<const char*, const char*>>{
           {"", "not valid JSON"},
           {"[]", "no JSON object"},
           {R"({"format": "ostracon-report"})", "not 'ostracon-job'"},
           {R"({"format": "ostracon-job", "version": 2})", "version 2"},
           {R"({"format": "ostracon-job", "version": 1, "fields": -1})", "'fields'"},
           {R"({"format": "ostracon-job", "version": 1, "fields": 1, "inputs": 3})", "'inputs'"},
           {R"({"format": "ostracon-job", "version": 1, "fields": 1, "inputs": []})", "'share'"},
           {R"({"format": "ostracon-job", "version": 1, "fields": 1, "inputs": [],
                "share": {"index": 3, "count": 2}})",
            "share 3 of 2"},
           {R"({"format": "ostracon-job", "version": 1, "fields": 1, "inputs": [7],
                "share": {"index": 1, "count": 2}})",
            "no JSON object"}}) {
    const auto read = parse_description(text, "job.json");
    ASSERT_FALSE(read.has_value()) << text;
    EXPECT_EQ(read.error().code, ErrorCode::kBadInput);
    EXPECT_NE(read.error().message.find(why), std::string::npos) << read.error().message;
  }
}

TEST(FileLockTest, IsHeldOnceUntilItGoes) {
  const test::TemporaryFolder folder;
  {
    const auto first = FileLock::acquire(folder / "lock");
    ASSERT_TRUE(first.has_value()) << first.error().message;
    const auto second = FileLock::acquire(folder / "lock");
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code, ErrorCode::kExists);
    EXPECT_NE(second.error().message.find("process " + std::to_string(::getpid())),
              std::string::npos)
        << second.error().message;
  }
  EXPECT_TRUE(FileLock::acquire(folder / "lock").has_value());
}

TEST(JobFolderTest, OfSeveralProcessesHasWhatAllOfThemHaveRead) {
  const test::TemporaryFolder folder;
  const auto description = description_of(5);
  auto first = JobFolder::begin(folder / "job", description, false);
  ASSERT_TRUE(first.has_value()) << first.error().message;
  EXPECT_EQ(first.value().unread(), (std::vector<std::int64_t>{0, 1, 2, 3, 4}));
  {
    auto other = JobFolder::join(folder / "job", description, 3);
    ASSERT_TRUE(other.has_value()) << other.error().message;
    ASSERT_TRUE(first.value().record(dark_field(0)));
    ASSERT_TRUE(other.value().record(dark_field(1)));
    ASSERT_TRUE(other.value().record(dark_field(3)));
  }
  ASSERT_TRUE(first.value().look_again());
  EXPECT_EQ(first.value().unread(), (std::vector<std::int64_t>{2, 4}));
  EXPECT_EQ(first.value().records(), 3U);
  const auto read = first.value().recall(3);
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(read.value().reading.report.reason, "dark");
  EXPECT_FALSE(first.value().recall(2).has_value());
  const auto second = JobFolder::begin(folder / "job", description, true);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::kExists);
}

TEST(JobFolderTest, LeftAtAnyStageOfItsBeginningCanBeBegunAgain) {
  const test::TemporaryFolder folder;
  std::filesystem::create_directory(folder / "job");
  test::write_file(folder / "job/lock", "");
  test::write_file(folder / "job/.ostracon-1-0.tmp", "half a descr");
  {
    auto job = JobFolder::begin(folder / "job", description_of(2), false);
    ASSERT_TRUE(job.has_value()) << job.error().message;
    EXPECT_FALSE(std::filesystem::exists(folder / "job/.ostracon-1-0.tmp"));
    ASSERT_TRUE(job.value().record(dark_field(1)));
  }
  EXPECT_FALSE(JobFolder::begin(folder / "job", description_of(2), false).has_value());
  const auto other = JobFolder::begin(folder / "job", description_of(3), true);
  ASSERT_FALSE(other.has_value());
  EXPECT_EQ(other.error().code, ErrorCode::kInvalidArgument);
  const auto job = JobFolder::begin(folder / "job", description_of(2), true);
  ASSERT_TRUE(job.has_value()) << job.error().message;
  EXPECT_EQ(job.value().unread(), std::vector<std::int64_t>{0});
}

TEST(JobSharesTest, NameTheFieldsThatNobodyHasRead) {
  const test::TemporaryFolder folder;
  for (const std::int64_t index : {1, 3}) {
    auto description = description_of(10);
    description.share = {index, 5};
    auto job = JobFolder::begin(folder / std::to_string(index), description, false);
    ASSERT_TRUE(job.has_value()) << job.error().message;
    for (const std::int64_t field : job.value().unread())
      ASSERT_TRUE(job.value().record(dark_field(field)));
  }
  const auto shares = JobShares::open({folder / "1", folder / "3"});
  ASSERT_TRUE(shares.has_value()) << shares.error().message;
  EXPECT_EQ(shares.value().missing(), "fields 2 to 3, fields 6 to 9");
  EXPECT_EQ(shares.value().recorded().size(), 4U);
  EXPECT_EQ(shares.value().recall(5).value().reading.report.field, 5);
  EXPECT_FALSE(JobShares::open({folder / "1", folder / "2"}).has_value());
}

}  // namespace
}  // namespace ostracon::io
