// The inner decoder's kernel against the CPU's, to the bit.

#include <cstring>

#include "tests/support/both_backends.hpp"
#include "tests/support/noisy_codewords.hpp"

namespace ostracon::test {
namespace {

constexpr std::int32_t kCodewords = 4;

struct Decoded {
  std::vector<std::uint8_t> payload;
  std::vector<InnerOutcome> outcomes;
  std::vector<Llr> beliefs;
};

Result<Decoded> decode(Backend& backend, format::Rate rate, const std::vector<Llr>& llrs) {
  auto& memory = backend.memory();
  OSTRACON_TRY_ASSIGN(const auto decoder,
                      backend.make_inner_decoder({.rate = rate, .max_codewords = kCodewords}));
  OSTRACON_TRY_ASSIGN(const auto in, Buffer<Llr>::from(memory, llrs));
  Decoded out{std::vector<std::uint8_t>(std::size_t{kCodewords} * format::kPayloadBytes),
              std::vector<InnerOutcome>(kCodewords), std::vector<Llr>(llrs.size())};
  OSTRACON_TRY_ASSIGN(const auto payload, Buffer<std::uint8_t>::from(memory, out.payload));
  OSTRACON_TRY_ASSIGN(const auto outcomes, Buffer<InnerOutcome>::from(memory, out.outcomes));
  OSTRACON_TRY_ASSIGN(const auto beliefs, Buffer<Llr>::from(memory, out.beliefs));
  OSTRACON_TRY(decoder->run(in.data(), kCodewords, payload.data(), outcomes.data(),
                            {.beliefs = beliefs.data()}));
  OSTRACON_TRY(payload.download(out.payload));
  OSTRACON_TRY(outcomes.download(out.outcomes));
  OSTRACON_TRY(beliefs.download(out.beliefs));
  return out;
}

class InnerDecoderEqualTest : public BothBackendsTest,
                              public ::testing::WithParamInterface<double> {};

TEST_P(InnerDecoderEqualTest, PayloadOutcomesAndBeliefsAreTheSame) {
  const auto rate = format::Rate::kFourFifths;
  const auto batch = noisy_codewords(rate, kCodewords, GetParam(), 23, 0.01);
  const auto expected = decode(cpu(), rate, batch.llrs);
  ASSERT_OK(expected);
  const auto found = decode(kernels(), rate, batch.llrs);
  ASSERT_OK(found);
  EXPECT_EQ(found.value().payload, expected.value().payload);
  EXPECT_EQ(found.value().beliefs, expected.value().beliefs);
  for (std::size_t c = 0; c < kCodewords; ++c) {
    const InnerOutcome& a = found.value().outcomes[c];
    const InnerOutcome& b = expected.value().outcomes[c];
    EXPECT_EQ(a.decoded, b.decoded) << c;
    EXPECT_EQ(a.second_pass, b.second_pass) << c;
    EXPECT_EQ(a.iterations, b.iterations) << c;
    EXPECT_EQ(a.bits_flipped, b.bits_flipped) << c;
  }
}

// Es/N0, dB: all decoded, about half, none.
INSTANTIATE_TEST_SUITE_P(Channels, InnerDecoderEqualTest, ::testing::Values(2.4, 1.75, 1.0));

}  // namespace
}  // namespace ostracon::test
