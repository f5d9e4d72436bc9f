// Soft cancellation where edges are bright, light is uneven, or damage hides among the data.

#include <cmath>
#include <vector>

#include "tests/support/cancelled_page.hpp"

namespace ostracon::test {
namespace {

class SoftCancellerEdgesTest : public CancelledPageTest {
 protected:
  /// The same page with `spoil(row, col)` added to its outputs.
  template <class Spoil>
  static Page spoiled(Page page, const Spoil& spoil) {
    for (std::int32_t r = 0; r < kGridSide; ++r)
      for (std::int32_t c = 0; c < kGridSide; ++c)
        page.grid[static_cast<std::size_t>(r * kGridSide + c)] += spoil(r, c);
    return page;
  }
};

constexpr Channel kBrightEdges{.noise = 0.45F, .edge = 0.3F};

TEST_P(SoftCancellerEdgesTest, PairsAreLearnedWhereEdgesAreBrightAndOnlyThere) {
  const auto plain = read(see({}, 1));
  const auto edged = read(see(kBrightEdges, 1));
  ASSERT_OK(plain);
  ASSERT_OK(edged);
  EXPECT_FALSE(plain.value().learned.bright_edges);
  for (const float q : plain.value().learned.pair) EXPECT_EQ(q, 0);
  const ChannelResponse& learned = edged.value().learned;
  EXPECT_TRUE(learned.bright_edges);
  // The matched filter has its whole energy where the pair lies.
  const float expected = -kBrightEdges.amplitude * kBrightEdges.edge / kBrightEdges.energy();
  EXPECT_NEAR(learned.pair[rules::pair_index(1, 7)], expected, 0.15F * -expected);
  EXPECT_NEAR(learned.pair[rules::pair_index(3, 5)], expected, 0.15F * -expected);
  EXPECT_NEAR(learned.pair[rules::pair_index(0, 8)], 0, 0.2F * -expected);
}

TEST_P(SoftCancellerEdgesTest, EdgesAreTakenOutAndListenedTo) {
  const Page page = see(kBrightEdges, 2);
  const Page without = see({.noise = 0.45F}, 2);
  const auto edged = read(page);
  const auto plain = read(without);
  ASSERT_OK(edged);
  ASSERT_OK(plain);
  const double linear = page.mutual_information(edged.value().linear);
  const double cancelled = page.mutual_information(edged.value().cancelled);
  const double best = without.mutual_information(plain.value().cancelled);
  RecordProperty("linear", std::to_string(linear));
  RecordProperty("cancelled", std::to_string(cancelled));
  RecordProperty("without_edges", std::to_string(best));
  // More than half of what the edges cost linear taps comes back.
  EXPECT_LT(linear, best - 0.15);
  EXPECT_GT(cancelled, best - 0.5 * (best - linear));
}

TEST_P(SoftCancellerEdgesTest, ABeliefHardlyComesBackAsEvidenceOfItsOwnModule) {
  const Page page = see(kBrightEdges, 3);
  std::vector<Llr> prior(kModules);
  const auto before = read(page, page.known, prior, 1);
  ASSERT_OK(before);
  double changed = 0, all = 0;
  for (std::int32_t r = 60; r < 130; r += 10)
    for (std::int32_t c = 60; c < 130; c += 10)
      prior[at(r, c)] = page.bits[at(r, c)] == 0 ? Llr{-100} : Llr{100};  // lies
  const auto after = read(page, page.known, prior, 1);
  ASSERT_OK(after);
  for (std::int32_t r = 60; r < 130; r += 10)
    for (std::int32_t c = 60; c < 130; c += 10) {
      changed += std::abs(after.value().cancelled[at(r, c)] - before.value().cancelled[at(r, c)]);
      all += std::abs(before.value().cancelled[at(r, c)]);
    }
  RecordProperty("share", std::to_string(changed / all));
  EXPECT_LT(changed, 0.1 * all);
}

TEST_P(SoftCancellerEdgesTest, UnevenLightIsTakenOff) {
  const Page page = see({}, 4);
  const auto uneven = read(spoiled(page, [](std::int32_t r, std::int32_t c) {
    return 0.5F * std::sin(static_cast<float>(r) / 14) * std::cos(static_cast<float>(c) / 17);
  }));
  const auto even = read(page);
  ASSERT_OK(uneven);
  ASSERT_OK(even);
  EXPECT_LT(page.mutual_information(uneven.value().linear),
            page.mutual_information(even.value().linear) - 0.02);
  EXPECT_GT(page.mutual_information(uneven.value().cancelled),
            page.mutual_information(even.value().cancelled) - 0.02);
}

TEST_P(SoftCancellerEdgesTest, DamageThatTheTapsTookForDataIsErased) {
  const Page page = see({}, 5);
  // Twice as bright as land with nothing but land around.
  const auto scratch = [](std::int32_t r, std::int32_t c) {
    return r > 60 && r < 140 && std::abs(c - r / 2 - 50) <= 1 ? 2.0F : 0.0F;
  };
  const std::vector<std::uint8_t> all(kModules, 1);
  const auto out = read(spoiled(page, scratch), page.known, std::vector<Llr>(kModules), 6, &all);
  ASSERT_OK(out);
  double sure = 0, modules = 0;
  for (std::int32_t r = 70; r < 128; ++r)
    for (std::int32_t c = 0; c < kSide; ++c)
      if (scratch(r + kEqualiserMargin, c + kEqualiserMargin) > 0) {
        modules += 1;
        sure += out.value().cancelled[at(r, c)] != 0 ? 1 : 0;
      }
  EXPECT_GT(modules, 150);
  EXPECT_LT(sure, 0.05 * modules);
  EXPECT_GT(page.mutual_information(out.value().cancelled), 0.55);
}

OSTRACON_ON_EVERY_BACKEND(SoftCancellerEdgesTest);

}  // namespace
}  // namespace ostracon::test
