#include "pipeline/restore_groups.hpp"

#include <gtest/gtest.h>

#include "format/inner_code.hpp"
#include "format/pn.hpp"
#include "tests/support/simulated_scan.hpp"

namespace ostracon::test {
namespace {

constexpr std::int32_t kCodewords = 3;
constexpr std::size_t kPageBytes = std::size_t{kCodewords} * format::kPayloadBytes;
constexpr auto kErased = CodewordOutcome::kErased;

/// A plate of two groups, 5 and 4 data pages with 2 parity pages each, wholly read.
struct ReadPlate {
  format::GroupPlan plan{9, 2, 2};
  MemoryStore store;
  std::vector<PageReport> pages;
  std::vector<std::uint8_t> truth;  ///< [page][byte]

  ReadPlate() {
    const std::size_t count = plan.page_count();
    truth.resize(count * kPageBytes);
    for (std::size_t i = 0; i < plan.data_pages * kPageBytes; ++i)
      truth[i] = static_cast<std::uint8_t>(format::pn_word(6, i));
    for (std::uint32_t g = 0; g < plan.groups; ++g) {
      const std::uint32_t k = plan.data_in_group(g);
      std::vector<const std::uint8_t*> data;
      std::vector<std::uint8_t*> parity;
      for (std::uint32_t member = 0; member < k; ++member) data.push_back(at(g, member));
      for (std::uint32_t j = 0; j < 2; ++j) parity.push_back(at(g, k + j));
      format::encode_parity(data, parity, kPageBytes);
    }
    EXPECT_TRUE(store.resize(plan.page_count(), kPageBytes).has_value());
    for (std::uint32_t page = 0; page < count; ++page) {
      EXPECT_TRUE(store.write(page, 0, {&truth[page * kPageBytes], kPageBytes}).has_value());
      pages.push_back({page, {0}, {}, {}});
      pages.back().outcomes.assign(kCodewords, CodewordOutcome::kClean);
      pages.back().iterations.assign(kCodewords, 0);
    }
  }

