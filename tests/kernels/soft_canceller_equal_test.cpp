// The soft canceller's kernels against the CPU's: soft bits within one step on at most one module
// in a thousand, the channel to the rounding of its sums.

#include <cmath>
#include <cstdlib>

#include "tests/support/both_backends.hpp"
#include "tests/support/cancelled_page.hpp"

namespace ostracon::test {
namespace {

/// The upper left of a page of the fixture, so that rows are further apart than they are long.
struct Crop {
  std::int32_t rows, cols;
};
constexpr Crop kWholePage{kSide, kSide};

struct Cancelled {
  ChannelResponse learned;
  std::vector<Llr> first, next;
};

/// Two runs: on the known bits alone, then with beliefs and more of the page known.
Result<Cancelled> cancel(Backend& backend, const Page& page, const std::vector<Llr>& llrs,
                         const std::vector<std::uint8_t>& usable, Crop crop) {
  std::vector<Llr> prior(kModules);
  std::vector<std::uint8_t> more = page.known;
  for (std::size_t i = 0; i < kModules; ++i) {
    if (i % 3 == 0) prior[i] = page.bits[i] == 0 ? Llr{6} : Llr{-6};
    if (i % 7 == 0) more[i] = page.bits[i];
  }
  OSTRACON_TRY_ASSIGN(const auto grid, upload_image(backend, kGridSide, kGridSide, page.grid));
  OSTRACON_TRY_ASSIGN(const auto mask, upload_image(backend, kSide, kSide, usable));
  OSTRACON_TRY_ASSIGN(const auto known, upload_image(backend, kSide, kSide, page.known));
  OSTRACON_TRY_ASSIGN(const auto now, upload_image(backend, kSide, kSide, more));
  OSTRACON_TRY_ASSIGN(const auto nothing, filled_image(backend, kSide, kSide, Llr{0}));
  OSTRACON_TRY_ASSIGN(const auto beliefs, upload_image(backend, kSide, kSide, prior));
  OSTRACON_TRY_ASSIGN(const auto soft, upload_image(backend, kSide, kSide, llrs));
  const auto cropped = [&](const auto& image, std::int32_t more_of_it = 0) {
    auto view = image.view();
    view.rows = crop.rows + more_of_it;
    view.cols = crop.cols + more_of_it;
    return view;
  };
  OSTRACON_TRY_ASSIGN(auto canceller, backend.make_soft_canceller({crop.rows, crop.cols}));
  Cancelled out;
  OSTRACON_TRY_ASSIGN(out.learned, canceller->begin(cropped(grid, 2 * kEqualiserMargin),
                                                    cropped(mask), cropped(known), cropped(soft)));
  if (out.learned.trained_on == 0) return out;
  OSTRACON_TRY(canceller->run(cropped(known), cropped(nothing), 6, cropped(soft)));
  OSTRACON_TRY_ASSIGN(out.first, soft.download());
  OSTRACON_TRY(canceller->run(cropped(now), cropped(beliefs), 3, cropped(soft)));
  OSTRACON_TRY_ASSIGN(out.next, soft.download());
  return out;
}

class SoftCancellerEqualTest : public BothBackendsTest {
 protected:
  void compare(const Page& page, Crop crop = kWholePage,
               const std::vector<std::uint8_t>& usable = std::vector<std::uint8_t>(kModules, 1)) {
    std::vector<Llr> llrs(kModules);
    for (std::size_t i = 0; i < kModules; ++i) {
      const auto r = static_cast<std::int32_t>(i) / kSide, c = static_cast<std::int32_t>(i) % kSide;
      const float value = page.grid[static_cast<std::size_t>((r + 2) * kGridSide + c + 2)];
      llrs[i] = static_cast<Llr>(std::lround(std::fmin(std::fmax(12 * value, -30.0F), 30.0F)));
    }
    const auto expected = cancel(cpu(), page, llrs, usable, crop);
    ASSERT_OK(expected);
    const auto found = cancel(kernels(), page, llrs, usable, crop);
    ASSERT_OK(found);
    read_ = expected.value().learned;
    const ChannelResponse& own = found.value().learned;
    EXPECT_EQ(own.trained_on, read_.trained_on);
    EXPECT_EQ(own.bright_edges, read_.bright_edges);
    if (read_.trained_on == 0) return;
    for (std::size_t k = 0; k < own.response.size(); ++k) {
      EXPECT_NEAR(own.response[k], read_.response[k], 1e-6F) << k;
      EXPECT_NEAR(own.whitener[k], read_.whitener[k], 1e-4F) << k;
    }
    for (std::size_t k = 0; k < own.pair.size(); ++k)
      EXPECT_NEAR(own.pair[k], read_.pair[k], 1e-6F) << k;
    EXPECT_NEAR(own.noise, read_.noise, 1e-5F * read_.noise);
    compare(found.value().first, expected.value().first, crop, "first");
    compare(found.value().next, expected.value().next, crop, "next");
  }
  const ChannelResponse& read() const { return read_; }

