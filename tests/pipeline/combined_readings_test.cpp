// Readings of one page that are too weak alone and enough together.

#include <tbb/global_control.h>

#include <algorithm>

#include "io/report_file.hpp"
#include "io/soft_folder.hpp"
#include "tests/io/temporary_folder.hpp"
#include "tests/pipeline/memory_scan.hpp"
#include "tests/support/remote_backend.hpp"

namespace ostracon::test {
namespace {

using io::SoftFolders;
using io::test::TemporaryFolder;

/// One data page and a parity page, of which one scan gives 62 electrons a module: 97 are wanted.
class CombinedReadings : public ::testing::Test {
 protected:
  static constexpr double kWeak = 62;

  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(auto plate, KnownPlate::write(384, 384, format::Rate::kFourFifths, 1));
    plate_ = std::make_unique<KnownPlate>(std::move(plate));
    ASSERT_OK_AND_ASSIGN(first_, weak_scan(1));
    ASSERT_OK_AND_ASSIGN(second_, weak_scan(2));
  }
  Result<std::vector<MemoryField>> weak_scan(std::uint64_t seed) {
    OSTRACON_TRY_ASSIGN(
        const auto profile,
        typical_with(
            {{"sigma", 0.3}, {"dose", kWeak}, {"damage", 0}, {"shading", 0}, {"frames", 2}}));
    return scan(*plate_, profile, {0, 1}, seed);
  }
  /// With soft pages of `earlier` folders; kept in `keep` unless that is empty.
  Result<Recovered> read(std::vector<MemoryField> fields, std::vector<std::string> earlier = {},
                         const std::string& keep = "", std::int32_t lanes = 0) {
    io::SoftFolderOptions folders{.earlier = {}, .keep = {}, .spool = folder_.path()};
    for (const std::string& name : earlier) folders.earlier.push_back(folder_ / name);
    if (!keep.empty()) folders.keep = folder_ / keep;
    OSTRACON_TRY_ASSIGN(const auto soft, SoftFolders::open(folders));
    RecoverOptions options;
    options.soft_pages = soft.get();
    options.lanes = lanes;
    MemoryScan source(std::move(fields));
    auto recovered = recover_from(source, options);
    remarks_ = soft->remarks(plate_->uuid());
    return recovered;
  }
  std::uint64_t lost_of(const Recovered& recovered) {
    expect_nothing_wrong(*plate_, recovered);
    return recovered.result.report.codewords_lost;
  }
  std::uint64_t all() const {
    return static_cast<std::uint64_t>(plate_->plan().layout().codewords());
  }

