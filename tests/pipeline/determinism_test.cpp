// What the result must not depend on: threads, lanes, the order of the fields.

#include <tbb/global_control.h>

#include <algorithm>
#include <string>

#include "io/report_file.hpp"
#include "tests/pipeline/memory_scan.hpp"

namespace ostracon::test {
namespace {

/// The whole report as text, times apart.
std::string timeless(RecoveryReport report) {
  report.times = {};
  report.wall_seconds = 0;
  return io::report_text(report, nullptr, "test");
}

Result<std::vector<MemoryField>> short_scan(const KnownPlate& plate,
                                            const std::vector<std::uint32_t>& pages = {}) {
  OSTRACON_TRY_ASSIGN(const auto profile, typical_with({{"frames", 2}}));
  return scan(plate, profile, pages);
}

TEST(Determinism, ThreadsAndLanesChangeNothing) {
  ASSERT_OK_AND_ASSIGN(const auto plate, KnownPlate::write(256, 256, format::Rate::kFourFifths, 3));
  ASSERT_OK_AND_ASSIGN(auto fields, short_scan(plate));
  fields.push_back(fields.front());                          // a field twice
  fields.erase(fields.begin() + 1);                          // a page that has to be restored
  fields.push_back(cropped(fields.back(), 0, 300, 0, 300));  // and another shape
  MemoryScan source(std::move(fields));
  std::string report;
  std::vector<std::uint8_t> bytes;
  for (const std::size_t threads : {1U, 2U})
    for (const std::int32_t lanes : {0, 1, 2, 3}) {
      const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, threads);
      RecoverOptions options;
      options.lanes = lanes;
      ASSERT_OK_AND_ASSIGN(const auto recovered, recover_from(source, options));
      if (report.empty()) {
        expect_whole(plate, recovered);
        report = timeless(recovered.result.report);
        bytes = recovered.store.bytes();
        continue;
      }
      EXPECT_EQ(timeless(recovered.result.report), report)
          << threads << " threads, " << lanes << " lanes";
      EXPECT_EQ(recovered.store.bytes(), bytes) << threads << " threads, " << lanes << " lanes";
    }
}

TEST(Determinism, FieldsMayComeInAnyOrder) {
  ASSERT_OK_AND_ASSIGN(const auto plate, KnownPlate::write(256, 256, format::Rate::kFourFifths, 3));
  const std::vector<std::uint32_t> order{4, 1, 3, 0, 2};
  ASSERT_OK_AND_ASSIGN(auto fields, short_scan(plate, order));
  MemoryScan source(std::move(fields));
  ASSERT_OK_AND_ASSIGN(const auto recovered, recover_from(source));
  expect_whole(plate, recovered);
  const RecoveryReport& report = recovered.result.report;
  ASSERT_EQ(report.fields.size(), order.size());
  for (std::size_t k = 0; k < order.size(); ++k) {
    EXPECT_EQ(report.fields[k].field, static_cast<std::int64_t>(k));
    EXPECT_EQ(report.fields[k].page, static_cast<std::int32_t>(order[k]));
    EXPECT_EQ(report.pages[order[k]].fields, std::vector<std::int64_t>{static_cast<int>(k)});
  }
}

TEST(Determinism, PageSeenTwiceCountsOnceAndNamesBothFields) {
  ASSERT_OK_AND_ASSIGN(const auto plate, KnownPlate::write(256, 256, format::Rate::kFourFifths, 2));
  ASSERT_OK_AND_ASSIGN(auto fields, short_scan(plate, {0, 1, 0}));
  MemoryScan source(std::move(fields));
  ASSERT_OK_AND_ASSIGN(const auto recovered, recover_from(source));
  expect_whole(plate, recovered);
  EXPECT_EQ(recovered.result.report.plate.pages, 2U);
  EXPECT_EQ(recovered.result.report.pages[0].fields, (std::vector<std::int64_t>{0, 2}));
}

TEST(Determinism, ProgressNamesEveryFieldInOrderAndCountsItsPixels) {
  ASSERT_OK_AND_ASSIGN(const auto plate, KnownPlate::write(256, 256, format::Rate::kFourFifths, 1));
  ASSERT_OK_AND_ASSIGN(auto fields, short_scan(plate, {0, 1}));
  const std::uint64_t pixels = 2 * fields.front().shape.pixels_per_frame();
  MemoryScan source(std::move(fields));
  std::vector<std::uint64_t> seen;
  RecoverOptions options;
  options.progress = [&](std::int64_t done, std::int64_t total, std::uint64_t so_far) {
    seen.push_back(so_far);
    EXPECT_EQ(done, static_cast<std::int64_t>(seen.size()));
    EXPECT_EQ(total, 2);
  };
  ASSERT_OK_AND_ASSIGN(const auto recovered, recover_from(source, options));
  EXPECT_EQ(seen, (std::vector<std::uint64_t>{pixels, 2 * pixels}));
  EXPECT_EQ(recovered.result.report.pixels, 2 * pixels);
}

// The ADC's offset moves all counts: contrast (and with it the dose) is measured against it.
TEST(Determinism, BlackLevelChangesContrastAndNoByte) {
  ASSERT_OK_AND_ASSIGN(const auto plate, KnownPlate::write(256, 256, format::Rate::kFourFifths, 2));
  ASSERT_OK_AND_ASSIGN(const auto profile, typical_with({{"frames", 2}, {"offset", 40}}));
  ASSERT_OK_AND_ASSIGN(auto fields, scan(plate, profile, {0, 1}));
  MemoryScan source(std::move(fields));
  ASSERT_OK_AND_ASSIGN(const auto told, recover_from(source));
  for (MemoryField& field : source.all()) {
    ASSERT_EQ(field.black, 40);
    field.black = 0;
  }
  ASSERT_OK_AND_ASSIGN(const auto untold, recover_from(source));
  expect_whole(plate, told);
  expect_whole(plate, untold);
  for (std::size_t k = 0; k < 2; ++k) {
    const FieldReport& with = told.result.report.fields[k];
    const FieldReport& without = untold.result.report.fields[k];
    EXPECT_NEAR(static_cast<double>(with.contrast), 0.5, 0.05);
    EXPECT_LT(without.contrast, 0.8F * with.contrast);
    EXPECT_NEAR(static_cast<double>(without.pitch_px), static_cast<double>(with.pitch_px), 0.01);
    EXPECT_NEAR(static_cast<double>(without.rotation_deg), static_cast<double>(with.rotation_deg),
                0.01);
  }
}

}  // namespace
}  // namespace ostracon::test
