// Four lanes in a word against the rules of pipeline/rules, in all of their domain.

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "format/crc.hpp"
#include "kernels/core/crc24b.hpp"
#include "kernels/inner_decoder_checks.hpp"
#include "kernels/inner_decoder_plan.hpp"

namespace ostracon::cuda {
namespace {

std::uint8_t lane(Bytes word, int i) { return static_cast<std::uint8_t>(word >> (8 * i)); }
std::int8_t signed_lane(Bytes word, int i) { return static_cast<std::int8_t>(lane(word, i)); }

/// Calls test(word of a, word of b) so that every pair of a in [0, most_a], b in [0, most_b] comes
/// up in every lane, with neighbours that differ from it.
template <class Test>
void for_all_pairs(int most_a, int most_b, const Test& test) {
  const auto word = [](int first, int step, int most) {
    Bytes w = 0;
    for (int i = 0; i < 4; ++i) w |= static_cast<Bytes>((first + i * step) % (most + 1)) << (8 * i);
    return w;
  };
  for (int a = 0; a <= most_a; ++a)
    for (int b = 0; b <= most_b; ++b) {
      test(word(a, 85, most_a), word(b, 37, most_b));
      if (::testing::Test::HasFailure()) return;
    }
}

TEST(PackedBytesTest, PermutationTakesBytesAndSigns) {
  EXPECT_EQ(permute_plain(0x33221100, 0x77665544, 0x3210), 0x33221100U);
  EXPECT_EQ(permute_plain(0x33221100, 0x77665544, 0x7531), 0x77553311U);
  EXPECT_EQ(permute_plain(0x80FF7F00, 0, 0xBA98), 0xFFFF0000U);
  EXPECT_EQ(permute_plain(0x80FF7F00, 0x00000080, 0xC804), 0xFF000080U);
  std::mt19937 random(1);
  for (int i = 0; i < 1000; ++i) {
    const auto x = static_cast<Bytes>(random());
    ASSERT_EQ(signs(x), permute_plain(x, 0, 0xBA98));
  }
}

TEST(PackedBytesTest, SumsAndDifferencesSaturateAsTheRulesSay) {
  for_all_pairs(255, 255, [](Bytes a, Bytes b) {
    for (int i = 0; i < 4; ++i) {
      const std::int8_t x = signed_lane(a, i), y = signed_lane(b, i);
      ASSERT_EQ(signed_lane(add_saturated(a, b), i), rules::add(x, y)) << +x << ", " << +y;
      ASSERT_EQ(signed_lane(subtract_saturated(a, b), i), rules::subtract(x, y))
          << +x << ", " << +y;
      ASSERT_EQ(lane(magnitudes(a, signs(a)), i), rules::magnitude(x)) << +x;
      ASSERT_EQ(lane(at_least_of_all(a, b), i), lane(a, i) >= lane(b, i) ? 255 : 0);
    }
  });
}

TEST(PackedBytesTest, LanesBelow128CompareAndChangeSign) {
  for_all_pairs(127, 128, [](Bytes a, Bytes b) {
    for (int i = 0; i < 4; ++i) {
      ASSERT_EQ(lane(at_least(a, b), i), lane(a, i) >= lane(b, i) ? 255 : 0);
      ASSERT_EQ(signed_lane(negated(a), i), -signed_lane(a, i));
      ASSERT_EQ(lane(lessened(a), i), rules::lessened(lane(a, i)));
    }
  });
}

TEST(PackedChecksTest, BoxPlusIsTheRuleForAllPairs) {
  for_all_pairs(252, 252, [](Bytes a, Bytes b) {
    for (int i = 0; i < 4; ++i)
      ASSERT_EQ(lane(box_plus(a, b), i), rules::box_plus(lane(a, i), lane(b, i)))
          << +lane(a, i) << ", " << +lane(b, i);
  });
}

/// Checks of all lengths the code has, over messages of a spread of `loudness`.
template <class Check, class State>
void expect_the_rule(std::uint32_t seed, int loudness) {
  std::mt19937 random(seed);
  for (int trial = 0; trial < 4000; ++trial) {
    std::vector<Bytes> messages(3 + random() % 17);
    for (Bytes& word : messages)
      for (int i = 0; i < 4; ++i) {
        const auto message =
            static_cast<int>(random() % static_cast<unsigned>(2 * loudness)) - loudness;
        word |= static_cast<Bytes>(static_cast<std::uint8_t>(message)) << (8 * i);
      }
    Checks<Check> checks;
    for (const Bytes word : messages) checks.absorb(word);
    const Replies<Check> replies(checks);
    for (int i = 0; i < 4; ++i) {
      State state;
      for (const Bytes word : messages) rules::absorb(state, signed_lane(word, i));
      for (const Bytes word : messages)
        ASSERT_EQ(signed_lane(replies.to(word), i), rules::reply(state, signed_lane(word, i)))
            << "message " << +signed_lane(word, i) << " of " << messages.size();
    }
  }
}

TEST(PackedChecksTest, MinSumChecksReplyAsTheRuleDoes) {
  for (const int loudness : {2, 8, 30, 128})
    expect_the_rule<MinSumCheck, rules::CheckState>(2, loudness);
}

TEST(PackedChecksTest, BoxPlusChecksReplyAsTheRuleDoes) {
  for (const int loudness : {2, 8, 30, 128})
    expect_the_rule<BoxPlusCheck, rules::BoxPlusState>(3, loudness);
}

TEST(PackedChecksTest, TheLoudestMessagesReplyAsTheRuleDoes) {
  // Nothing but -128, -127, 126 and 127: where a magnitude of 128 meets the first state.
  const std::vector<Bytes> messages{0x80818080U, 0x7F80817FU, 0x807F807EU};
  Checks<MinSumCheck> checks;
  rules::CheckState state[4];
  for (const Bytes word : messages) {
    checks.absorb(word);
    for (int i = 0; i < 4; ++i) rules::absorb(state[i], signed_lane(word, i));
  }
  const Replies<MinSumCheck> replies(checks);
  for (const Bytes word : messages)
    for (int i = 0; i < 4; ++i)
      EXPECT_EQ(signed_lane(replies.to(word), i), rules::reply(state[i], signed_lane(word, i)));
}

TEST(Crc24bTest, PartsByTheirWeightsGiveTheWhole) {
  std::mt19937 random(4);
  std::vector<std::uint8_t> bytes(std::size_t{kInformationBytes});
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
  const DecoderPlan plan = make_decoder_plan(format::Rate::kFourFifths);
  std::uint32_t crc = 0;
  for (std::int32_t part = 0; part < kThreads; ++part)
    crc ^=
        crc24b_product(crc24b_of_part(&bytes[static_cast<std::size_t>(part * kCrcPart)], kCrcPart),
                       plan.crc_weights[part]);
  EXPECT_EQ(crc, format::crc24b_of_bytes(bytes));
}

}  // namespace
}  // namespace ostracon::cuda
