// What the shared suites of the inner decoder do not ask of its kernel.

#include <cstring>

#include "kernels/inner_decoder.hpp"
#include "kernels/inner_decoder_plan.hpp"
#include "tests/support/cuda_emulation.hpp"
#include "tests/support/inner_decoder_fixture.hpp"

namespace ostracon::test {
namespace {

using InnerDecoderLaunchTest = InnerDecoderTest;

TEST_P(InnerDecoderLaunchTest, ABatchIsOneLaunchOfARealKernel) {
  const auto batch = noisy_codewords(format::Rate::kEightNinths, 3, 20.0, 60);
  const std::int64_t before = emulation::launches();
  ASSERT_OK(decode({.rate = format::Rate::kEightNinths, .max_codewords = 3}, batch.llrs));
  EXPECT_EQ(emulation::launches(), before + 1);
}

TEST_P(InnerDecoderLaunchTest, ADecoderIsGoodForMoreThanOneBatch) {
  const InnerDecoderConfig config{.max_codewords = 3};
  const auto decoder = backend().make_inner_decoder(config);
  ASSERT_TRUE(decoder.has_value()) << decoder.error().message;
  for (const std::size_t count : {3U, 1U, 2U}) {
    const auto batch = noisy_codewords(config.rate, count, 2.5, 61 + count);
    const auto in = Buffer<Llr>::from(backend().memory(), batch.llrs);
    const auto out = Buffer<std::uint8_t>::create(backend().memory(), count * kBytes);
    const auto said = Buffer<InnerOutcome>::create(backend().memory(), count);
    ASSERT_TRUE(in && out && said);
    ASSERT_OK(decoder.value()->run(in.value().data(), static_cast<std::int32_t>(count),
                                   out.value().data(), said.value().data()));
    std::vector<std::uint8_t> payload(count * kBytes);
    ASSERT_OK(out.value().download(payload));
    EXPECT_EQ(payload, batch.payload);
  }
}

TEST(DecoderPlanTest, RatesOfBothKindsOfMessageMemoryAreTested) {
  // At most a third of a multiprocessor's 228 KiB: messages in shared memory.
  constexpr std::size_t kThird = 228 * 1024 / 3 - 1024;
  const auto bytes = [](format::Rate rate) {
    return cuda::shared_bytes(cuda::make_decoder_plan(rate), true);
  };
  EXPECT_LE(bytes(format::Rate::kEightNinths), kThird);
  EXPECT_LE(bytes(format::Rate::kFourFifths), kThird);
  EXPECT_GT(bytes(format::Rate::kOneHalf), kThird);
  EXPECT_GT(bytes(format::Rate::kOneThird), kThird);
}

OSTRACON_ON_EVERY_BACKEND(InnerDecoderLaunchTest);

}  // namespace
}  // namespace ostracon::test
