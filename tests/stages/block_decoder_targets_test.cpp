// The block decoder by every instruction set that this machine and this build have, against the
// plain scalar decoder. What the machine lacks is skipped by name. And what decoders are made for.

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cmath>
#include <string>

#include "host/cpu/block_decoder.hpp"
#include "tests/support/block_batch.hpp"
#include "tests/support/scalar_block_decoder.hpp"

namespace ostracon::test {
namespace {

constexpr std::size_t kBlocks = 20;

/// The same for every instruction set.
struct Expected {
  BlockDecoderConfig config;
  BlockBatch batch;
  std::vector<ScalarBlockDecoder::Decoded> decoded;
};

const std::vector<Expected>& expected_of_all_shapes() {
  static const std::vector<Expected> all = [] {
    std::vector<Expected> made;
    for (const format::qr::BlockShape& shape : kShapes) {
      Expected expected{{.shape = shape, .max_blocks = kBlocks, .pair_bits = 16},
                        mixed_batch(shape, kBlocks, 41),
                        {}};
      ScalarBlockDecoder scalar(expected.config);
      for (std::size_t i = 0; i < kBlocks; ++i)
        expected.decoded.push_back(
            scalar.decode(&expected.batch.llrs[i * static_cast<std::size_t>(shape.bits())]));
      made.push_back(std::move(expected));
    }
    return made;
  }();
  return all;
}

class BlockInstructionSetTest : public ::testing::TestWithParam<std::int64_t> {
 protected:
  void SetUp() override {
    if ((hwy::SupportedTargets() & HWY_TARGETS & GetParam()) == 0)
      GTEST_SKIP() << "this machine has no " << hwy::TargetName(GetParam());
    hwy::GetChosenTarget().Update(GetParam());
  }
  void TearDown() override { hwy::GetChosenTarget().DeInit(); }
};

TEST_P(BlockInstructionSetTest, DecodesAsTheScalarDecoderDoesToTheBit) {
  for (const auto& [config, batch, expected] : expected_of_all_shapes()) {
    const auto decoder = cpu::make_block_decoder(config);
    ASSERT_TRUE(decoder.has_value()) << decoder.error().message;
    std::vector<std::uint8_t> octets(batch.sent.size());
    std::vector<BlockOutcome> outcomes(kBlocks);
    ASSERT_TRUE(decoder.value()
                    ->run(batch.llrs.data(), std::int32_t{kBlocks}, octets.data(), outcomes.data())
                    .has_value());
    const auto length = static_cast<std::size_t>(config.shape.octets);
    for (std::size_t i = 0; i < kBlocks; ++i) {
      EXPECT_TRUE(same(outcomes[i], expected[i].outcome)) << length << ", block " << i;
      EXPECT_EQ(std::memcmp(&octets[i * length], expected[i].octets.data(), length), 0)
          << length << ", block " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(OnEvery, BlockInstructionSetTest,
                         ::testing::Values(HWY_SCALAR, HWY_SSSE3, HWY_SSE4, HWY_AVX2, HWY_AVX3),
                         [](const auto& tested) {
                           return std::string(hwy::TargetName(tested.param));
                         });

TEST(BlockDecoderConfigTest, RefusesWhatNoDecoderCanBeMadeFor) {
  EXPECT_TRUE(check(BlockDecoderConfig{}).has_value());
  for (const BlockDecoderConfig& config :
       {BlockDecoderConfig{.shape = {70, 30}}, BlockDecoderConfig{.max_blocks = 0},
        BlockDecoderConfig{.last_method = BlockMethod::kErrors},
        BlockDecoderConfig{.last_method = static_cast<BlockMethod>(6)},
        BlockDecoderConfig{.least_confidence = -1.0F},
        BlockDecoderConfig{.least_confidence = std::nanf("")},
        BlockDecoderConfig{.most_chance = 2.0}, BlockDecoderConfig{.pair_bits = -1}})
    EXPECT_FALSE(check(config).has_value());
}

TEST(BlockDecoderConfigTest, TrustsErrorsByTheShareOfWordsThatAreAsCloseToACodeword) {
  const TrustedErrors v3 = trusted_errors({.shape = {70, 44}});
  EXPECT_EQ(v3[0], 13);
  EXPECT_EQ(v3[20], 1);  // 2: 2.8e-7
  EXPECT_EQ(v3[22], 0);
  EXPECT_EQ(v3[23], 0);   // 256^-3
  EXPECT_EQ(v3[24], -1);  // 256^-2
  EXPECT_EQ(trusted_errors({.shape = {26, 19}})[0], 2);
}

}  // namespace
}  // namespace ostracon::test
