// Pages and halves of pages that are missing: what the outer code must give back, and what it must
// name as lost.

#include <algorithm>
#include <cmath>

#include "format/pn.hpp"
#include "tests/pipeline/memory_scan.hpp"

namespace ostracon::test {
namespace {

using format::Rate;

/// Noise over the columns [first, last) of every frame, with the first frame's mean and spread.
void cover(MemoryField& field, std::int32_t first, std::int32_t last) {
  auto* samples = reinterpret_cast<std::uint8_t*>(field.frames.data());
  double sum = 0, squares = 0;
  const std::size_t count = field.shape.pixels_per_frame();
  for (std::size_t i = 0; i < count; ++i) {
    sum += samples[i];
    squares += static_cast<double>(samples[i]) * samples[i];
  }
  const double mean = sum / static_cast<double>(count);
  const double sigma = std::sqrt(squares / static_cast<double>(count) - mean * mean);
  const auto cols = static_cast<std::size_t>(field.shape.cols);
  for (std::size_t i = 0; i < field.frames.size(); ++i) {
    const auto x = static_cast<std::int32_t>(i % cols);
    if (x < first || x >= last) continue;
    const double uniform = static_cast<double>(format::pn_word(5, i) >> 40) * 0x1p-24;
    const double value = mean + sigma * std::sqrt(12.0) * (uniform - 0.5);
    samples[i] = static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0));
  }
}
void cover_left(MemoryField& field) { cover(field, 0, field.shape.cols / 2); }
void cover_right(MemoryField& field) { cover(field, field.shape.cols / 2, field.shape.cols); }

/// One group: k = 5 data pages and m = 2 parity pages of 256 x 256 modules.
TEST(LostPages, AreAllRestoredUpToTheNumberOfParityPages) {
  ASSERT_OK_AND_ASSIGN(const auto plate, KnownPlate::write(256, 256, Rate::kFourFifths, 5));
  ASSERT_EQ(plate.plan().groups().groups, 1U);
  ASSERT_EQ(plate.plan().groups().parity_per_group, 2U);
  ASSERT_OK_AND_ASSIGN(const auto profile, typical_with({{"frames", 2}}));
  ASSERT_OK_AND_ASSIGN(auto fields, scan(plate, profile, {0, 2, 3, 5, 6}));
  MemoryScan source(std::move(fields));
  ASSERT_OK_AND_ASSIGN(const auto recovered, recover_from(source));
  expect_whole(plate, recovered);
  const RecoveryReport& report = recovered.result.report;
  ASSERT_EQ(report.groups.size(), 1U);
  EXPECT_EQ(report.groups[0].k, 5U);
  EXPECT_EQ(report.groups[0].m, 2U);
  for (const std::uint32_t erasures : report.groups[0].erasures) EXPECT_EQ(erasures, 2U);
  for (const std::uint32_t page : {1U, 4U}) {
    EXPECT_TRUE(report.pages[page].fields.empty());
    for (const CodewordOutcome outcome : report.pages[page].outcomes)
      EXPECT_EQ(outcome, CodewordOutcome::kRestored);
  }
}

TEST(LostPages, BeyondTheParityAreHolesOfExactlyTheirBytes) {
  ASSERT_OK_AND_ASSIGN(const auto plate, KnownPlate::write(256, 256, Rate::kFourFifths, 5));
  ASSERT_OK_AND_ASSIGN(const auto profile, typical_with({{"frames", 2}}));
  ASSERT_OK_AND_ASSIGN(auto fields, scan(plate, profile, {0, 2, 3, 5}));
  MemoryScan source(std::move(fields));
  ASSERT_OK_AND_ASSIGN(const auto recovered, recover_from(source));
  expect_nothing_wrong(plate, recovered);
  const std::uint64_t page_bytes = plate.plan().page_payload_bytes();
  const auto& holes = recovered.result.holes;
  ASSERT_EQ(holes.size(), 2U);
  EXPECT_EQ(holes[0].begin, page_bytes);
  EXPECT_EQ(holes[0].end, 2 * page_bytes);
  EXPECT_EQ(holes[1].begin, 4 * page_bytes);
  EXPECT_EQ(holes[1].end, plate.stream().size());
  for (const CodewordOutcome outcome : recovered.result.report.pages[1].outcomes)
    EXPECT_EQ(outcome, CodewordOutcome::kLost);
}

/// Pages of 512 x 512 modules have 2 x 2 zones: half a page lost leaves the codewords of the other
/// half whole. k = 3, m = 2.
class HalfPages : public ::testing::Test {
 protected:
  static constexpr std::uint32_t kData = 3;

  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(auto plate, KnownPlate::write(512, 512, Rate::kFourFifths, kData));
    plate_ = std::make_unique<KnownPlate>(std::move(plate));
    ASSERT_EQ(plate_->plan().groups().parity_per_group, 2U);
    ASSERT_EQ(plate_->plan().layout().codewords() % 4, 0);
    // Upright and centred, so that half a field is half a page.
    ASSERT_OK_AND_ASSIGN(const auto profile,
                         typical_with({{"frames", 2}, {"rotation", 0}, {"stage-error", 0}}));
    ASSERT_OK_AND_ASSIGN(fields_, scan(*plate_, profile, {1, 2, 3, 4}));
  }
  bool in_left_zone(std::size_t codeword) const {
    const auto of_zone = static_cast<std::size_t>(plate_->plan().layout().codewords()) / 4;
    return codeword / of_zone % 2 == 0;
  }
  std::uint64_t codeword_begin(std::uint32_t page, std::size_t codeword) const {
    return page * plate_->plan().page_payload_bytes() + codeword * format::kPayloadBytes;
  }

  std::unique_ptr<KnownPlate> plate_;
  std::vector<MemoryField> fields_;  // of pages 1 to 4; page 0 is missing
};

