#include "pipeline/stages/block_decoder.hpp"

#include <algorithm>
#include <cmath>

#include "tests/support/backend_test.hpp"
#include "tests/support/block_batch.hpp"
#include "tests/support/scalar_block_decoder.hpp"

namespace ostracon::test {
namespace {

using format::qr::BlockShape;

class BlockDecoderTest : public BackendTest {
 protected:
  struct Decoded {
    std::vector<std::uint8_t> octets;
    std::vector<BlockOutcome> outcomes;
  };

  Result<Decoded> decode(const BlockDecoderConfig& config, const std::vector<Llr>& llrs) {
    const auto bits = static_cast<std::size_t>(config.shape.bits());
    const std::size_t blocks = llrs.size() / bits;
    OSTRACON_TRY_ASSIGN(auto decoder, backend().make_block_decoder(config));
    OSTRACON_TRY_ASSIGN(auto soft, Buffer<Llr>::from(backend().memory(), llrs));
    Decoded decoded{std::vector<std::uint8_t>(llrs.size() / 8), std::vector<BlockOutcome>(blocks)};
    OSTRACON_TRY_ASSIGN(auto octets,
                        Buffer<std::uint8_t>::from(backend().memory(), decoded.octets));
    OSTRACON_TRY_ASSIGN(auto outcomes,
                        Buffer<BlockOutcome>::from(backend().memory(), decoded.outcomes));
    OSTRACON_TRY(decoder->run(soft.data(), static_cast<std::int32_t>(blocks), octets.data(),
                              outcomes.data()));
    OSTRACON_TRY(octets.download(decoded.octets));
    OSTRACON_TRY(outcomes.download(decoded.outcomes));
    return decoded;
  }
  /// One block.
  Decoded decode_one(BlockDecoderConfig config, const std::vector<Llr>& llrs) {
    config.max_blocks = 1;
    auto decoded = decode(config, llrs);
    EXPECT_TRUE(decoded.has_value()) << decoded.error().message;
    return std::move(decoded).value();
  }
};

TEST_P(BlockDecoderTest, DecodesAsTheContractSaysOneBitAfterTheOther) {
  std::array<int, 6> seen{};
  for (const BlockShape& shape : kShapes) {
    const std::size_t blocks = trials(40, 20);
    const BlockBatch batch = mixed_batch(shape, blocks, 11);
    const BlockDecoderConfig config{
        .shape = shape, .max_blocks = static_cast<std::int32_t>(blocks), .pair_bits = 24};
    const auto decoded = decode(config, batch.llrs);
    ASSERT_TRUE(decoded.has_value()) << decoded.error().message;
    ScalarBlockDecoder scalar(config);
    const auto length = static_cast<std::size_t>(shape.octets);
    for (std::size_t i = 0; i < blocks; ++i) {
      SCOPED_TRACE(std::to_string(shape.octets) + ", " + std::to_string(shape.data_octets) +
                   ", block " + std::to_string(i));
      const auto expected = scalar.decode(&batch.llrs[8 * i * length]);
      const BlockOutcome& outcome = decoded.value().outcomes[i];
      EXPECT_EQ(outcome.method, expected.outcome.method);
      EXPECT_TRUE(same(outcome, expected.outcome));
      EXPECT_TRUE(
          std::equal(expected.octets.begin(), expected.octets.end(),
                     decoded.value().octets.begin() + static_cast<std::ptrdiff_t>(i * length)));
      ++seen[static_cast<std::size_t>(outcome.method)];
    }
  }
  for (std::size_t method = 0; method < seen.size(); ++method)
    EXPECT_GT(seen[method], 0) << "no block went the way " << method;
}

TEST_P(BlockDecoderTest, CorrectsEveryNumberOfErrorsAndErasuresOfAV3Block) {
  constexpr BlockShape kShape{70, 44};
  std::mt19937 random(5);
  BlockBatch batch;
  std::vector<std::array<std::int32_t, 2>> numbers;
  for (std::int32_t lost = 0; lost <= 26; lost += kernels_are_emulated() ? 13 : 1)
    for (std::int32_t errors = 0; 2 * errors + lost <= 26; ++errors) {
      const auto word = random_codeword(kShape, random);
      auto llrs = sure_llrs(word, 100);
      auto spoilt = some_of(kShape.octets, lost + errors, random);
      std::shuffle(spoilt.begin(), spoilt.end(), random);
      for (std::size_t s = 0; s < spoilt.size(); ++s) {
        Llr* bits = &llrs[8 * static_cast<std::size_t>(spoilt[s])];
        const std::uint8_t change = random_error(random);
        for (unsigned b = 0; b < 8; ++b) {
          if ((change & (0x80U >> b)) != 0)
            bits[b] = static_cast<Llr>(s < static_cast<std::size_t>(lost) ? 0 : -bits[b]);
        }
      }
      batch.add(word, llrs);
      numbers.push_back({lost, errors});
    }
  const BlockDecoderConfig config{
      .shape = kShape, .max_blocks = static_cast<std::int32_t>(numbers.size()), .most_chance = 1.0};
  const auto decoded = decode(config, batch.llrs);
  ASSERT_TRUE(decoded.has_value()) << decoded.error().message;
  EXPECT_EQ(decoded.value().octets, batch.sent);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto [lost, errors] = numbers[i];
    const BlockOutcome& outcome = decoded.value().outcomes[i];
    EXPECT_EQ(outcome.method, lost > 0     ? BlockMethod::kErasures
                              : errors > 0 ? BlockMethod::kErrors
                                           : BlockMethod::kClean);
    EXPECT_EQ(outcome.erasures, lost);
    EXPECT_GE(outcome.corrected, errors);
    EXPECT_LE(outcome.corrected, lost + errors);
  }
}

TEST_P(BlockDecoderTest, TakesBatchesOfNoneOneAndAnOddNumber) {
  const BlockBatch batch = mixed_batch({26, 19}, 37, 3);
  const BlockDecoderConfig config{.shape = {26, 19}, .max_blocks = 37};
  const auto all = decode(config, batch.llrs);
  ASSERT_TRUE(all.has_value()) << all.error().message;
  const auto none = decode(config, {});
  ASSERT_TRUE(none.has_value()) << none.error().message;
  for (const std::size_t i : {std::size_t{0}, std::size_t{36}}) {
    const auto first = batch.llrs.begin() + static_cast<std::ptrdiff_t>(i * 208);
    const auto one = decode(config, {first, first + 208});
    ASSERT_TRUE(one.has_value()) << one.error().message;
    EXPECT_TRUE(same(one.value().outcomes[0], all.value().outcomes[i]));
  }
  auto decoder = backend().make_block_decoder(config);
  ASSERT_TRUE(decoder.has_value());
  EXPECT_FALSE(decoder.value()->run(nullptr, 38, nullptr, nullptr).has_value());
  EXPECT_FALSE(decoder.value()->run(nullptr, -1, nullptr, nullptr).has_value());
}

TEST_P(BlockDecoderTest, LosesNoMoreThanAFiftiethOfV3BlocksAtARawBitErrorRateOf38Thousandths) {
  constexpr BlockShape kShape{70, 44};
  const std::size_t blocks = trials(2000, 100);
  std::mt19937 random(17);
  BlockBatch batch;
  for (std::size_t i = 0; i < blocks; ++i) {
    const auto word = random_codeword(kShape, random);
    batch.add(word, noisy_llrs(word, esn0_db(kShape, 4.0), random));
  }
  const auto decoded =
      decode({.shape = kShape, .max_blocks = static_cast<std::int32_t>(blocks)}, batch.llrs);
  ASSERT_TRUE(decoded.has_value()) << decoded.error().message;
  std::size_t lost = 0;
  for (std::size_t i = 0; i < blocks; ++i) {
    if (decoded.value().outcomes[i].method == BlockMethod::kNone) {
      ++lost;
      continue;
    }
    EXPECT_EQ(std::memcmp(&decoded.value().octets[70 * i], &batch.sent[70 * i], 70), 0) << i;
  }
  EXPECT_LE(lost, blocks / 50 + (kernels_are_emulated() ? 3 : 0));
}

TEST_P(BlockDecoderTest, TakesRandomSoftBitsForACodewordLessOftenThanItsConfidenceSays) {
  // As much noise as the code's rate bears at most, and so low a confidence that it happens.
  constexpr BlockShape kShape{26, 19};
  const std::size_t blocks = trials(4000, 200);
  std::mt19937 random(23);
  std::vector<Llr> llrs;
  for (std::size_t i = 0; i < blocks; ++i) {
    std::vector<std::uint8_t> word(26);
    for (std::uint8_t& octet : word) octet = random_octet(random);
    const auto soft = noisy_llrs(word, -1.0 + 0.5 * static_cast<double>(i % 4), random);
    llrs.insert(llrs.end(), soft.begin(), soft.end());
  }
  BlockDecoderConfig config{.shape = kShape, .max_blocks = static_cast<std::int32_t>(blocks)};
  std::size_t before = blocks;
  for (const float nats : {1.0F, 3.0F, 16.0F}) {
    config.least_confidence = nats;
    const auto decoded = decode(config, llrs);
    ASSERT_TRUE(decoded.has_value()) << decoded.error().message;
    const auto taken =
        blocks - static_cast<std::size_t>(std::count_if(
                     decoded.value().outcomes.begin(), decoded.value().outcomes.end(),
                     [](const BlockOutcome& o) { return o.method == BlockMethod::kNone; }));
    const double bound = static_cast<double>(blocks) * std::exp(-nats);
    EXPECT_LE(static_cast<double>(taken), bound + 4 * std::sqrt(bound) + 1e-3) << nats;
    if (nats < 2.0F && !kernels_are_emulated()) {
      EXPECT_GT(taken, 0U);
    }
    EXPECT_LE(taken, before);
    before = taken;
  }
}

TEST_P(BlockDecoderTest, SaysNothingOfABlockThatIsErasedWhole) {
  const auto decoded = decode_one({}, std::vector<Llr>(560, Llr{0}));
  EXPECT_EQ(decoded.outcomes[0].method, BlockMethod::kNone);
  EXPECT_EQ(decoded.octets, std::vector<std::uint8_t>(70, 0));
}

TEST_P(BlockDecoderTest, TrustsBoundedDistanceOnlyWhereARandomWordWouldNotPass) {
  std::mt19937 random(29);
  // A v1-L block has 7 octets of parity; with 3 errors a random word in 1.6 million is a hit.
  const BlockShape shape{26, 19};
  const auto word = random_codeword(shape, random);
  for (const std::int32_t errors : {2, 3}) {
    auto llrs = sure_llrs(word, 100);
    for (std::int32_t i = 0; i < errors; ++i) {
      Llr& llr = llrs[8 * static_cast<std::size_t>(5 * i)];
      llr = static_cast<Llr>(-llr);
    }
    const auto decoded = decode_one({.shape = shape}, llrs);
    EXPECT_EQ(decoded.outcomes[0].method, errors == 2 ? BlockMethod::kErrors : BlockMethod::kNone);
    const auto told = decode_one({.shape = shape, .most_chance = 1e-6}, llrs);
    EXPECT_EQ(told.outcomes[0].method, BlockMethod::kErrors);
    EXPECT_EQ(told.octets, word);
  }
}

TEST_P(BlockDecoderTest, EndsWithTheLastMethodThatItIsTold) {
  const BlockBatch batch = mixed_batch({70, 44}, 40, 31);
  BlockDecoderConfig config{.max_blocks = 40};
  std::size_t decoded_before = 0;
  for (const BlockMethod last :
       {BlockMethod::kErasures, BlockMethod::kMinimumDistance, BlockMethod::kOrderedStatistics}) {
    config.last_method = last;
    const auto decoded = decode(config, batch.llrs);
    ASSERT_TRUE(decoded.has_value()) << decoded.error().message;
    std::size_t count = 0;
    for (const BlockOutcome& outcome : decoded.value().outcomes) {
      EXPECT_LE(outcome.method, last);
      count += outcome.method != BlockMethod::kNone ? 1U : 0U;
    }
    EXPECT_GT(count, decoded_before);
    decoded_before = count;
  }
}

OSTRACON_ON_EVERY_BACKEND(BlockDecoderTest);

}  // namespace
}  // namespace ostracon::test
