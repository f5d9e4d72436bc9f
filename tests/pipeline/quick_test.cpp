// The whole way of the data in as few pixels as it takes: what runs under the sanitizers.

#include <algorithm>
#include <cstdlib>

#include "tests/pipeline/memory_scan.hpp"
#include "tests/support/backend_test.hpp"

namespace ostracon::test {
namespace {

using format::Rate;

class QuickRecovery : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto backend = make_backend(tested_backends().front());
    if (backend) return;
    const bool may_skip =
        backend.error().code == ErrorCode::kUnavailable && !std::getenv("OSTRACON_REQUIRE_CUDA");
    if (may_skip) GTEST_SKIP() << backend.error().message;
    FAIL() << backend.error().message;
  }
};

TEST_F(QuickRecovery, RestoresALostPageAndPassesOverTwoFieldsWithoutOne) {
  ASSERT_OK_AND_ASSIGN(const auto plate, KnownPlate::write(256, 256, Rate::kFourFifths, 2));
  ASSERT_OK_AND_ASSIGN(const auto profile,
                       typical_with({{"frames", 2}, {"pixels-per-module", 2.5}}));
  ASSERT_OK_AND_ASSIGN(auto fields, scan(plate, profile, {0, 3}));
  fields.push_back(cropped(fields.front(), 0, 40, 0, 200));
  MemoryField blank = cropped(fields.front(), 0, 128, 0, 128);
  std::fill(blank.frames.begin(), blank.frames.end(), std::byte{0});
  fields.insert(fields.begin(), std::move(blank));
  MemoryScan source(std::move(fields));
  RecoverOptions options;
  options.lanes = 2;
  ASSERT_OK_AND_ASSIGN(const auto recovered, recover_from(source, options));
  expect_whole(plate, recovered);
  const RecoveryReport& report = recovered.result.report;
  EXPECT_FALSE(report.fields.front().page_found);
  EXPECT_FALSE(report.fields.back().page_found);
  for (const CodewordOutcome outcome : report.pages[1].outcomes)
    EXPECT_EQ(outcome, CodewordOutcome::kRestored);
}

TEST_F(QuickRecovery, ReadsOneFrameOfFloatsMirroredTurnedAndInverted) {
  ASSERT_OK_AND_ASSIGN(const auto plate, KnownPlate::write(256, 256, Rate::kOneHalf, 1));
  ASSERT_OK_AND_ASSIGN(
      const auto profile,
      typical_with({{"frames", 1}, {"bits", 32}, {"mirrored", 1}, {"turn", 270}, {"inverted", 1}}));
  ASSERT_OK_AND_ASSIGN(auto fields, scan(plate, profile, {0}));
  MemoryScan source(std::move(fields));
  ASSERT_OK_AND_ASSIGN(const auto recovered, recover_from(source));
  expect_whole(plate, recovered);
  EXPECT_TRUE(recovered.result.report.fields[0].mirrored);
  EXPECT_TRUE(recovered.result.report.fields[0].inverted);
}

// On the CPU these are the host's frames, not copied; on a device they are there before a lane is.
TEST_F(QuickRecovery, UsesFramesWhereTheyLieInTheBackendsMemory) {
  ASSERT_OK_AND_ASSIGN(const auto plate, KnownPlate::write(256, 256, Rate::kFourFifths, 1));
  ASSERT_OK_AND_ASSIGN(const auto profile,
                       typical_with({{"frames", 2}, {"pixels-per-module", 2.5}}));
  ASSERT_OK_AND_ASSIGN(auto fields, scan(plate, profile, {0}));
  const MemoryScan scan(std::move(fields));
  ASSERT_OK_AND_ASSIGN(const auto holder, make_backend(tested_backends().front()));
  ASSERT_OK_AND_ASSIGN(auto source, InPlaceScan::create(scan, holder->memory()));
  ASSERT_OK_AND_ASSIGN(const auto recovered, recover_from(source));
  expect_whole(plate, recovered);
  EXPECT_EQ(recovered.result.report.times[Stage::kUpload], 0);
}

}  // namespace
}  // namespace ostracon::test
