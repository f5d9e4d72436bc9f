// Codewords disturbed at will, and soft bits of anything, at every rate: the decoder agrees with
// the scalar one to the bit, on every instruction set of this machine; what it accepts is a
// codeword that lies as far from the hard decisions as it says; what it is to skip it leaves alone.
//
// Input: rate, instruction set, iterations of the passes, second pass wanted, codewords; then of
// every codeword a byte (skipped; written or raw) with a seed and a channel, or soft bits that the
// rest repeats.

#include <hwy/targets.h>

#include <algorithm>
#include <array>
#include <vector>

#include "host/cpu/inner_decoder.hpp"
#include "tests/fuzz/soft_channel.hpp"
#include "tests/support/scalar_inner_decoder.hpp"

namespace ostracon::fuzz {
namespace {

constexpr std::size_t kBytes{format::kPayloadBytes};
constexpr std::uint8_t kUntouched = 77;

struct Word {
  std::vector<Llr> llrs;
  std::vector<std::uint8_t> payload;  ///< empty where nothing was written
  bool clean = false;                 ///< every soft bit tells its bit
  std::uint8_t skip = 0;
};

std::vector<std::uint8_t> encoded(std::span<const std::uint8_t> payload, format::Rate rate) {
  std::vector<std::uint8_t> bits(static_cast<std::size_t>(format::codeword_bits(rate)));
  format::encode_codeword(payload, rate, bits);
  return bits;
}

Word word_of(Input& input, format::Rate rate) {
  Word word;
  const std::uint8_t kind = input.byte();
  word.skip = (kind & 7U) == 7U ? 1 : 0;
  const auto bits = static_cast<std::size_t>(format::codeword_bits(rate));
  if ((kind & 8U) != 0) {
    const auto bytes = input.rest();
    word.llrs.assign(bits, 0);
    for (std::size_t i = 0; i < bits && !bytes.empty(); ++i)
      word.llrs[i] = std::max(static_cast<Llr>(bytes[i % bytes.size()]), Llr{-127});
    return word;
  }
  sem::Random random(input.seed());
  for (std::size_t i = 0; i < kBytes; ++i)
    word.payload.push_back(static_cast<std::uint8_t>(random.word()));
  SoftChannel channel(input);
  for (const std::uint8_t bit : encoded(word.payload, rate)) word.llrs.push_back(channel(bit));
  word.clean = channel.clean();
  return word;
}

/// From here on the decoder runs on one of the instruction sets that this machine has.
void choose_target(std::uint8_t choice) {
  hwy::SetSupportedTargetsForTest(0);
  const std::vector<std::int64_t> targets = hwy::SupportedAndGeneratedTargets();
  hwy::SetSupportedTargetsForTest(targets[choice % targets.size()]);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

/// What a decoder gives for a batch.
struct Decoded {
  std::vector<std::uint8_t> payload;
  std::vector<InnerOutcome> outcomes;
  std::vector<Llr> beliefs;
};

Decoded decode(const InnerDecoderConfig& config, const std::vector<Word>& words, bool second_pass) {
  std::vector<Llr> llrs;
  std::vector<std::uint8_t> skip;
  for (const Word& word : words) {
    llrs.insert(llrs.end(), word.llrs.begin(), word.llrs.end());
    skip.push_back(word.skip);
  }
  constexpr InnerOutcome kNone{kUntouched, kUntouched, kUntouched, kUntouched};
  Decoded decoded{std::vector<std::uint8_t>(words.size() * kBytes, kUntouched),
                  std::vector<InnerOutcome>(words.size(), kNone),
                  std::vector<Llr>(llrs.size(), Llr{kUntouched})};
  const auto decoder = cpu::make_inner_decoder(config);
  require(decoder.has_value(), "a sound configuration is taken");
  const auto done = decoder.value()->run(llrs.data(), static_cast<std::int32_t>(words.size()),
                                         decoded.payload.data(), decoded.outcomes.data(),
                                         {skip.data(), decoded.beliefs.data(), second_pass});
  require(done.has_value(), "a batch of the planned size is decoded");
  return decoded;
}

void require_untouched(const InnerOutcome& outcome, std::span<const std::uint8_t> payload,
                       std::span<const Llr> beliefs) {
  const auto is_untouched = [](auto value) { return value == kUntouched; };
  require(outcome.decoded == kUntouched && outcome.iterations == kUntouched &&
              std::all_of(payload.begin(), payload.end(), is_untouched) &&
              std::all_of(beliefs.begin(), beliefs.end(), is_untouched),
          "what is skipped stays as it is");
}

void require_codeword(const Word& word, format::Rate rate, const InnerOutcome& outcome,
                      std::span<const std::uint8_t> payload, std::span<const Llr> beliefs) {
  const auto bits = encoded(payload, rate);
  std::int32_t flipped = 0;
  for (std::size_t b = 0; b < bits.size(); ++b) {
    require(beliefs[b] == (bits[b] != 0 ? -127 : 127), "what is decoded is a codeword");
    flipped += word.llrs[b] != 0 && (word.llrs[b] < 0) != (bits[b] != 0);
  }
  require(flipped == outcome.bits_flipped, "as many bits are flipped as it says",
          std::to_string(flipped) + ", not " + std::to_string(outcome.bits_flipped));
}

void require_scalar(const Word& word, const InnerDecoderConfig& config, const InnerOutcome& outcome,
                    std::span<const std::uint8_t> payload, std::span<const Llr> beliefs) {
  test::ScalarInnerDecoder scalar(config);
  std::vector<std::uint8_t> expected_payload(kBytes);
  std::vector<Llr> expected_beliefs(word.llrs.size());
  const InnerOutcome expected = scalar.decode(word.llrs, expected_payload, expected_beliefs);
  require(outcome.decoded == expected.decoded && outcome.second_pass == expected.second_pass &&
              outcome.iterations == expected.iterations &&
              outcome.bits_flipped == expected.bits_flipped,
          "the outcome is the scalar decoder's");
  require(std::equal(beliefs.begin(), beliefs.end(), expected_beliefs.begin()),
          "the beliefs are the scalar decoder's");
  if (outcome.decoded == 0) return;
  require(std::equal(payload.begin(), payload.end(), expected_payload.begin()),
          "the payload is the scalar decoder's");
}

void try_batch(Input& input) {
  InnerDecoderConfig config;
  config.rate = static_cast<format::Rate>(input.byte() % format::kCodewordBits.size());
  choose_target(input.byte());
  config.min_sum_iterations = 1 + input.byte() % 4;
  config.box_plus_iterations = input.byte() % 4;
  config.retry_iterations = input.byte() % 4;
  const bool second_pass = input.byte() % 4 != 3;
  config.max_codewords = 3;
  std::vector<Word> words(1 + input.byte() % 3);
  for (Word& word : words) word = word_of(input, config.rate);
  const Decoded decoded = decode(config, words, second_pass);
  if (!second_pass) config.retry_iterations = 0;
  const auto bits = static_cast<std::size_t>(format::codeword_bits(config.rate));
  for (std::size_t i = 0; i < words.size(); ++i) {
    const InnerOutcome& outcome = decoded.outcomes[i];
    const std::span payload(&decoded.payload[i * kBytes], kBytes);
    const std::span beliefs(&decoded.beliefs[i * bits], bits);
    if (words[i].skip != 0) {
      require_untouched(outcome, payload, beliefs);
      continue;
    }
    require_scalar(words[i], config, outcome, payload, beliefs);
    require(outcome.decoded != 0 || !words[i].clean, "a codeword without a fault is decoded");
    if (outcome.decoded == 0) continue;
    require_codeword(words[i], config.rate, outcome, payload, beliefs);
    require(!words[i].clean || (outcome.iterations == 0 && outcome.bits_flipped == 0),
            "a codeword without a fault is decoded as it came");
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
