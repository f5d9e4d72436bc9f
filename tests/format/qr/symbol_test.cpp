// Versions 1 to 40: tables and patterns of the standard, by its own totals and by libqrencode.

#include "format/qr/symbol.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <numeric>
#include <set>

#include "format/qr/format_agreement.hpp"
#include "tests/format/qr/qrencode_oracle.hpp"

namespace ostracon::format::qr {
namespace {

// Table 1 of the standard: codewords of versions 1 to 40.
constexpr std::array<int, 40> kCodewords = {
    26,   44,   70,   100,  134,  172,  196,  242,  292,  346,  404,  466,  532,  581,
    655,  733,  815,  901,  991,  1085, 1156, 1258, 1364, 1474, 1588, 1706, 1828, 1921,
    2051, 2185, 2323, 2465, 2611, 2761, 2876, 3034, 3196, 3362, 3532, 3706};

TEST(QrSymbol, codewords_and_remainder_bits_are_those_of_table_1) {
  for (int version = 1; version <= 40; ++version) {
    EXPECT_EQ(codeword_count(version), kCodewords[static_cast<std::size_t>(version - 1)]);
    const int expected = version == 1    ? 0
                         : version <= 6  ? 7
                         : version <= 13 ? 0
                         : version <= 20 ? 3
                         : version <= 27 ? 4
                         : version <= 34 ? 3
                                         : 0;
    EXPECT_EQ(remainder_bits(version), expected) << version;
  }
}

TEST(QrSymbol, blocks_add_up_to_the_codewords_and_to_the_capacities_of_table_7) {
  for (int version = 1; version <= 40; ++version) {
    for (const Level level : kLevels) {
      const BlockLayout layout = block_layout(version, level);
      EXPECT_EQ(layout.codewords(), codeword_count(version)) << version << letter_of(level);
      EXPECT_GE(layout.short_blocks, 1);
      EXPECT_EQ(layout.parity % (version == 1 || version == 3 ? 1 : 2), 0) << version;
      EXPECT_LE(layout.short_data + 1 + layout.parity, 154);
    }
  }
  EXPECT_EQ(block_layout(1, Level::kH).data_codewords(), 9);
  EXPECT_EQ(block_layout(3, Level::kM).data_codewords(), 44);
  EXPECT_EQ(block_layout(5, Level::kQ).data_codewords(), 62);
  EXPECT_EQ(block_layout(10, Level::kL).data_codewords(), 274);
  EXPECT_EQ(block_layout(27, Level::kM).data_codewords(), 1128);
  EXPECT_EQ(block_layout(40, Level::kL).data_codewords(), 2956);
  EXPECT_EQ(block_layout(40, Level::kH).data_codewords(), 1276);
}

TEST(QrSymbol, transmission_order_is_a_permutation_that_takes_the_blocks_by_turns) {
  for (int version = 1; version <= 40; ++version) {
    for (const Level level : kLevels) {
      std::vector<std::uint16_t> order = transmission_order(version, level);
      std::sort(order.begin(), order.end());
      std::vector<std::uint16_t> all(static_cast<std::size_t>(codeword_count(version)));
      std::iota(all.begin(), all.end(), std::uint16_t{0});
      EXPECT_EQ(order, all) << version << letter_of(level);
    }
  }
  // 5-Q: blocks of 15, 15, 16, 16 data codewords and 18 of parity.
  const std::vector<std::uint16_t> order = transmission_order(5, Level::kQ);
  EXPECT_EQ(order[0], 0);
  EXPECT_EQ(order[1], 4);
  EXPECT_EQ(order[15], 62);            // first parity of block 0
  EXPECT_EQ(order[33], 1);             // first data of block 1
  EXPECT_EQ(order[33 + 33 + 15], 60);  // the longer blocks' last data
  EXPECT_EQ(order[33 + 33 + 34 + 15], 61);
  EXPECT_EQ(order.back(), 133);
}

TEST(QrSymbol, alignment_centres_are_those_of_annex_e) {
  EXPECT_TRUE(alignment_centres(1).empty());
  EXPECT_EQ(alignment_centres(2), (std::vector<int>{6, 18}));
  EXPECT_EQ(alignment_centres(3), (std::vector<int>{6, 22}));
  EXPECT_EQ(alignment_centres(7), (std::vector<int>{6, 22, 38}));
  EXPECT_EQ(alignment_centres(15), (std::vector<int>{6, 26, 48, 70}));
  EXPECT_EQ(alignment_centres(32), (std::vector<int>{6, 34, 60, 86, 112, 138}));
  EXPECT_EQ(alignment_centres(36), (std::vector<int>{6, 24, 50, 76, 102, 128, 154}));
  EXPECT_EQ(alignment_centres(40), (std::vector<int>{6, 30, 58, 86, 114, 142, 170}));
}

TEST(QrSymbol, every_module_has_one_role_and_every_data_module_one_place_in_the_order) {
  for (int version = 1; version <= 40; ++version) {
    const Symbol& symbol = symbol_of(version);
    ASSERT_EQ(symbol.side, side_of(version));
    EXPECT_EQ(version_of_side(symbol.side), version);
    const auto count = [&](Role role) {
      return std::count(symbol.role.begin(), symbol.role.end(), role);
    };
    EXPECT_EQ(count(Role::kFinder), 3 * 49);
    EXPECT_EQ(count(Role::kSeparator), 3 * 15);
    EXPECT_EQ(count(Role::kFormat), 30);
    EXPECT_EQ(count(Role::kVersion), version < 7 ? 0 : 36);
    EXPECT_EQ(count(Role::kDarkModule), 1);
    const std::set<std::uint16_t> placed(symbol.data_modules.begin(), symbol.data_modules.end());
    EXPECT_EQ(placed.size(), symbol.data_modules.size());
    EXPECT_EQ(static_cast<std::ptrdiff_t>(placed.size()), count(Role::kData));
    for (const std::uint16_t module : placed) EXPECT_EQ(symbol.role[module], Role::kData);
  }
  for (const int side : {0, 17, 22, 181, -3}) EXPECT_EQ(version_of_side(side), 0) << side;
}

TEST(QrSymbol, format_words_are_those_of_annex_c_and_differ_in_seven_bits) {
  EXPECT_EQ(format_word({Level::kM, 0}), 0x5412);
  EXPECT_EQ(format_word({Level::kM, 5}), 0x40CE);
  EXPECT_EQ(format_word({Level::kL, 4}), 0x662F);
  EXPECT_EQ(format_word({Level::kH, 7}), 0x083B);
  EXPECT_EQ(format_word({Level::kQ, 7}), 0x2BED);
  std::vector<std::uint16_t> words;
  for (const Level level : kLevels) {
    for (int mask = 0; mask < kMasks; ++mask) words.push_back(format_word({level, mask}));
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      EXPECT_GE(std::popcount(static_cast<unsigned>(words[i] ^ words[j])), 7);
    }
  }
}

TEST(QrSymbol, a_format_word_agrees_with_light_where_it_has_0_and_dark_where_it_has_1) {
  std::array<float, kFormatBits> light{};
  for (std::size_t bit = 0; bit < light.size(); ++bit)
    light[bit] = static_cast<float>(static_cast<int>(bit * 37 % 23) - 11);
  const auto agreements = format_agreements(light);
  ASSERT_EQ(agreements.size(), 32U);
  for (std::size_t word = 0; word < agreements.size(); ++word) {
    float expected = 0;
    for (std::size_t bit = 0; bit < light.size(); ++bit)
      expected += (format_word(format_of(word)) >> bit & 1) != 0 ? -light[bit] : light[bit];
    EXPECT_EQ(agreements[word], expected) << word;
  }
}

TEST(QrSymbol, version_words_are_those_of_annex_d_and_differ_in_eight_bits) {
  EXPECT_EQ(version_word(7), 0x07C94U);
  EXPECT_EQ(version_word(21), 0x15683U);
  EXPECT_EQ(version_word(40), 0x28C69U);
  for (int a = 7; a <= 40; ++a) {
    for (int b = 7; b < a; ++b) EXPECT_GE(std::popcount(version_word(a) ^ version_word(b)), 8);
  }
}

TEST(QrSymbol, patterns_of_every_version_are_those_of_libqrencode) {
  if (!test::has_qrencode()) GTEST_SKIP() << "no libqrencode in this build";
  const std::vector<Segment> one = {{.mode = Mode::kByte, .bytes = {0x55}}};
  for (int version = 1; version <= 40; ++version) {
    const auto made = test::qrencode(one, version, Level::kM);
    ASSERT_TRUE(made) << version;
    const Symbol& symbol = symbol_of(version);
    ASSERT_EQ(made->matrix.side, symbol.side);
    for (std::size_t i = 0; i < symbol.role.size(); ++i) {
      const unsigned flags = made->flags[i];
      const Role role = symbol.role[i];
      ASSERT_EQ((flags & 0x80U) == 0, role == Role::kData) << version << ' ' << i;
      if (role == Role::kFormat) {
        ASSERT_NE(flags & 0x04U, 0U) << version << ' ' << i;
      } else if (role != Role::kData) {
        ASSERT_EQ(flags & 1U, symbol.value[i]) << version << ' ' << i;
      }
      const unsigned kind = role == Role::kVersion     ? 0x08U
                            : role == Role::kTiming    ? 0x10U
                            : role == Role::kAlignment ? 0x20U
                                                       : 0U;
      ASSERT_EQ(flags & kind, kind) << version << ' ' << i;
    }
  }
}

TEST(QrSymbol, format_information_of_libqrencode_is_one_of_the_level_in_both_copies) {
  if (!test::has_qrencode()) GTEST_SKIP() << "no libqrencode in this build";
  const std::vector<Segment> one = {{.mode = Mode::kByte, .bytes = {0x55}}};
  for (int version = 1; version <= 40; ++version) {
    for (const Level level : kLevels) {
      const auto made = test::qrencode(one, version, level);
      ASSERT_TRUE(made) << version;
      std::array<unsigned, 2> words{};
      const auto modules = format_modules(version);
      for (std::size_t copy = 0; copy < 2; ++copy) {
        for (std::size_t i = 0; i < modules[copy].size(); ++i) {
          words[copy] |= static_cast<unsigned>(made->matrix.modules[modules[copy][i]]) << i;
        }
      }
      EXPECT_EQ(words[0], words[1]);
      int matches = 0;
      for (int mask = 0; mask < kMasks; ++mask) matches += format_word({level, mask}) == words[0];
      EXPECT_EQ(matches, 1) << version << letter_of(level);
    }
  }
}

}  // namespace
}  // namespace ostracon::format::qr
