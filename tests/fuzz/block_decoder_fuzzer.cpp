// Blocks of QR codes disturbed at will, and soft bits of anything, of every shape: the block
// decoder agrees with the scalar one to the bit, on every instruction set of this machine; what it
// accepts is a codeword that loses as much as it says, and is sure enough or near enough.
//
// Input: shape, instruction set, last method, least confidence, chance, pairs, blocks; then of
// every block a byte (written or raw) with a seed, a size of soft bits and a share of noise, or
// soft bits that the rest repeats.

#include <hwy/targets.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "host/cpu/block_decoder.hpp"
#include "tests/fuzz/fuzz_input.hpp"
#include "tests/support/block_batch.hpp"
#include "tests/support/scalar_block_decoder.hpp"

namespace ostracon::fuzz {
namespace {

BlockDecoderConfig config_of(Input& input) {
  BlockDecoderConfig config;
  const auto parity = static_cast<std::int32_t>(input.number(1, format::qr::kMostBlockParity));
  const auto data = static_cast<std::int32_t>(
      input.number(1, static_cast<std::uint32_t>(format::qr::kMostBlockOctets - parity)));
  config.shape = {parity + data, data};
  config.last_method = static_cast<BlockMethod>(3 + input.byte() % 3);
  config.least_confidence = static_cast<float>(input.byte() % 32);
  config.most_chance = input.byte() % 4 == 0 ? 1.0 : 1e-7;
  config.pair_bits = input.byte() % 32;
  config.max_blocks = 3;
  return config;
}

/// From here on the decoder runs on one of the instruction sets that this machine has.
void choose_target(std::uint8_t choice) {
  hwy::SetSupportedTargetsForTest(0);
  const std::vector<std::int64_t> targets = hwy::SupportedAndGeneratedTargets();
  hwy::SetSupportedTargetsForTest(targets[choice % targets.size()]);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

std::vector<Llr> block_of(Input& input, const format::qr::BlockShape& shape) {
  std::vector<Llr> llrs(static_cast<std::size_t>(shape.bits()), Llr{0});
  if (input.byte() % 4 == 0) {
    const auto bytes = input.rest();
    for (std::size_t i = 0; i < llrs.size() && !bytes.empty(); ++i)
      llrs[i] = std::max(static_cast<Llr>(bytes[i % bytes.size()]), Llr{-127});
    return llrs;
  }
  std::mt19937 random(static_cast<std::uint32_t>(input.seed()));
  const auto size = static_cast<std::uint32_t>(input.number(8, 60));
  const std::uint32_t wrong = input.number(0, 80);  // of 1024 bits
  const std::uint8_t holes = input.byte();
  const std::uint32_t erased = holes % 4 == 0 ? holes / 8U : 0U;  // of 256 bits
  const auto sent = test::sure_llrs(test::random_codeword(shape, random), 1);
  for (std::size_t b = 0; b < llrs.size(); ++b) {
    // What is wrong is a third as sure, in the mean.
    const bool is_wrong = random() % 1024U < wrong;
    const auto own = static_cast<std::int32_t>(1 + random() % (is_wrong ? size / 3 + 1 : size));
    llrs[b] = static_cast<Llr>(sent[b] * (is_wrong ? -own : own));
    if (random() % 256U < erased) llrs[b] = 0;
  }
  return llrs;
}

void require_codeword(const BlockDecoderConfig& config, const Llr* llrs,
                      const BlockOutcome& outcome, std::span<const std::uint8_t> octets) {
  for (const std::uint8_t s : format::qr::syndromes(config.shape, octets))
    require(s == 0, "what is decoded is a codeword");
  std::int32_t loss = 0;
  for (std::size_t b = 0; b < 8 * octets.size(); ++b)
    if ((llrs[b] < 0) != ((octets[b / 8] & (0x80U >> (b % 8))) != 0)) loss += std::abs(llrs[b]);
  require(loss == outcome.loss, "it loses as much as it says",
          std::to_string(loss) + ", not " + std::to_string(outcome.loss));
  require(
      outcome.method <= BlockMethod::kErasures || outcome.confidence >= least_confidence(config),
      "what bounded distance does not find is sure enough");
  require(outcome.method <= config.last_method, "no method after the last one is tried");
}

void try_batch(Input& input) {
  const BlockDecoderConfig config = config_of(input);
  choose_target(input.byte());
  std::vector<Llr> llrs;
  const std::size_t blocks = 1 + input.byte() % 3U;
  for (std::size_t i = 0; i < blocks; ++i) {
    const auto block = block_of(input, config.shape);
    llrs.insert(llrs.end(), block.begin(), block.end());
  }
  const auto decoder = cpu::make_block_decoder(config);
  require(decoder.has_value(), "a sound configuration is taken");
  std::vector<std::uint8_t> octets(llrs.size() / 8);
  std::vector<BlockOutcome> outcomes(blocks);
  const auto done = decoder.value()->run(llrs.data(), static_cast<std::int32_t>(blocks),
                                         octets.data(), outcomes.data());
  require(done.has_value(), "a batch of the planned size is decoded");
  test::ScalarBlockDecoder scalar(config);
  const auto length = static_cast<std::size_t>(config.shape.octets);
  for (std::size_t i = 0; i < blocks; ++i) {
    const Llr* own = &llrs[8 * i * length];
    const std::span word(&octets[i * length], length);
    const auto expected = scalar.decode(own);
    require(test::same(outcomes[i], expected.outcome), "the outcome is the scalar decoder's");
    require(std::equal(word.begin(), word.end(), expected.octets.begin()),
            "the octets are the scalar decoder's");
    if (outcomes[i].method != BlockMethod::kNone) require_codeword(config, own, outcomes[i], word);
  }
}

}  // namespace
}  // namespace ostracon::fuzz

// A name of libFuzzer. NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ostracon::fuzz::Input input(data, size);
  ostracon::fuzz::try_batch(input);
  return 0;
}
