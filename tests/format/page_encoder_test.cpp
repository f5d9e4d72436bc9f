#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "format/page_layout.hpp"
#include "format/pn.hpp"

namespace ostracon::format {
namespace {

PageHeader header_of(const PageLayout& layout) {
  PageHeader header;
  header.plate.bytes = {1, 2, 3, 4, 5, 6, 7, 0x88, 0x89, 10, 11, 12, 13, 14, 15, 16};
  header.page_index = 3;
  header.page_count = 7;
  header.rows = static_cast<std::uint16_t>(layout.geometry().rows);
  header.cols = static_cast<std::uint16_t>(layout.geometry().cols);
  header.zone_rows = static_cast<std::uint8_t>(layout.geometry().zone_rows);
  header.zone_cols = static_cast<std::uint8_t>(layout.geometry().zone_cols);
  header.rate = layout.geometry().rate;
  header.outer_k = 5;
  header.outer_m = 2;
  header.groups = 1;
  header.codewords = static_cast<std::uint16_t>(layout.codewords());
  header.interleaver_step = layout.interleaver_step();
  return header;
}

std::vector<std::uint8_t> random_payload(const PageLayout& layout) {
  std::mt19937 random(21);
  std::vector<std::uint8_t> payload(static_cast<std::size_t>(layout.codewords()) * kPayloadBytes);
  for (auto& byte : payload) byte = static_cast<std::uint8_t>(random());
  return payload;
}

TEST(EncodePage, PutsEveryCodewordBackWhereAReaderLooks) {
  for (const PageGeometry& geometry : {PageGeometry{}, default_geometry(256, 256, Rate::kTwoThirds),
                                       PageGeometry{700, 513, 1, 3, Rate::kEightNinths}}) {
    auto made = PageLayout::create(geometry);
    ASSERT_TRUE(made) << made.error().message;
    const PageLayout& layout = made.value();
    const PageHeader header = header_of(layout);
    const auto payload = random_payload(layout);
    std::vector<std::uint8_t> modules(layout.kinds().size(), 7);
    encode_page(layout, header, payload, modules);
    const std::uint64_t seed = scrambler_seed(header.plate, header.page_index);
    std::vector<std::uint8_t> code(static_cast<std::size_t>(codeword_bits(geometry.rate)));
    for (std::int32_t codeword = 0; codeword < layout.codewords(); ++codeword) {
      encode_codeword(std::span(payload).subspan(static_cast<std::size_t>(codeword) * kPayloadBytes,
                                                 std::size_t{kPayloadBytes}),
                      geometry.rate, code);
      const auto at = layout.modules_of(codeword);
      for (std::size_t j = 0; j < code.size(); ++j) {
        ASSERT_EQ(modules[at[j]] ^ pn_bit(seed, at[j]), code[j]) << codeword << ", bit " << j;
      }
    }
  }
}

TEST(EncodePage, WritesKnownBitsAndAllFourHeaders) {
  auto made = PageLayout::create(PageGeometry{});
  ASSERT_TRUE(made);
  const PageLayout& layout = made.value();
  const PageHeader header = header_of(layout);
  std::vector<std::uint8_t> modules(layout.kinds().size(), 7);
  encode_page(layout, header, random_payload(layout), modules);
  for (std::size_t i = 0; i < modules.size(); ++i) {
    ASSERT_LE(modules[i], 1);
    if (layout.known_bits()[i] != 2) {
      ASSERT_EQ(modules[i], layout.known_bits()[i]);
    }
  }
  std::array<std::uint8_t, kHeaderModules> copy;
  for (std::int32_t corner = 0; corner < 4; ++corner) {
    encode_header_copy(header, corner, copy);
    const auto origin = header_origin(corner, 1280, 1280);
    for (std::int32_t i = 0; i < kHeaderModules; ++i) {
      const auto row = origin.row + i / kHeaderSide, col = origin.col + i % kHeaderSide;
      ASSERT_EQ(modules[static_cast<std::size_t>(row * 1280 + col)],
                copy[static_cast<std::size_t>(i)]);
      ASSERT_EQ(layout.kind(row, col), ModuleKind::kHeader);
    }
  }
}

TEST(EncodePage, LeavesNoTileOfZerosBlank) {
  auto made = PageLayout::create(PageGeometry{});
  ASSERT_TRUE(made);
  const std::vector<std::uint8_t> zeros(152 * 1053, 0);
  std::vector<std::uint8_t> modules(1280 * 1280);
  encode_page(made.value(), header_of(made.value()), zeros, modules);
  for (std::size_t row = 0; row < 1280; row += 32) {
    for (std::size_t col = 0; col < 1280; col += 32) {
      int ones = 0;
      for (std::size_t i = 0; i < 1024; ++i) ones += modules[(row + i / 32) * 1280 + col + i % 32];
      ASSERT_NEAR(ones, 512, 96) << row << ", " << col;  // six sigma
    }
  }
}

TEST(Scrambler, DependsOnThePageAndOnBothHalvesOfThePlate) {
  Uuid plate;
  const auto base = scrambler_seed(plate, 0);
  EXPECT_NE(base, scrambler_seed(plate, 1));
  for (std::size_t byte = 0; byte < 16; ++byte) {
    Uuid other;
    other.bytes[byte] = 1;
    EXPECT_NE(base, scrambler_seed(other, 0));
  }
  int equal = 0;
  const auto next = scrambler_seed(plate, 1);
  for (std::uint64_t i = 0; i < 10000; ++i) equal += pn_bit(base, i) == pn_bit(next, i) ? 1 : 0;
  EXPECT_NEAR(equal, 5000, 250);
}

}  // namespace
}  // namespace ostracon::format
