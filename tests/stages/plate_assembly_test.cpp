#include "pipeline/plate_assembly.hpp"

#include <gtest/gtest.h>

#include "format/inner_code.hpp"
#include "tests/support/simulated_scan.hpp"

namespace ostracon::test {
namespace {

constexpr std::size_t kCodewords = 4;
constexpr std::size_t kBytes{format::kPayloadBytes};

Uuid plate_uuid(std::uint8_t number) {
  Uuid uuid;
  uuid.bytes.fill(number);
  return uuid;
}

/// What a field that shows `page` of `plate` gave: `decoded` says which codewords, each byte of
/// their payload tells the page and codeword.
FieldReading reading(std::int64_t field, std::uint8_t plate, std::uint32_t page,
                     std::array<int, kCodewords> decoded) {
  FieldReading out;
  out.report.field = field;
  out.header.emplace();
  out.header->plate = plate_uuid(plate);
  out.header->page_index = page;
  out.header->page_count = 6;
  out.header->rows = out.header->cols = 256;
  out.header->outer_k = 4;
  out.header->outer_m = 2;
  out.header->groups = 1;
  out.header->codewords = kCodewords;
  for (std::size_t c = 0; c < kCodewords; ++c) {
    InnerOutcome outcome{};
    outcome.decoded = decoded[c] != 0 ? 1 : 0;
    outcome.iterations = decoded[c] == 1 ? 0 : 9;  // 1: clean, 2: corrected
    out.outcomes.push_back(outcome);
    const auto byte =
        decoded[c] != 0 ? static_cast<std::uint8_t>(16 * page + c) : std::uint8_t{0xEE};
    out.payload.insert(out.payload.end(), kBytes, byte);
  }
  return out;
}

bool stored(const MemoryStore& store, std::uint32_t page, std::size_t codeword) {
  const auto begin =
      store.bytes().begin() + static_cast<std::ptrdiff_t>((page * kCodewords + codeword) * kBytes);
  return std::all_of(begin, begin + kBytes, [&](std::uint8_t byte) {
    return byte == static_cast<std::uint8_t>(16 * page + codeword);
  });
}

TEST(PlateAssembly, PagesComeTogetherAndMissingOnesAreErased) {
  MemoryStore store;
  PlateAssembly assembly(std::nullopt, store);
  auto last = reading(0, 7, 5, {1, 1, 2, 1});
  auto first = reading(1, 7, 0, {1, 0, 2, 1});
  ASSERT_TRUE(assembly.take(last).has_value());
  ASSERT_TRUE(assembly.take(first).has_value());
  ASSERT_TRUE(assembly.choose().has_value());
  EXPECT_EQ(assembly.choose().value().plate, plate_uuid(7));
  EXPECT_EQ(assembly.kept().pages, 2U);
  EXPECT_TRUE(assembly.others().empty());
  const auto pages = assembly.take_pages();
  ASSERT_EQ(pages.size(), 6U);
  EXPECT_EQ(pages[0].outcomes, (std::vector{CodewordOutcome::kClean, CodewordOutcome::kErased,
                                            CodewordOutcome::kCorrected, CodewordOutcome::kClean}));
  EXPECT_EQ(pages[0].iterations[2], 9);
  EXPECT_EQ(pages[5].outcomes[2], CodewordOutcome::kCorrected);
  for (const std::uint32_t page : {1U, 2U, 3U, 4U}) {
    EXPECT_EQ(pages[page].page, page);
    EXPECT_TRUE(pages[page].fields.empty());
    EXPECT_EQ(pages[page].outcomes,
              std::vector<CodewordOutcome>(kCodewords, CodewordOutcome::kErased));
  }
  EXPECT_TRUE(stored(store, 0, 0) && stored(store, 0, 2) && stored(store, 5, 3));
  EXPECT_FALSE(stored(store, 0, 1));
}

TEST(PlateAssembly, APageSeenTwiceIsTheBestOfBoth) {
  MemoryStore store;
  PlateAssembly assembly(std::nullopt, store);
  auto first = reading(3, 7, 2, {1, 0, 0, 0});
  auto second = reading(8, 7, 2, {0, 2, 1, 0});
  ASSERT_TRUE(assembly.take(first).has_value());
  ASSERT_TRUE(assembly.take(second).has_value());
  EXPECT_EQ(assembly.kept().pages, 1U);
  const auto pages = assembly.take_pages();
  EXPECT_EQ(pages[2].fields, (std::vector<std::int64_t>{3, 8}));
  EXPECT_EQ(pages[2].outcomes, (std::vector{CodewordOutcome::kClean, CodewordOutcome::kCorrected,
                                            CodewordOutcome::kClean, CodewordOutcome::kErased}));
  for (const std::size_t c : {0U, 1U, 2U}) EXPECT_TRUE(stored(store, 2, c)) << c;
}

TEST(PlateAssembly, APageOfAnotherPlateIsReportedAndNotMixedIn) {
  MemoryStore store;
  PlateAssembly assembly(plate_uuid(9), store);
  auto stranger = reading(0, 7, 1, {1, 1, 1, 1});
  auto wanted = reading(1, 9, 1, {1, 0, 1, 1});
  ASSERT_TRUE(assembly.take(stranger).has_value());
  ASSERT_TRUE(assembly.take(wanted).has_value());
  EXPECT_EQ(stranger.report.reason, "a page of another plate, " + to_string(plate_uuid(7)));
  EXPECT_TRUE(wanted.report.reason.empty());
  ASSERT_TRUE(assembly.choose().has_value());
  EXPECT_EQ(assembly.kept().header.plate, plate_uuid(9));
  ASSERT_EQ(assembly.others().size(), 1U);
  EXPECT_EQ(assembly.others()[0].header.plate, plate_uuid(7));
  EXPECT_EQ(assembly.others()[0].pages, 1U);
  EXPECT_EQ(assembly.take_pages()[1].outcomes[1], CodewordOutcome::kErased);
}

TEST(PlateAssembly, TwoPlatesWithoutAChoiceAreListed) {
  MemoryStore store;
  PlateAssembly assembly(std::nullopt, store);
  auto one = reading(0, 7, 1, {1, 1, 1, 1});
  auto other = reading(1, 9, 2, {1, 1, 1, 1});
  ASSERT_TRUE(assembly.take(one).has_value());
  ASSERT_TRUE(assembly.take(other).has_value());
  const auto chosen = assembly.choose();
  ASSERT_FALSE(chosen.has_value());
  EXPECT_EQ(chosen.error().code, ErrorCode::kBadInput);
  for (const std::uint8_t plate : {std::uint8_t{7}, std::uint8_t{9}})
    EXPECT_NE(chosen.error().message.find(to_string(plate_uuid(plate))), std::string::npos);
}

TEST(PlateAssembly, AHeaderThatDisagreesWithItsPlateIsNotUsed) {
  MemoryStore store;
  PlateAssembly assembly(std::nullopt, store);
  auto good = reading(0, 7, 0, {1, 1, 1, 1});
  ASSERT_TRUE(assembly.take(good).has_value());
  auto bad = reading(1, 7, 1, {1, 1, 1, 1});
  bad.header->page_count = 4000;
  bad.header->page_index = 3999;  // would lie far outside the store
  ASSERT_TRUE(assembly.take(bad).has_value());
  EXPECT_EQ(bad.report.reason, "its header disagrees with that of other pages of the same plate");
  const auto pages = assembly.take_pages();
  ASSERT_EQ(pages.size(), 6U);
  EXPECT_TRUE(pages[1].fields.empty());
}

TEST(PlateAssembly, AFieldWithoutAPageIsPassedOver) {
  MemoryStore store;
  PlateAssembly assembly(std::nullopt, store);
  FieldReading empty;
  empty.report.reason = "no lattice line in the spectrum";
  ASSERT_TRUE(assembly.take(empty).has_value());
  EXPECT_EQ(empty.report.reason, "no lattice line in the spectrum");
  const auto chosen = assembly.choose();
  ASSERT_FALSE(chosen.has_value());
  EXPECT_EQ(chosen.error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(assembly.take_pages().empty());
}

TEST(PlateAssembly, APlateThatIsNotThereIsSaidToBeMissing) {
  MemoryStore store;
  PlateAssembly assembly(plate_uuid(3), store);
  auto other = reading(0, 7, 1, {1, 1, 1, 1});
  ASSERT_TRUE(assembly.take(other).has_value());
  const auto chosen = assembly.choose();
  ASSERT_FALSE(chosen.has_value());
  EXPECT_EQ(chosen.error().code, ErrorCode::kNotFound);
  EXPECT_NE(chosen.error().message.find(to_string(plate_uuid(3))), std::string::npos);
  EXPECT_NE(chosen.error().message.find(to_string(plate_uuid(7))), std::string::npos);
}

/// A store whose disk is full.
class FullStore final : public PayloadStore {
 public:
  Result<> resize(std::uint32_t, std::uint64_t) override { return Ok{}; }
  Result<> write(std::uint32_t, std::uint64_t, std::span<const std::uint8_t>) override {
    return Error{ErrorCode::kIo, "disk full"};
  }
  Result<> read(std::uint32_t, std::uint64_t, std::span<std::uint8_t>) const override {
    return Error{ErrorCode::kIo, "disk full"};
  }
};

TEST(PlateAssembly, TheErrorOfTheStoreIsPassedOn) {
  FullStore store;
  PlateAssembly assembly(std::nullopt, store);
  auto page = reading(0, 7, 0, {1, 1, 1, 1});
  const auto taken = assembly.take(page);
  ASSERT_FALSE(taken.has_value());
  EXPECT_EQ(taken.error().message, "disk full");
}

}  // namespace
}  // namespace ostracon::test
