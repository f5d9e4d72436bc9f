#include <gtest/gtest.h>

#include <cmath>

#include "bench/awgn_limit.hpp"
#include "bench/ldpc_bler_plot.hpp"
#include "bench/ldpc_bler_summary.hpp"

namespace ostracon::bench {
namespace {

using format::Rate;

BlerSeries::Entry entry(double es_n0_db, std::int64_t codewords, std::int64_t failed) {
  BlerCounts counts;
  counts.codewords = codewords;
  counts.failed = failed;
  return {es_n0_db, counts};
}

/// Falls by a factor of 100 in 0.1 dB.
BlerSeries falling_series() {
  return {{}, 0.0, {entry(1.9, 1000000, 10), entry(1.7, 1000, 100), entry(1.8, 100000, 100)}};
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

TEST(AwgnLimit, IsThatOfTheLiterature) {
  EXPECT_NEAR(awgn_capacity(-30), 1e-3 / std::log(2.0), 1e-5);  // Es/N0 / ln 2 in much noise
  EXPECT_NEAR(awgn_capacity(15), 1.0, 1e-9);
  // The Shannon limits of binary signalling in Eb/N0: 0.187 dB at rate 1/2, -0.495 at 1/3, 2.040 at
  // 0.8 (Richardson and Urbanke, Modern Coding Theory, and tables of DVB-S2 papers).
  EXPECT_NEAR(awgn_limit_db(Rate::kOneHalf, 0) + 10 * std::log10(2.0), 0.187, 1e-3);
  EXPECT_NEAR(awgn_limit_db(Rate::kOneThird, 0) + 10 * std::log10(3.0), -0.495, 1e-3);
  EXPECT_NEAR(awgn_limit_db(Rate::kFourFifths, 0) + 10 * std::log10(1.25), 2.040, 1e-3);
  EXPECT_NEAR(awgn_capacity(awgn_limit_db(Rate::kFourFifths, 0.02)) * 0.98, 0.8, 1e-9);
}

TEST(BlerSeries, InterpolatesTheLogarithmOfTheErrorRateBetweenPointsInAnyOrder) {
  const BlerSeries series = falling_series();
  ASSERT_TRUE(series.es_n0_at(1e-2));
  EXPECT_NEAR(*series.es_n0_at(1e-2), 1.75, 1e-9);
  EXPECT_NEAR(*series.es_n0_at(1e-4), 1.85, 1e-9);
  EXPECT_NEAR(*series.es_n0_at(1e-3), 1.8, 1e-9);
}

TEST(BlerSeries, DoesNotGuessBeyondItsPointsOrFromAPointWithoutFailures) {
  BlerSeries series = falling_series();
  EXPECT_FALSE(series.es_n0_at(0.5));
  EXPECT_FALSE(series.es_n0_at(1e-6));
  series.entries.push_back(entry(2.0, 1000000, 0));
  EXPECT_FALSE(series.es_n0_at(1e-6));
}

TEST(BlerCounts, ExpectsTheShareOfFailuresThatACrcOf24BitsLetsThrough) {
  EXPECT_DOUBLE_EQ(expected_wrong(entry(0, 1 << 25, 1 << 24).counts), 1.0);
}

TEST(CountFailures, DependsOnTheSeedAndNotOnTheThreads) {
  BlerTrial trial;
  trial.decoder = {.min_sum_iterations = 4, .box_plus_iterations = 4, .retry_iterations = 4};
  trial.codewords = 300;
  trial.most_failures = 60;
  trial.threads = 1;
  const BlerPoint point{2.0, 0.01};
  const auto alone = count_failures(point, trial);
  trial.threads = 3;
  const auto together = count_failures(point, trial);
  trial.seed = 2;
  const auto other = count_failures(point, trial);
  ASSERT_TRUE(alone && together && other);
  EXPECT_EQ(alone.value().codewords, together.value().codewords);
  EXPECT_EQ(alone.value().failed, together.value().failed);
  EXPECT_EQ(alone.value().flipped, together.value().flipped);
  EXPECT_EQ(alone.value().iterations, together.value().iterations);
  EXPECT_NE(alone.value().flipped, other.value().flipped);
  EXPECT_GE(alone.value().failed, 60);  // some fail, which is what ends the point
  EXPECT_LT(alone.value().failed, alone.value().codewords);
  EXPECT_LT(alone.value().codewords, 300);
  EXPECT_EQ(alone.value().wrong, 0);
}

TEST(CountFailures, CountsEveryCodewordOnceInTheHistogram) {
  BlerTrial trial;
  trial.codewords = 100;
  trial.threads = 1;
  const auto counts = count_failures({3.0, 0}, trial);
  ASSERT_TRUE(counts);
  EXPECT_EQ(counts.value().codewords, 128);  // whole batches
  EXPECT_EQ(counts.value().failed, 0);
  std::int64_t sum = 0;
  for (const std::int64_t n : counts.value().iterations) sum += n;
  EXPECT_EQ(sum, 128);
  EXPECT_GT(counts.value().mean_iterations(), 2.0);
  EXPECT_LT(counts.value().mean_iterations(), 10.0);
}

TEST(CountFailures, RefusesWhatCannotBeTried) {
  BlerTrial trial;
  trial.codewords = 0;
  EXPECT_FALSE(count_failures({2.0, 0}, trial));
  trial.codewords = 64;
  trial.decoder.min_sum_iterations = 0;
  EXPECT_FALSE(count_failures({2.0, 0}, trial));
}

TEST(BlerPlot, ShowsEveryPointAndTheLimitOfEverySeries) {
  BlerSeries second = falling_series();
  second.erased = 0.02;
  second.entries.push_back(entry(2.0, 1000, 0));
  const std::string svg = bler_plot({falling_series(), second});
  EXPECT_EQ(svg.rfind("<svg ", 0), 0U);
  EXPECT_EQ(count(svg, "<polyline"), 2U);
  EXPECT_EQ(count(svg, "<circle"), 7U);
  EXPECT_EQ(count(svg, R"(fill="white"/>)"), 2U);  // the paper and the point without a failure
  EXPECT_EQ(count(svg, "stroke-dasharray"), 2U);
  EXPECT_NE(svg.find("rate 0.8, 2 % erased"), std::string::npos);
  EXPECT_NE(svg.find("1e-4 at 1.85 dB, 0.78 above capacity"), std::string::npos);
}

TEST(BlerSummary, SaysNullWhereARateWasNotReached) {
  const std::string text = series_json(falling_series());
  EXPECT_NE(text.find(R"("es_n0_db_at_1e-4":1.85)"), std::string::npos);
  EXPECT_NE(text.find(R"("gap_db_at_1e-4":0.779)"), std::string::npos);
  BlerSeries cut = falling_series();
  cut.entries.erase(cut.entries.begin());
  EXPECT_NE(series_json(cut).find(R"("gap_db_at_1e-4":null)"), std::string::npos);
}

}  // namespace
}  // namespace ostracon::bench
