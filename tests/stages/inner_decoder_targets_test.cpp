// The inner decoder by every instruction set that this machine and this build have, against the
// plain scalar decoder. What the machine lacks is skipped by name.

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cstring>
#include <string>

#include "host/cpu/inner_decoder.hpp"
#include "tests/support/inner_decoder_fixture.hpp"
#include "tests/support/scalar_inner_decoder.hpp"

namespace ostracon::test {
namespace {

class InstructionSetTest : public ::testing::TestWithParam<std::int64_t> {
 protected:
  void SetUp() override {
    if ((hwy::SupportedTargets() & HWY_TARGETS & GetParam()) == 0)
      GTEST_SKIP() << "this machine has no " << hwy::TargetName(GetParam());
    hwy::GetChosenTarget().Update(GetParam());
  }
  void TearDown() override { hwy::GetChosenTarget().DeInit(); }
};

void expect_as_the_scalar_decoder(const InnerDecoderConfig& config, const NoisyCodewords& batch) {
  const auto count = static_cast<std::size_t>(config.max_codewords);
  const std::size_t bits = batch.llrs.size() / count;
  std::vector<std::uint8_t> payload(count * kBytes), expected_payload(kBytes);
  std::vector<InnerOutcome> outcomes(count);
  std::vector<Llr> beliefs(batch.llrs.size()), expected_beliefs(bits);
  const auto decoder = cpu::make_inner_decoder(config);
  ASSERT_TRUE(decoder.has_value()) << decoder.error().message;
  const auto done = decoder.value()->run(batch.llrs.data(), config.max_codewords, payload.data(),
                                         outcomes.data(), {.beliefs = beliefs.data()});
  ASSERT_TRUE(done.has_value()) << done.error().message;
  ScalarInnerDecoder scalar(config);
  for (std::size_t i = 0; i < count; ++i) {
    SCOPED_TRACE(std::string(format::to_string(config.rate)) + ", codeword " + std::to_string(i));
    const auto expected =
        scalar.decode({&batch.llrs[i * bits], bits}, expected_payload, expected_beliefs);
    EXPECT_EQ(outcomes[i].decoded, expected.decoded);
    EXPECT_EQ(outcomes[i].second_pass, expected.second_pass);
    EXPECT_EQ(outcomes[i].iterations, expected.iterations);
    EXPECT_EQ(outcomes[i].bits_flipped, expected.bits_flipped);
    EXPECT_EQ(std::memcmp(&beliefs[i * bits], expected_beliefs.data(), bits), 0);
    if (expected.decoded != 0) {
      EXPECT_EQ(std::memcmp(&payload[i * kBytes], expected_payload.data(), kBytes), 0);
    }
  }
}

TEST_P(InstructionSetTest, DecodesAsTheScalarDecoderDoesToTheBit) {
  for (std::size_t r = 0; r < kRates.size(); ++r) {
    // One that needs no iteration, then some near the threshold, where a few fail.
    auto batch = noisy_codewords(kRates[r], 5, kThresholdDb[r] - 0.2, 40 + r, 0.001);
    const auto clean = noisy_codewords(kRates[r], 1, 20.0, 50 + r);
    std::copy(clean.llrs.begin(), clean.llrs.end(), batch.llrs.begin());
    expect_as_the_scalar_decoder({.rate = kRates[r],
                                  .max_codewords = 5,
                                  .min_sum_iterations = 6,
                                  .box_plus_iterations = 12,
                                  .retry_iterations = 8},
                                 batch);
  }
}

TEST_P(InstructionSetTest, SaturatesAsTheScalarDecoderDoes) {
  const InnerDecoderConfig config{
      .max_codewords = 3, .min_sum_iterations = 2, .box_plus_iterations = 2, .retry_iterations = 2};
  auto batch = noisy_codewords(config.rate, 3, 1.8, 21);
  for (Llr& llr : batch.llrs) llr = static_cast<Llr>(std::clamp(8 * llr, -127, 127));
  expect_as_the_scalar_decoder(config, batch);
}

INSTANTIATE_TEST_SUITE_P(OnEvery, InstructionSetTest,
                         ::testing::Values(HWY_SCALAR, HWY_SSSE3, HWY_SSE4, HWY_AVX2, HWY_AVX3),
                         [](const auto& tested) {
                           return std::string(hwy::TargetName(tested.param));
                         });

}  // namespace
}  // namespace ostracon::test