 private:
  void compare(const std::vector<Llr>& found, const std::vector<Llr>& expected, Crop crop,
               const std::string& run) {
    std::int64_t apart = 0, furthest = 0;
    for (std::size_t i = 0; i < kModules; ++i) {
      const int distance = std::abs(found[i] - expected[i]);
      apart += distance > 0 ? 1 : 0;
      furthest = std::max<std::int64_t>(furthest, distance);
    }
    RecordProperty(run + "_apart", std::to_string(apart));
    EXPECT_LE(furthest, 1) << run;
    EXPECT_LE(apart * 1000, std::int64_t{crop.rows} * crop.cols) << run;
  }
  ChannelResponse read_;
};

constexpr Channel kBrightEdges{.noise = 0.45F, .edge = 0.3F};

float& output(Page& page, std::int32_t r, std::int32_t c) {
  return page.grid[static_cast<std::size_t>(r * kGridSide + c)];
}

TEST_F(SoftCancellerEqualTest, WithoutBrightEdges) {
  compare(see({}, 41));
  EXPECT_GT(read().trained_on, 7000);
  EXPECT_FALSE(read().bright_edges);
}

TEST_F(SoftCancellerEqualTest, WhereTheResponseEndsAtTheNextModule) {
  compare(see({.side = 0.06F, .noise = 0.3F}, 42));
  EXPECT_GT(read().trained_on, 7000);
}

TEST_F(SoftCancellerEqualTest, WithBrightEdges) {
  compare(see(kBrightEdges, 43));
  EXPECT_TRUE(read().bright_edges);
}

TEST_F(SoftCancellerEqualTest, OnPagesThatDoNotFillTheirTiles) {
  compare(see({}, 44), {131, 97});
  EXPECT_GT(read().trained_on, 1500);
  compare(see(kBrightEdges, 45), {77, 191});
  EXPECT_TRUE(read().bright_edges);
}

TEST_F(SoftCancellerEqualTest, OnPagesTooSmallToLearnFrom) {
  for (const Crop crop : {Crop{1, 1}, Crop{3, 60}, Crop{24, 24}}) {
    compare(see({}, 46), crop);
    EXPECT_EQ(read().trained_on, 0);
  }
}

TEST_F(SoftCancellerEqualTest, WithUnevenLightDamageAndUnusableModules) {
  for (const Channel& channel : {Channel{}, kBrightEdges}) {
    Page page = see(channel, 47);
    std::vector<std::uint8_t> usable(kModules, 1);
    for (std::int32_t r = 0; r < kSide; ++r)
      for (std::int32_t c = 0; c < kSide; ++c) {
        float& value = output(page, r + 2, c + 2);
        value += 0.3F * std::sin(static_cast<float>(r) / 14) * std::cos(static_cast<float>(c) / 17);
        if (r > 60 && r < 140 && std::abs(c - r / 2 - 50) <= 1) value += 2;
        if (r > 150 && c > 60 && c < 70) usable[at(r, c)] = 0;
      }
    compare(page, kWholePage, usable);
    EXPECT_GT(read().trained_on, 5000);
  }
}

}  // namespace
}  // namespace ostracon::test