  std::uint8_t* at(std::uint32_t group, std::uint32_t member) {
    return truth.data() + plan.page_of(group, member) * kPageBytes;
  }
  void erase(std::uint32_t page, std::size_t codeword) {
    pages[page].outcomes[codeword] = kErased;
    const std::vector<std::uint8_t> garbage(format::kPayloadBytes, 0xEE);
    EXPECT_TRUE(store.write(page, codeword * format::kPayloadBytes, garbage).has_value());
  }
  void lose(std::uint32_t page) {
    for (std::size_t c = 0; c < kCodewords; ++c) erase(page, c);
    pages[page].fields.clear();
  }
  Result<std::vector<GroupReport>> restore() {
    return restore_groups(plan, kCodewords, store, pages);
  }
  bool whole(std::uint32_t page, std::size_t codeword) const {
    const auto begin =
        static_cast<std::ptrdiff_t>(page * kPageBytes + codeword * format::kPayloadBytes);
    return std::equal(truth.begin() + begin, truth.begin() + begin + format::kPayloadBytes,
                      store.bytes().begin() + begin);
  }
};

TEST(RestoreGroups, AWholePlateIsLeftAlone) {
  ReadPlate plate;
  const auto reports = plate.restore();
  ASSERT_TRUE(reports.has_value());
  ASSERT_EQ(reports.value().size(), 2U);
  EXPECT_EQ(reports.value()[0].k, 5U);
  EXPECT_EQ(reports.value()[1].k, 4U);
  EXPECT_EQ(reports.value()[1].m, 2U);
  for (const GroupReport& report : reports.value())
    EXPECT_EQ(report.erasures, (std::vector<std::uint32_t>{0, 0, 0}));
  EXPECT_EQ(plate.store.bytes(), plate.truth);
  EXPECT_TRUE(find_holes(plate.plan, kCodewords, 1'000'000, plate.pages).empty());
}

TEST(RestoreGroups, AsManyErasuresAsParityPagesAreRestoredInEveryStripe) {
  ReadPlate plate;
  plate.lose(0);      // group 0
  plate.erase(4, 1);  // group 0: the second of stripe 1
  plate.erase(1, 0);  // group 1, other members in every stripe
  plate.erase(3, 0);
  plate.erase(5, 2);
  plate.erase(7, 2);
  const auto reports = plate.restore();
  ASSERT_TRUE(reports.has_value());
  EXPECT_EQ(reports.value()[0].erasures, (std::vector<std::uint32_t>{1, 2, 1}));
  EXPECT_EQ(reports.value()[1].erasures, (std::vector<std::uint32_t>{2, 0, 2}));
  EXPECT_EQ(plate.store.bytes(), plate.truth);
  EXPECT_EQ(plate.pages[0].outcomes,
            std::vector<CodewordOutcome>(kCodewords, CodewordOutcome::kRestored));
  EXPECT_EQ(plate.pages[4].outcomes[1], CodewordOutcome::kRestored);
  EXPECT_EQ(plate.pages[4].outcomes[0], CodewordOutcome::kClean);
  EXPECT_TRUE(find_holes(plate.plan, kCodewords, 9 * kPageBytes, plate.pages).empty());
}

// As soft pages of another scan give them.
TEST(RestoreGroups, PagesThatNoFieldOfThisRunShowedHelpToRestoreOthers) {
  ReadPlate plate;
  plate.pages[1].fields.clear();
  plate.pages[3].fields.clear();
  plate.erase(3, 2);
  plate.lose(5);
  const auto reports = plate.restore();
  ASSERT_TRUE(reports.has_value());
  EXPECT_EQ(plate.store.bytes(), plate.truth);
  EXPECT_EQ(plate.pages[3].outcomes[2], CodewordOutcome::kRestored);
  EXPECT_EQ(plate.pages[5].outcomes[0], CodewordOutcome::kRestored);
}

TEST(RestoreGroups, OneErasureMoreLosesItsStripeAndNoOther) {
  ReadPlate plate;
  for (const std::uint32_t page : {0U, 2U, 6U}) plate.erase(page, 1);
  plate.erase(8, 0);
  const auto reports = plate.restore();
  ASSERT_TRUE(reports.has_value());
  EXPECT_EQ(reports.value()[0].erasures, (std::vector<std::uint32_t>{1, 3, 0}));
  for (const std::uint32_t page : {0U, 2U, 6U})
    EXPECT_EQ(plate.pages[page].outcomes[1], CodewordOutcome::kLost);
  EXPECT_EQ(plate.pages[8].outcomes[0], CodewordOutcome::kRestored);
  EXPECT_TRUE(plate.whole(8, 0));
  for (std::uint32_t page = 0; page < 9; ++page)
    for (std::size_t c = 0; c < kCodewords; ++c)
      EXPECT_EQ(plate.whole(page, c), plate.pages[page].outcomes[c] != CodewordOutcome::kLost);
}

TEST(RestoreGroups, AStripeWithAWrongCodewordIsLostRatherThanSpreadAsLongAsParityIsToSpare) {
  ReadPlate plate;
  // Member 1 of group 0, in stripe 2: accepted by the inner code, and wrong.
  std::vector<std::uint8_t> wrong(format::kPayloadBytes, 0x11);
  ASSERT_TRUE(plate.store.write(2, 2 * format::kPayloadBytes, wrong).has_value());
  plate.erase(4, 2);
  plate.erase(4, 0);
  plate.erase(1, 2);  // the other group's stripe 2 is none of that one's business
  const auto reports = plate.restore();
  ASSERT_TRUE(reports.has_value());
  EXPECT_EQ(reports.value()[0].contradictions, std::vector<std::uint32_t>{2});
  EXPECT_TRUE(reports.value()[1].contradictions.empty());
  EXPECT_EQ(plate.pages[4].outcomes[2], CodewordOutcome::kLost);
  EXPECT_EQ(plate.pages[4].outcomes[0], CodewordOutcome::kRestored);
  EXPECT_TRUE(plate.whole(4, 0));
  EXPECT_EQ(plate.pages[1].outcomes[2], CodewordOutcome::kRestored);
  EXPECT_TRUE(plate.whole(1, 2));
}

TEST(RestoreGroups, LostParityCountsAsAnErasureButIsNoReasonToRestore) {
  ReadPlate plate;
  plate.lose(9);  // parity pages 9, 10, 11, 12: groups 0, 1, 0, 1
  auto reports = plate.restore();
  ASSERT_TRUE(reports.has_value());
  EXPECT_EQ(reports.value()[0].erasures, (std::vector<std::uint32_t>{1, 1, 1}));
  EXPECT_EQ(plate.pages[9].outcomes[0], kErased);

  plate.erase(2, 0);
  plate.erase(4, 1);
  plate.erase(6, 1);  // with the parity page three in stripe 1
  reports = plate.restore();
  ASSERT_TRUE(reports.has_value());
  EXPECT_EQ(plate.pages[2].outcomes[0], CodewordOutcome::kRestored);
  EXPECT_TRUE(plate.whole(2, 0));
  EXPECT_TRUE(plate.whole(9, 0));
  EXPECT_EQ(plate.pages[4].outcomes[1], CodewordOutcome::kLost);
  EXPECT_EQ(plate.pages[6].outcomes[1], CodewordOutcome::kLost);
}

TEST(FindHoles, NeighboursAreMergedAndTheEndOfTheStreamIsTheEnd) {
  ReadPlate plate;
  constexpr std::uint64_t kBytes = format::kPayloadBytes;
  plate.pages[0].outcomes[2] = CodewordOutcome::kLost;
  plate.pages[1].outcomes[0] = CodewordOutcome::kLost;  // follows the one above in the stream
  plate.pages[3].outcomes[1] = kErased;                 // never restored: a hole too
  plate.pages[4].outcomes[0] = CodewordOutcome::kRestored;
  plate.pages[8].outcomes[0] = CodewordOutcome::kLost;   // the stream ends in it
  plate.pages[8].outcomes[2] = CodewordOutcome::kLost;   // beyond the stream
  plate.pages[10].outcomes[0] = CodewordOutcome::kLost;  // parity
  const auto holes = find_holes(plate.plan, kCodewords, 24 * kBytes + 100, plate.pages);
  ASSERT_EQ(holes.size(), 3U);
  EXPECT_EQ(holes[0].begin, 2 * kBytes);
  EXPECT_EQ(holes[0].end, 4 * kBytes);
  EXPECT_EQ(holes[1].begin, 10 * kBytes);
  EXPECT_EQ(holes[1].end, 11 * kBytes);
  EXPECT_EQ(holes[2].begin, 24 * kBytes);
  EXPECT_EQ(holes[2].end, 24 * kBytes + 100);
}

}  // namespace
}  // namespace ostracon::test
