#include "bench/dose_curve/record_store.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace ostracon::bench {
namespace {

class RecordStoreTest : public ::testing::Test {
 protected:
  RecordStoreTest() {
    path_ = std::filesystem::temp_directory_path() /
            ("dose-records-" + std::to_string(getpid()) + "-" +
             ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove(path_);
  }
  ~RecordStoreTest() override { std::filesystem::remove(path_); }

  static PageRecord record(std::int32_t page, std::int32_t lost) {
    PageRecord made;
    made.page = page;
    made.codewords = 152;
    made.lost = lost;
    made.linear_lost = lost + 5;
    made.turns = 3;
    made.zone_lost = {lost, 0, 0, 0};
    made.mutual_information = 0.885;
    made.cpu_seconds = 2.5;
    return made;
  }
  void append(const std::string& text) const {
    std::ofstream(path_, std::ios::app | std::ios::binary) << text;
  }

  std::filesystem::path path_;
};

TEST_F(RecordStoreTest, GivesBackWhatAnEarlierRunWrote) {
  Point point;
  point.reader = "one";
  {
    auto store = RecordStore::open(path_);
    ASSERT_TRUE(store);
    ASSERT_TRUE(store.value()->describe(point));
    ASSERT_TRUE(store.value()->add(point.key(), 415, record(3, 2)));
    SplitRecord split;
    split.page = 1;
    split.values["blind"] = 0.8125;
    ASSERT_TRUE(store.value()->add(point.key(), 415, split));
  }
  auto store = RecordStore::open(path_);
  ASSERT_TRUE(store) << store.error().message;
  const auto found = store.value()->page(point.key(), 415, 3);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->codewords, 152);
  EXPECT_EQ(found->lost, 2);
  EXPECT_EQ(found->linear_lost, 7);
  EXPECT_EQ(found->turns, 3);
  EXPECT_EQ(found->zone_lost, (std::vector<std::int32_t>{2, 0, 0, 0}));
  EXPECT_EQ(found->mutual_information, 0.885);
  ASSERT_TRUE(store.value()->split(point.key(), 415, 1));
  EXPECT_EQ(store.value()->split(point.key(), 415, 1)->values.at("blind"), 0.8125);
  EXPECT_FALSE(store.value()->page(point.key(), 416, 3));
  EXPECT_FALSE(store.value()->page(point.key(), 415, 4));
}

TEST_F(RecordStoreTest, MendsALineThatWasCutShort) {
  {
    auto store = RecordStore::open(path_);
    ASSERT_TRUE(store);
    ASSERT_TRUE(store.value()->add("a", 1, record(0, 0)));
  }
  append(R"({"point":"a","step":1,"pa)");
  {
    auto store = RecordStore::open(path_);
    ASSERT_TRUE(store) << store.error().message;
    ASSERT_TRUE(store.value()->add("a", 1, record(1, 1)));
  }
  auto store = RecordStore::open(path_);
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_TRUE(store.value()->page("a", 1, 0));
  EXPECT_TRUE(store.value()->page("a", 1, 1));
}

TEST_F(RecordStoreTest, RefusesAFileThatIsNoRecord) {
  append("{\"point\":\"a\",\"step\":\"x\"}\n");
  const auto store = RecordStore::open(path_);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::kBadInput);
  EXPECT_NE(store.error().message.find("line 1"), std::string::npos);
}

TEST_F(RecordStoreTest, TellsPointsApartByEverythingButTheDose) {
  Point one, other;
  one.reader = other.reader = "r";
  EXPECT_EQ(one.key(), other.key());
  other.profile.noise.electrons_per_module = 99;
  EXPECT_EQ(one.key(), other.key());
  other.profile.scan.frames = 4;
  EXPECT_NE(one.key(), other.key());
  other = one;
  other.seed = 2;
  EXPECT_NE(one.key(), other.key());
  other = one;
  other.reader = "another";
  EXPECT_NE(one.key(), other.key());
  other = one;
  other.told = Told::kMap;
  EXPECT_NE(one.key(), other.key());
  other.told = Told::kNothing;
  other.most_turns = 0;
  EXPECT_NE(one.key(), other.key());
}

}  // namespace
}  // namespace ostracon::bench