TEST_F(HalfPages, LostOnOppositeSidesCountAsOnePage) {
  cover_left(fields_[0]);
  cover_right(fields_[1]);
  MemoryScan source(std::move(fields_));
  ASSERT_OK_AND_ASSIGN(const auto recovered, recover_from(source));
  expect_whole(*plate_, recovered);
  for (const std::uint32_t erasures : recovered.result.report.groups[0].erasures)
    EXPECT_EQ(erasures, 2U);
}

TEST_F(HalfPages, LostOnTheSameSideBeyondTheParityAreHolesOfThatSideAlone) {
  cover_left(fields_[0]);   // page 1
  cover_left(fields_[2]);   // page 3, parity
  cover_right(fields_[1]);  // page 2
  MemoryScan source(std::move(fields_));
  ASSERT_OK_AND_ASSIGN(const auto recovered, recover_from(source));
  expect_nothing_wrong(*plate_, recovered);
  const RecoveryReport& report = recovered.result.report;
  std::vector<bool> lost(plate_->stream().size(), false);
  for (std::size_t c = 0; c < report.groups[0].erasures.size(); ++c) {
    EXPECT_EQ(report.groups[0].erasures[c], in_left_zone(c) ? 3U : 2U) << "stripe " << c;
    for (const std::uint32_t page : {0U, 1U})
      if (in_left_zone(c))
        std::fill_n(lost.begin() + static_cast<std::ptrdiff_t>(codeword_begin(page, c)),
                    format::kPayloadBytes, true);
  }
  std::vector<bool> holes(lost.size(), false);
  for (const ByteRange& hole : recovered.result.holes)
    for (auto b = hole.begin; b < hole.end; ++b) holes[b] = true;
  EXPECT_EQ(holes, lost);
}

/// A page of which the field shows only a part.
class CutPages : public ::testing::Test {
 protected:
  /// The field of page 0 alone: what is not decoded from it is lost.
  void make(std::int32_t side, Rate rate) {
    ASSERT_OK_AND_ASSIGN(auto plate, KnownPlate::write(side, side, rate, 2));
    plate_ = std::make_unique<KnownPlate>(std::move(plate));
    ASSERT_OK_AND_ASSIGN(const auto profile,
                         typical_with({{"frames", 2}, {"rotation", 0}, {"stage-error", 0}}));
    ASSERT_OK_AND_ASSIGN(auto fields, scan(*plate_, profile, {0}));
    field_ = std::move(fields.front());
  }
  /// Codewords of page 0 that were decoded when the field ends at `rows` x `cols` px.
  std::vector<std::size_t> decoded_within(std::int32_t rows, std::int32_t cols) {
    MemoryScan source({cropped(field_, 0, rows, 0, cols)});
    const auto recovered = recover_from(source);
    EXPECT_TRUE(recovered.has_value()) << recovered.error().message;
    std::vector<std::size_t> decoded;
    if (!recovered.has_value()) return decoded;
    expect_nothing_wrong(*plate_, recovered.value());
    const auto& outcomes = recovered.value().result.report.pages[0].outcomes;
    for (std::size_t c = 0; c < outcomes.size(); ++c)
      if (outcomes[c] == CodewordOutcome::kClean || outcomes[c] == CodewordOutcome::kCorrected)
        decoded.push_back(c);
    return decoded;
  }

  std::unique_ptr<KnownPlate> plate_;
  MemoryField field_;
};

// At rate 1/2 and 150 electrons a module a fifth of the page may be out of view.
TEST_F(CutPages, AreReadWholeWhenTheCodeCarriesTheRest) {
  make(256, Rate::kOneHalf);
  const std::int32_t rows = field_.shape.rows, cols = field_.shape.cols;
  const auto all = static_cast<std::size_t>(plate_->plan().layout().codewords());
  EXPECT_EQ(decoded_within(rows, cols).size(), all);
  EXPECT_EQ(decoded_within(rows, cols * 4 / 5).size(), all);
  EXPECT_EQ(decoded_within(rows * 4 / 5, cols).size(), all);
}

TEST_F(CutPages, GiveTheCodewordsOfTheZonesInView) {
  make(512, Rate::kFourFifths);
  const auto of_zone = static_cast<std::size_t>(plate_->plan().layout().codewords()) / 4;
  std::vector<std::size_t> left, upper_left;
  for (std::size_t c = 0; c < 4 * of_zone; ++c) {
    if (c / of_zone % 2 == 0) left.push_back(c);
    if (c / of_zone == 0) upper_left.push_back(c);
  }
  const std::int32_t rows = field_.shape.rows, cols = field_.shape.cols;
  EXPECT_EQ(decoded_within(rows, cols * 2 / 3), left);
  EXPECT_EQ(decoded_within(rows * 2 / 3, cols * 2 / 3), upper_left);
}

TEST_F(CutPages, NeverGiveAWrongByteHoweverMuchIsCutAway) {
  make(256, Rate::kFourFifths);
  const auto all = static_cast<std::size_t>(plate_->plan().layout().codewords());
  std::size_t most = all;
  for (const std::int32_t share : {100, 97, 94, 91, 88, 80, 60}) {
    const std::int32_t cols = field_.shape.cols * share / 100;
    const auto decoded = decoded_within(field_.shape.rows, cols).size();
    EXPECT_LE(decoded, most) << share << " % in view";
    most = decoded;
  }
  EXPECT_EQ(most, 0U) << "rate 0.8 cannot carry 40 % of erasures";
}

}  // namespace
}  // namespace ostracon::test
