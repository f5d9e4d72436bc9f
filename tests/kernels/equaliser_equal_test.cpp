// The equaliser's kernels against the CPU's: soft bits within one step on at most one module in a
// thousand, what is usable exactly.

#include <cmath>
#include <cstdlib>

#include "tests/support/both_backends.hpp"
#include "tests/support/equaliser_fixture.hpp"

namespace ostracon::test {
namespace {

/// The upper left of a page of the fixture, so that rows are further apart than they are long.
struct Crop {
  std::int32_t rows, cols;
};

Result<Equalised> equalise(Backend& backend, const SeenPage& page, Crop crop) {
  constexpr std::int32_t kBoth = 2 * kEqualiserMargin;
  OSTRACON_TRY_ASSIGN(const auto grid, upload_image(backend, kGridSide, kGridSide, page.grid));
  OSTRACON_TRY_ASSIGN(const auto weight, upload_image(backend, kGridSide, kGridSide, page.weight));
  OSTRACON_TRY_ASSIGN(const auto known, upload_image(backend, kSide, kSide, page.known));
  OSTRACON_TRY_ASSIGN(const auto llrs, filled_image(backend, kSide, kSide, Llr{77}));
  OSTRACON_TRY_ASSIGN(const auto usable, filled_image(backend, kSide, kSide, std::uint8_t{77}));
  const auto cropped = [&](auto view, std::int32_t more) {
    view.rows = crop.rows + more;
    view.cols = crop.cols + more;
    return view;
  };
  OSTRACON_TRY_ASSIGN(auto equaliser, backend.make_equaliser({crop.rows, crop.cols}));
  OSTRACON_TRY_ASSIGN(
      const ChannelReport report,
      equaliser->run(cropped(grid.view(), kBoth), cropped(weight.view(), kBoth),
                     cropped(known.view(), 0), cropped(llrs.view(), 0), cropped(usable.view(), 0)));
  OSTRACON_TRY_ASSIGN(auto values, llrs.download());
  OSTRACON_TRY_ASSIGN(auto mask, usable.download());
  return Equalised{report, std::move(values), std::move(mask)};
}

class EqualiserEqualTest : public BothBackendsTest {
 protected:
  void compare(const SeenPage& page, Crop crop) {
    const auto expected = equalise(cpu(), page, crop);
    ASSERT_OK(expected);
    const auto found = equalise(kernels(), page, crop);
    ASSERT_OK(found);
    EXPECT_EQ(found.value().usable, expected.value().usable);
    std::int64_t apart = 0, furthest = 0;
    for (std::size_t i = 0; i < kModules; ++i) {
      const int distance = std::abs(found.value().llrs[i] - expected.value().llrs[i]);
      apart += distance > 0 ? 1 : 0;
      furthest = std::max<std::int64_t>(furthest, distance);
    }
    EXPECT_LE(furthest, 1);
    EXPECT_LE(apart * 1000, std::int64_t{crop.rows} * crop.cols);
    const ChannelReport &a = found.value().report, &b = expected.value().report;
    RecordProperty("apart", std::to_string(apart));
    EXPECT_EQ(a.trained_on, b.trained_on);
    EXPECT_EQ(a.slipped_fraction, b.slipped_fraction);
    EXPECT_EQ(a.erased_fraction, b.erased_fraction);
    EXPECT_NEAR(a.signal_to_noise, b.signal_to_noise, 1e-6F * b.signal_to_noise);
    EXPECT_NEAR(a.amplitude, b.amplitude, 1e-6F);
    read_ = b;
  }
  const ChannelReport& read() const { return read_; }

 private:
  ChannelReport read_;
};

TEST_F(EqualiserEqualTest, OnAWholePage) {
  compare(see({.beside = 0.22F, .diagonal = 0.05F, .noise = 0.5F}, 31), {kSide, kSide});
  EXPECT_GT(read().trained_on, 5000);
}

TEST_F(EqualiserEqualTest, OnPagesThatDoNotFillTheirTiles) {
  const SeenPage page = see({.beside = 0.2F, .noise = 0.4F, .offset = 0.1F}, 32);
  for (const Crop crop : {Crop{131, 97}, Crop{33, 190}, Crop{65, 64}}) {
    compare(page, crop);
    EXPECT_GT(read().trained_on, 500) << crop.rows << " x " << crop.cols;
  }
}

TEST_F(EqualiserEqualTest, OnPagesTooSmallToLearnFrom) {
  const SeenPage page = see({.noise = 0.4F}, 33);
  for (const Crop crop : {Crop{1, 1}, Crop{1, 40}, Crop{30, 30}}) {
    compare(page, crop);
    EXPECT_EQ(read().trained_on, 0);
  }
}

TEST_F(EqualiserEqualTest, WithDamageASlippedTileAndTheEdgeOfTheFrames) {
  SeenPage page = see({.beside = 0.15F, .noise = 0.35F, .known_every = 4}, 34);
  for (std::int32_t r = 0; r < kGridSide; ++r)
    for (std::int32_t c = 0; c < kGridSide; ++c) {
      float& value = page.grid[grid_index(r, c)];
      if ((r - 40) * (r - 40) + (c - 150) * (c - 150) < 90) value += 1.2F;
      if (r >= 66 && r < 130 && c >= 2 && c < 66) value = page.grid[grid_index(r, c + 1)];
      page.weight[grid_index(r, c)] = c > 170 ? 1.0F : 2.5F + 0.01F * static_cast<float>(r);
    }
  compare(page, {171, 183});
  EXPECT_GT(read().slipped_fraction, 0);
  EXPECT_GT(read().erased_fraction, 0.1F);
  EXPECT_GT(read().trained_on, 1000);
}

TEST_F(EqualiserEqualTest, WhereNothingWasSeen) {
  SeenPage page = see({}, 35);
  page.weight.assign(page.weight.size(), 0.0F);
  compare(page, {70, 70});
  EXPECT_EQ(read().erased_fraction, 1);
}

}  // namespace
}  // namespace ostracon::test
