#include "format/page_layout.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "format/page_map.hpp"
#include "format/zone_lattice.hpp"

namespace ostracon::format {
namespace {

std::vector<PageGeometry> geometries() {
  std::vector<PageGeometry> all;
  for (int rate = 0; rate < 5; ++rate) {
    for (const auto& [rows, cols] : {std::pair{256, 256}, {384, 640}, {1280, 1280}, {2048, 2048}}) {
      all.push_back(default_geometry(rows, cols, static_cast<Rate>(rate)));
    }
  }
  all.push_back(default_geometry(4096, 4096, Rate::kFourFifths));
  all.push_back({1000, 777, 3, 2, Rate::kTwoThirds});
  return all;
}

PageLayout made(const PageGeometry& geometry) {
  auto layout = PageLayout::create(geometry);
  EXPECT_TRUE(layout) << layout.error().message;
  return std::move(layout).value();
}

TEST(PageLayout, GivesEveryModuleExactlyOneRole) {
  for (const PageGeometry& geometry : geometries()) {
    const PageLayout layout = made(geometry);
    std::vector<std::uint8_t> used(layout.kinds().size(), 0);
    for (std::int32_t codeword = 0; codeword < layout.codewords(); ++codeword) {
      const auto modules = layout.modules_of(codeword);
      ASSERT_EQ(modules.size(), static_cast<std::size_t>(codeword_bits(geometry.rate)));
      for (const auto module : modules) {
        ASSERT_LT(module, used.size());
        ASSERT_EQ(used[module]++, 0);
        ASSERT_EQ(layout.kinds()[module], ModuleKind::kData);
      }
    }
    for (std::size_t i = 0; i < used.size(); ++i) {
      const auto row = static_cast<std::int32_t>(i) / geometry.cols;
      const auto col = static_cast<std::int32_t>(i) % geometry.cols;
      const ModuleKind fixed = fixed_kind(row, col, geometry.rows, geometry.cols);
      const ModuleKind kind = layout.kinds()[i];
      ASSERT_EQ(kind == ModuleKind::kData, used[i] == 1);
      ASSERT_EQ(kind == ModuleKind::kData || kind == ModuleKind::kFiller,
                fixed == ModuleKind::kData);
      if (fixed != ModuleKind::kData) {
        ASSERT_EQ(kind, fixed);
      }
      const bool unknown = kind == ModuleKind::kData || kind == ModuleKind::kHeader;
      ASSERT_EQ(layout.known_bits()[i] == 2, unknown);
    }
  }
}

TEST(PageLayout, KeepsEveryCodewordInItsZone) {
  for (const PageGeometry& geometry :
       {PageGeometry{}, PageGeometry{1000, 777, 3, 2, Rate::kTwoThirds}}) {
    const PageLayout layout = made(geometry);
    const auto zones = zones_of(geometry);
    const auto per_zone = layout.codewords() / static_cast<std::int32_t>(zones.size());
    for (std::int32_t codeword = 0; codeword < layout.codewords(); ++codeword) {
      const Zone& zone = zones[static_cast<std::size_t>(codeword / per_zone)];
      for (const auto module : layout.modules_of(codeword)) {
        const auto row = static_cast<std::int32_t>(module) / geometry.cols - zone.row;
        const auto col = static_cast<std::int32_t>(module) % geometry.cols - zone.col;
        ASSERT_TRUE(row >= 0 && row < zone.rows && col >= 0 && col < zone.cols);
        ASSERT_EQ((col + layout.interleaver_step() * row) % per_zone, codeword % per_zone);
      }
    }
  }
}

/// Smallest squared distance of two modules of one codeword, by looking around every module.
std::int32_t measured_squared_distance(const PageLayout& layout, std::int32_t reach) {
  const auto cols = layout.geometry().cols;
  std::vector<std::int32_t> owner(layout.kinds().size(), -1);
  for (std::int32_t codeword = 0; codeword < layout.codewords(); ++codeword) {
    for (const auto module : layout.modules_of(codeword)) owner[module] = codeword;
  }
  std::int32_t best = reach * reach;
  for (std::int32_t row = 0; row < layout.geometry().rows; ++row) {
    for (std::int32_t col = 0; col < cols; ++col) {
      const std::int32_t own = owner[static_cast<std::size_t>(row * cols + col)];
      if (own < 0) continue;
      for (std::int32_t down = 0; down < reach && row + down < layout.geometry().rows; ++down) {
        for (std::int32_t right = down == 0 ? 1 : -reach; right < reach; ++right) {
          const std::int32_t x = col + right;
          if (x < 0 || x >= cols || down * down + right * right >= best) continue;
          if (owner[static_cast<std::size_t>((row + down) * cols + x)] == own) {
            best = down * down + right * right;
          }
        }
      }
    }
  }
  return best;
}

TEST(PageLayout, OfTheDefaultPageMeetsItsPromises) {
  const PageLayout layout = made(PageGeometry{});
  EXPECT_EQ(layout.codewords(), 152);
  const double modules = 1280.0 * 1280.0;
  const double overhead = 1.0 - layout.codewords() * 10560.0 / modules;
  RecordProperty("overhead", std::to_string(overhead));
  EXPECT_LE(overhead, 0.0205);
  const auto distance = measured_squared_distance(layout, 8);
  RecordProperty("squared_distance", distance);
  EXPECT_GE(distance, 25);
  EXPECT_EQ(distance, squared_distance(38, layout.interleaver_step()));
}

TEST(PageLayout, IsRebuiltFromTheStepAndCountInTheHeader) {
  for (const PageGeometry& geometry : geometries()) {
    const PageLayout layout = made(geometry);
    const auto again = PageLayout::create(geometry, layout.interleaver_step(),
                                          static_cast<std::uint16_t>(layout.codewords()));
    ASSERT_TRUE(again) << again.error().message;
    const auto last = layout.codewords() - 1;
    EXPECT_TRUE(
        std::equal(layout.kinds().begin(), layout.kinds().end(), again.value().kinds().begin()));
    EXPECT_TRUE(std::equal(layout.modules_of(last).begin(), layout.modules_of(last).end(),
                           again.value().modules_of(last).begin()));
  }
}

TEST(PageLayout, SpreadsTheFillerAndTheKnownBitsAreBalanced) {
  const PageLayout layout = made(PageGeometry{});
  std::array<int, 6> count{}, ones{};
  for (std::size_t i = 0; i < layout.kinds().size(); ++i) {
    const auto kind = static_cast<std::size_t>(layout.kinds()[i]);
    ++count[kind];
    if (layout.known_bits()[i] == 1) ++ones[kind];
  }
  EXPECT_EQ(count[static_cast<std::size_t>(ModuleKind::kFinder)], 4 * 1024);
  EXPECT_EQ(count[static_cast<std::size_t>(ModuleKind::kHeader)], 4 * 4096);
  EXPECT_EQ(count[static_cast<std::size_t>(ModuleKind::kBorder)], 4 * 1280 - 4 - 4 * 63);
  EXPECT_NEAR(count[static_cast<std::size_t>(ModuleKind::kPilot)], 1580, 20);
  for (const auto kind :
       {ModuleKind::kFinder, ModuleKind::kBorder, ModuleKind::kPilot, ModuleKind::kFiller}) {
    const auto k = static_cast<std::size_t>(kind);
    EXPECT_NEAR(ones[k], count[k] / 2.0, 2.5 * std::sqrt(count[k])) << k;  // five sigma
  }
}

TEST(PageLayout, RefusesGeometriesWithASentence) {
  for (const PageGeometry& geometry :
       {PageGeometry{255, 1280, 1, 1, Rate::kFourFifths}, PageGeometry{1280, 4097, 2, 2},
        PageGeometry{1280, 1280, 0, 2}, PageGeometry{1280, 1280, 2, 16},
        PageGeometry{256, 256, 4, 4}, PageGeometry{300, 300, 2, 2, Rate::kOneThird}}) {
    const auto refused = PageLayout::create(geometry);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidArgument);
    EXPECT_GT(refused.error().message.size(), 30U);
  }
}

TEST(PageLayout, RefusesAHeadersStepThatStarvesACodeword) {
  const PageGeometry geometry;
  const std::pair<std::uint16_t, std::uint16_t> cases[] = {{0, 152}, {38, 152},  {9, 151}, {9, 0},
                                                           {9, 156}, {9, 65532}, {1, 2}};
  for (const auto& [step, codewords] : cases) {
    const auto refused = PageLayout::create(geometry, step, codewords);
    ASSERT_FALSE(refused) << step << ", " << codewords;
    EXPECT_EQ(refused.error().code, ErrorCode::kBadInput);
  }
}

TEST(ZoneLattice, CountsColoursAsAWalkOverTheZoneDoes) {
  const PageGeometry geometry{300, 411, 1, 2, Rate::kEightNinths};
  std::vector<ModuleKind> kinds(300 * 411);
  fill_fixed_kinds(300, 411, kinds);
  for (const ZoneHoles& zone : holes_of(geometry, kinds)) {
    for (const auto& [colours, step] : {std::pair{1, 0}, {2, 1}, {7, 3}, {38, 11}, {250, 249}}) {
      std::vector<std::int32_t> walked(static_cast<std::size_t>(colours), 0);
      for (std::int32_t row = 0; row < zone.zone.rows; ++row) {
        for (std::int32_t col = 0; col < zone.zone.cols; ++col) {
          if (fixed_kind(row + zone.zone.row, col + zone.zone.col, 300, 411) == ModuleKind::kData) {
            ++walked[static_cast<std::size_t>((col + step * row) % colours)];
          }
        }
      }
      EXPECT_EQ(colour_counts(zone, colours, step), walked);
    }
  }
}

TEST(ZoneLattice, FindsTheSmallestDistance) {
  EXPECT_EQ(squared_distance(1, 0), 1);
  EXPECT_EQ(squared_distance(2, 1), 2);
  EXPECT_EQ(squared_distance(5, 2), 5);
  EXPECT_EQ(squared_distance(10, 1), 2);
  EXPECT_EQ(squared_distance(38, 1), 2);
}

}  // namespace
}  // namespace ostracon::format