  TemporaryFolder folder_;
  std::unique_ptr<KnownPlate> plate_;
  std::vector<MemoryField> first_, second_;
  std::vector<std::string> remarks_;
};

TEST_F(CombinedReadings, OfTwoScansReadWhatNeitherReads) {
  ASSERT_OK_AND_ASSIGN(const auto alone, read(first_, {}, "soft"));
  EXPECT_EQ(lost_of(alone), all());
  ASSERT_OK_AND_ASSIGN(const auto other, read(second_));
  EXPECT_EQ(lost_of(other), all());
  ASSERT_OK_AND_ASSIGN(const auto both, read(second_, {"soft"}));
  expect_whole(*plate_, both);
  for (std::size_t page = 0; page < 2; ++page)
    EXPECT_EQ(both.result.report.pages[page].readings, 2) << "page " << page;
  for (const FieldReport& field : both.result.report.fields) EXPECT_EQ(field.others, 1);
  EXPECT_TRUE(remarks_.empty());
}

TEST_F(CombinedReadings, OfFieldsThatOverlapInOneScanAreAddedUpInTheEnd) {
  std::vector<MemoryField> fields = first_;
  fields.insert(fields.end(), second_.begin(), second_.end());
  ASSERT_OK_AND_ASSIGN(const auto both, read(fields));
  expect_whole(*plate_, both);
  for (std::size_t page = 0; page < 2; ++page) {
    EXPECT_EQ(both.result.report.pages[page].readings, 2) << "page " << page;
    EXPECT_EQ(both.result.report.pages[page].combined, static_cast<std::int32_t>(all()));
  }
}

TEST_F(CombinedReadings, OfTheSameFramesAreOne) {
  std::vector<MemoryField> fields = first_;
  fields.insert(fields.end(), first_.begin(), first_.end());
  ASSERT_OK_AND_ASSIGN(const auto twice, read(fields, {}, "soft"));
  EXPECT_EQ(lost_of(twice), all());
  EXPECT_EQ(twice.result.report.pages[0].readings, 1);
  ASSERT_OK_AND_ASSIGN(const auto again, read(first_, {"soft"}));
  EXPECT_EQ(lost_of(again), all());
  for (const FieldReport& field : again.result.report.fields) EXPECT_EQ(field.others, 0);
}

TEST_F(CombinedReadings, GiveWhatAnEarlierScanReadWhereThisOneShowsNothing) {
  ASSERT_OK_AND_ASSIGN(const auto good,
                       typical_with({{"sigma", 0.3}, {"dose", 300}, {"frames", 2}}));
  ASSERT_OK_AND_ASSIGN(auto whole, scan(*plate_, good, {0}, 3));
  ASSERT_OK_AND_ASSIGN(const auto earlier, read(std::move(whole), {}, "soft"));
  expect_whole(*plate_, earlier);
  ASSERT_OK_AND_ASSIGN(const auto later, read({second_[1]}, {"soft"}));
  expect_whole(*plate_, later);
  EXPECT_EQ(later.result.report.pages[0].readings, 1);
  EXPECT_TRUE(later.result.report.pages[0].fields.empty());
}

TEST_F(CombinedReadings, DependOnNeitherThreadsNorLanes) {
  ASSERT_OK_AND_ASSIGN(const auto alone, read(first_, {}, "soft"));
  std::vector<MemoryField> fields = second_;
  fields.push_back(first_[0]);
  fields.push_back(second_[1]);
  std::string report;
  for (const std::size_t threads : {1U, 2U})
    for (const std::int32_t lanes : {1, 3}) {
      const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, threads);
      const std::string keep = "kept" + std::to_string(threads) + std::to_string(lanes);
      ASSERT_OK_AND_ASSIGN(const auto both, read(fields, {"soft"}, keep, lanes));
      expect_whole(*plate_, both);
      RecoveryReport timeless = both.result.report;
      timeless.times = {};
      timeless.wall_seconds = 0;
      const std::string text = io::report_text(timeless, nullptr, "test");
      if (report.empty()) report = text;
      EXPECT_EQ(text, report) << threads << " threads, " << lanes << " lanes";
    }
}

TEST_F(CombinedReadings, AreTheSameWhereMemoryIsADevices) {
  ASSERT_OK_AND_ASSIGN(const auto alone, read(first_, {}, "soft"));
  ASSERT_OK_AND_ASSIGN(const auto on_host, read(second_, {"soft"}));
  ASSERT_OK_AND_ASSIGN(
      const auto soft,
      SoftFolders::open({.earlier = {folder_ / "soft"}, .keep = {}, .spool = folder_.path()}));
  RecoverOptions options;
  options.soft_pages = soft.get();
  RemoteDevice device;
  MemoryScan source(second_);
  Recovered remote;
  ASSERT_OK_AND_ASSIGN(remote.result, recover(
                                          source, [&] { return RemoteBackend::create(device); },
                                          remote.store, options));
  expect_whole(*plate_, remote);
  EXPECT_EQ(remote.store.bytes(), on_host.store.bytes());
  EXPECT_EQ(device.free_bytes, std::numeric_limits<std::int64_t>::max()) << "all is given back";
}

TEST_F(CombinedReadings, ThatClaimToBeCertainAndAreWrongAreNotBelieved) {
  ASSERT_OK_AND_ASSIGN(
      const auto good,
      typical_with({{"sigma", 0.3}, {"dose", 110}, {"damage", 0}, {"shading", 0}}));
  ASSERT_OK_AND_ASSIGN(auto fields, scan(*plate_, good, {0, 1}, 3));
  ASSERT_OK_AND_ASSIGN(
      const auto soft,
      SoftFolders::open({.earlier = {}, .keep = folder_ / "lies", .spool = folder_.path()}));
  for (const std::uint32_t page : {0U, 1U}) {
    SoftPage lie{.header = plate_->plan().header(page), .reading = 1, .bits = {}};
    lie.bits.resize(soft_bits_of(lie.header));
    for (std::size_t i = 0; i < lie.bits.size(); ++i)
      lie.bits[i] = i * i % 7 < 3 ? Llr{127} : Llr{-127};
    ASSERT_TRUE(soft->put(lie).has_value());
  }
  ASSERT_OK_AND_ASSIGN(const auto lied_to, read(fields, {"lies"}));
  expect_whole(*plate_, lied_to);
}

}  // namespace
}  // namespace ostracon::test
