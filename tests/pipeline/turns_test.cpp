// Doses at which linear taps fail and the turns of cancellation and decoding do not.

#include "tests/pipeline/memory_scan.hpp"

namespace ostracon::test {
namespace {

/// A data page and a parity page without damage or shading, so that one dose holds for all zones.
Result<Recovered> read(Settings settings, const KnownPlate& plate) {
  settings.emplace_back("damage", 0);
  settings.emplace_back("shading", 0);
  OSTRACON_TRY_ASSIGN(const auto profile, typical_with(settings));
  OSTRACON_TRY_ASSIGN(auto fields, scan(plate, profile, {0, 1}));
  MemoryScan source(std::move(fields));
  return recover_from(source);
}

void expect_turns_read_what_taps_left(const Settings& settings, format::Rate rate,
                                      std::int32_t fewest_lost) {
  ASSERT_OK_AND_ASSIGN(const auto plate, KnownPlate::write(384, 384, rate, 1));
  ASSERT_OK_AND_ASSIGN(const auto recovered, read(settings, plate));
  expect_whole(plate, recovered);  // right bytes only, and nothing missing
  ASSERT_EQ(recovered.result.report.fields.size(), 2U);
  for (const FieldReport& field : recovered.result.report.fields) {
    ASSERT_TRUE(field.page_found) << field.reason;
    EXPECT_GE(field.linear_lost, fewest_lost) << "taps alone did: this test shows nothing";
    EXPECT_GE(field.turns, 1);
  }
  for (std::size_t page = 0; page < 2; ++page)  // the other parity page was not scanned
    for (const CodewordOutcome outcome : recovered.result.report.pages[page].outcomes)
      EXPECT_EQ(outcome, CodewordOutcome::kCorrected) << "page " << page;
}

TEST(Turns, ReadWhatTapsLeaveAtLittleBlur) {
  expect_turns_read_what_taps_left({{"sigma", 0.3}, {"dose", 97}}, format::Rate::kFourFifths, 6);
}

TEST(Turns, ReadWhatTapsLeaveAtMuchBlur) {
  expect_turns_read_what_taps_left({{"sigma", 0.5}, {"dose", 300}}, format::Rate::kFourFifths, 6);
}

TEST(Turns, ReadWhatTapsLeaveUnderBrightEdges) {
  expect_turns_read_what_taps_left(
      {{"sigma", 0.4}, {"contrast", 0.3}, {"edge-brightening", 0.5}, {"dose", 700}},
      format::Rate::kOneHalf, 5);
}

TEST(Turns, AreNotTakenWhereTapsDo) {
  ASSERT_OK_AND_ASSIGN(const auto plate, KnownPlate::write(256, 256, format::Rate::kFourFifths, 1));
  ASSERT_OK_AND_ASSIGN(const auto recovered, read({{"sigma", 0.3}, {"dose", 160}}, plate));
  expect_whole(plate, recovered);
  for (const FieldReport& field : recovered.result.report.fields) {
    EXPECT_EQ(field.linear_lost, 0);
    EXPECT_EQ(field.turns, 0);
  }
}

TEST(Turns, EndWhereNothingIsGainedAndNothingWrongIsBelieved) {
  ASSERT_OK_AND_ASSIGN(const auto plate, KnownPlate::write(256, 256, format::Rate::kFourFifths, 1));
  ASSERT_OK_AND_ASSIGN(const auto recovered, read({{"sigma", 0.3}, {"dose", 60}}, plate));
  for (const FieldReport& field : recovered.result.report.fields) {
    EXPECT_TRUE(field.page_found) << field.reason;
    EXPECT_GE(field.turns, 1);
    EXPECT_LE(field.turns, 24);
  }
  for (const PageReport& page : recovered.result.report.pages)
    for (const CodewordOutcome outcome : page.outcomes)
      EXPECT_TRUE(outcome == CodewordOutcome::kErased || outcome == CodewordOutcome::kLost);
  expect_nothing_wrong(plate, recovered);
}

}  // namespace
}  // namespace ostracon::test
