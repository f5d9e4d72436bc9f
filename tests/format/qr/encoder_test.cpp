// The encoder: the standard's own example, every mode against libqrencode module by module, and
// what it refuses.

#include "format/qr/encoder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>

#include "format/qr/parity.hpp"
#include "format/qr/reed_solomon.hpp"
#include "format/qr/stream_writer.hpp"
#include "tests/format/qr/qr_messages.hpp"
#include "tests/format/qr/qrencode_oracle.hpp"

namespace ostracon::format::qr {
namespace {

using test::bytes_of_text;
using test::random_message;
using test::random_segment;

TEST(QrEncoder, makes_the_codewords_of_the_standards_example) {
  // Annex I: "01234567" as 1-M.
  const Message message = {.structured_append = {},
                           .segments = {{Mode::kNumeric, bytes_of_text("01234567")}}};
  const auto data = data_codewords(message, 1, Level::kM);
  ASSERT_TRUE(data);
  const std::vector<std::uint8_t> expected = {0x10, 0x20, 0x0C, 0x56, 0x61, 0x80, 0xEC, 0x11, 0xEC,
                                              0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xA5, 0x24,
                                              0xD4, 0xC1, 0xED, 0x36, 0xC7, 0x87, 0x2C, 0x55};
  EXPECT_EQ(all_codewords(data.value(), 1, Level::kM), expected);
}

TEST(QrEncoder, parity_makes_words_without_syndromes) {
  std::mt19937 random(5);
  for (int parity = 1; parity <= kMostBlockParity; ++parity) {
    for (const int length : {1, 16, 123}) {
      std::vector<std::uint8_t> word(static_cast<std::size_t>(length + parity));
      for (auto& byte : word) byte = static_cast<std::uint8_t>(random());
      const auto data = static_cast<std::size_t>(length);
      ParityEncoder(parity).encode(std::span(word).first(data), std::span(word).subspan(data));
      const auto values = syndromes({length + parity, length}, word);
      EXPECT_EQ(std::count(values.begin(), values.end(), 0), parity) << length << '+' << parity;
    }
  }
}

TEST(QrEncoder, every_version_level_and_mask_is_module_by_module_that_of_libqrencode) {
  if (!test::has_qrencode()) GTEST_SKIP() << "no libqrencode in this build";
  std::mt19937 random(7);
  for (int version = 1; version <= 40; ++version) {
    for (const Level level : kLevels) {
      const Message message = random_message(random, version, level);
      for (int mask = 0; mask < kMasks; ++mask) {
        const auto ours = encode(message, {level, version, mask});
        ASSERT_TRUE(ours) << ours.error().message;
        const auto theirs = test::qrencode(message.segments, version, level, mask);
        ASSERT_TRUE(theirs) << version << letter_of(level);
        ASSERT_EQ(ours.value(), theirs->matrix) << version << letter_of(level) << mask;
      }
    }
  }
}

TEST(QrEncoder, takes_the_mask_of_least_penalty) {
  std::mt19937 random(8);
  for (const int version : {1, 3, 10}) {
    const Message message = random_message(random, version, Level::kQ);
    int least = 1 << 30;
    Matrix best;
    for (int mask = 0; mask < kMasks; ++mask) {
      const auto matrix = encode(message, {Level::kQ, version, mask});
      ASSERT_TRUE(matrix);
      if (mask_penalty(matrix.value()) >= least) continue;
      least = mask_penalty(matrix.value());
      best = matrix.value();
    }
    EXPECT_EQ(encode(message, {Level::kQ, version, {}}).value(), best);
  }
}

TEST(QrEncoder, penalty_counts_runs_blocks_finders_and_share) {
  const auto penalty_of = [](int side, const std::string& modules) {
    Matrix matrix = {.side = side, .modules = {}};
    for (const char module : modules) matrix.modules.push_back(module == '#' ? 1 : 0);
    return mask_penalty(matrix);
  };
  // A chequerboard of even side has none of it; one of odd side is a little darker than a half.
  EXPECT_EQ(penalty_of(2,
                       "# "
                       " #"),
            0);
  // All dark, 2 x 2: a block, and a half away from a half.
  EXPECT_EQ(penalty_of(2, "####"), 3 + 100);
  // 5 x 5 light: ten runs of five, sixteen blocks, a half away.
  EXPECT_EQ(penalty_of(5, std::string(25, ' ')), 10 * 3 + 16 * 3 + 100);
  // 6 x 6 light: twelve runs of six.
  EXPECT_EQ(penalty_of(6, std::string(36, ' ')), 12 * 4 + 25 * 3 + 100);
  // A finder's 1:1:3:1:1 with four light modules behind it, in a row of a chequerboard; and the
  // same modules without its row.
  std::string modules;
  for (int i = 0; i < 11 * 11; ++i) modules += i % 2 == 0 ? '#' : ' ';
  const int plain = penalty_of(11, modules);
  modules.replace(std::size_t{5} * 11, 11, "# ### #    ");
  EXPECT_GE(penalty_of(11, modules), plain + 40);
  modules.replace(std::size_t{5} * 11, 11, "    # ### #");
  EXPECT_GE(penalty_of(11, modules), plain + 40);
  modules.replace(std::size_t{5} * 11, 11, "#  ## #    ");
  EXPECT_LT(penalty_of(11, modules), plain + 40);
}

/// The rules as the standard says them, module by module.
int plain_penalty(const Matrix& matrix) {
  const auto dark = [&](int row, int column) {
    return matrix.modules[static_cast<std::size_t>(row * matrix.side + column)] != 0;
  };
  int points = 0;
  int dark_modules = 0;
  for (const bool across : {true, false}) {
    for (int line = 0; line < matrix.side; ++line) {
      std::string modules;
      for (int i = 0; i < matrix.side; ++i) {
        modules += (across ? dark(line, i) : dark(i, line)) ? '#' : ' ';
      }
      for (std::size_t begin = 0, end = 0; begin < modules.size(); begin = end) {
        end = std::min(modules.find_first_not_of(modules[begin], begin), modules.size());
        if (end - begin >= 5) points += static_cast<int>(end - begin) - 2;
      }
      for (const std::string pattern : {"    # ### #", "# ### #    "}) {
        for (std::size_t at = modules.find(pattern); at != std::string::npos;
             at = modules.find(pattern, at + 1)) {
          points += 40;
        }
      }
    }
  }
  for (int row = 0; row < matrix.side; ++row) {
    for (int column = 0; column < matrix.side; ++column) {
      const bool here = dark(row, column);
      dark_modules += here ? 1 : 0;
      if (row == 0 || column == 0) continue;
      const bool block = here == dark(row - 1, column) && here == dark(row, column - 1) &&
                         here == dark(row - 1, column - 1);
      points += block ? 3 : 0;
    }
  }
  const double percent = 100.0 * dark_modules / (matrix.side * matrix.side);
  return points + 10 * static_cast<int>(std::abs(percent - 50) / 5 + 1e-9);
}

TEST(QrEncoder, penalty_is_that_of_the_rules_one_by_one) {
  std::mt19937 random(10);
  for (int version = 1; version <= 40; ++version) {
    for (const unsigned share : {1U, 2U, 4U, 8U}) {
      Matrix matrix = {.side = side_of(version), .modules = symbol_of(version).value};
      for (auto& module : matrix.modules) {
        if (random() % share == 0) module ^= 1U;
      }
      EXPECT_EQ(mask_penalty(matrix), plain_penalty(matrix)) << version << ' ' << share;
    }
  }
}

/// Modules unlike the four beside them, as one counts them.
int plain_lone_modules(const Matrix& matrix) {
  const auto dark = [&](int row, int column) {
    return matrix.modules[static_cast<std::size_t>(row * matrix.side + column)] != 0;
  };
  int lone = 0;
  for (int row = 1; row + 1 < matrix.side; ++row)
    for (int column = 1; column + 1 < matrix.side; ++column) {
      const bool own = dark(row, column);
      lone += dark(row - 1, column) != own && dark(row + 1, column) != own &&
              dark(row, column - 1) != own && dark(row, column + 1) != own;
    }
  return lone;
}

TEST(QrEncoder, lone_modules_are_counted_on_every_side) {
  std::mt19937 random(11);
  for (const int version : {1, 3, 12, 13, 27, 40}) {
    Matrix matrix = {.side = side_of(version), .modules = {}};
    matrix.modules.resize(static_cast<std::size_t>(matrix.side * matrix.side));
    for (auto& module : matrix.modules) module = random() % 2;
    EXPECT_EQ(lone_modules(matrix), plain_lone_modules(matrix)) << version;
    EXPECT_GT(lone_modules(matrix), 0) << version;
  }
}

TEST(QrEncoder, zeros_are_not_drawn_chequered_where_lone_modules_count) {
  const std::vector<std::uint8_t> zeros(42);
  const auto by_the_standard = encode_bytes(zeros, {Level::kM, 3, {}, 0});
  const auto for_a_blur = encode_bytes(zeros, {Level::kM, 3, {}, 6});
  ASSERT_TRUE(by_the_standard && for_a_blur);
  EXPECT_GT(lone_modules(by_the_standard.value()), 200);
  EXPECT_LT(lone_modules(for_a_blur.value()), 60);  // 45 of random bits
}

TEST(QrEncoder, chooses_the_smallest_version_that_holds_the_message) {
  // Table 7: 1-L has 41 digits, 25 alphanumerics, 17 bytes; 40-L 7089, 4296, 2953.
  const auto side = [](const std::string& text, Level level) {
    const auto matrix = encode_text(text, {level, {}, 0});
    return matrix ? version_of_side(matrix.value().side) : 0;
  };
  EXPECT_EQ(side(std::string(41, '7'), Level::kL), 1);
  EXPECT_EQ(side(std::string(42, '7'), Level::kL), 2);
  EXPECT_EQ(side(std::string(25, 'A'), Level::kL), 1);
  EXPECT_EQ(side(std::string(26, 'A'), Level::kL), 2);
  EXPECT_EQ(side(std::string(17, 'a'), Level::kL), 1);
  EXPECT_EQ(side(std::string(18, 'a'), Level::kL), 2);
  EXPECT_EQ(side(std::string(42, 'a'), Level::kM), 3);
  EXPECT_EQ(side(std::string(7089, '7'), Level::kL), 40);
  EXPECT_EQ(side(std::string(4296, 'A'), Level::kL), 40);
  EXPECT_EQ(side(std::string(2953, 'a'), Level::kL), 40);
  EXPECT_EQ(side(std::string(2954, 'a'), Level::kL), 0);
  EXPECT_EQ(side("", Level::kH), 1);
}

TEST(QrEncoder, refuses_what_does_not_exist_or_does_not_fit) {
  const auto refuses = [](const Message& message, const EncoderOptions& options) {
    const auto matrix = encode(message, options);
    return !matrix && matrix.error().code == ErrorCode::kInvalidArgument;
  };
  const auto of = [](Segment segment) { return Message{{}, {std::move(segment)}}; };
  EXPECT_TRUE(refuses({}, {Level::kM, 0, {}}));
  EXPECT_TRUE(refuses({}, {Level::kM, 41, {}}));
  EXPECT_TRUE(refuses({}, {Level::kM, 1, 8}));
  EXPECT_TRUE(refuses({}, {Level::kM, 1, -1}));
  EXPECT_TRUE(refuses(of({Mode::kByte, std::vector<std::uint8_t>(43)}), {Level::kM, 3, {}}));
  EXPECT_TRUE(refuses(of({Mode::kByte, std::vector<std::uint8_t>(2954)}), {Level::kL, {}, {}}));
  EXPECT_TRUE(refuses(of({Mode::kNumeric, bytes_of_text("12a")}), {}));
  EXPECT_TRUE(refuses(of({Mode::kAlphanumeric, bytes_of_text("ABc")}), {}));
  EXPECT_TRUE(refuses(of({Mode::kKanji, {0x93}}), {}));
  EXPECT_TRUE(refuses(of({Mode::kKanji, {0x93, 0x7F}}), {}));
  EXPECT_TRUE(refuses(of({Mode::kEci, {}, 1'000'000}), {}));
  EXPECT_TRUE(refuses(of({Mode::kFnc1Second, {}, 256}), {}));
  EXPECT_TRUE(refuses({StructuredAppend{0, 17, 0}, {}}, {}));
  EXPECT_TRUE(refuses({StructuredAppend{2, 2, 0}, {}}, {}));
}

}  // namespace
}  // namespace ostracon::format::qr
