// Reed-Solomon blocks of QR codes by the block decoder, one JSON line a case:
//   rs/n,k/...         CPU time of one block, by what is wrong with it
//   rs_loss/n,k/...    share of blocks lost over a channel with white Gaussian noise, by method
//   rs_false/n,k/...   how often words that come from no codeword are taken for one, beside the
//                      bound exp(-least_confidence)
// All soft bits are scaled as the channel is, but for the wrong and erased octets of the first
// part.

#include <CLI/CLI.hpp>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "bench/harness.hpp"
#include "host/cpu/block_decoder.hpp"
#include "tests/support/qr_blocks.hpp"

namespace ostracon::bench {
namespace {

using format::qr::BlockShape;

struct Blocks {
  BlockShape shape;
  std::vector<std::uint8_t> sent;  ///< [block][octet]
  std::vector<Llr> llrs;           ///< [block][bit]

  std::size_t count() const { return sent.size() / static_cast<std::size_t>(shape.octets); }
  void add(const std::vector<std::uint8_t>& word, const std::vector<Llr>& soft) {
    sent.insert(sent.end(), word.begin(), word.end());
    llrs.insert(llrs.end(), soft.begin(), soft.end());
  }
};

std::string name_of(const BlockShape& shape) {
  return std::to_string(shape.octets) + "," + std::to_string(shape.data_octets);
}

struct Decoded {
  std::vector<std::uint8_t> octets;
  std::vector<BlockOutcome> outcomes;
  double seconds = 0.0;  ///< CPU time

  std::size_t count(BlockMethod method) const {
    std::size_t number = 0;
    for (const BlockOutcome& outcome : outcomes) number += outcome.method == method ? 1U : 0U;
    return number;
  }
};

Result<Decoded> decode(const Blocks& blocks, BlockDecoderConfig config) {
  config.shape = blocks.shape;
  config.max_blocks = static_cast<std::int32_t>(blocks.count());
  OSTRACON_TRY_ASSIGN(const auto decoder, cpu::make_block_decoder(config));
  Decoded decoded{std::vector<std::uint8_t>(blocks.sent.size()),
                  std::vector<BlockOutcome>(blocks.count())};
  const double start = seconds(Clock::kProcess);
  OSTRACON_TRY(decoder->run(blocks.llrs.data(), config.max_blocks, decoded.octets.data(),
                            decoded.outcomes.data()));
  decoded.seconds = seconds(Clock::kProcess) - start;
  return decoded;
}

// --- Time ---------------------------------------------------------------------------------------

/// `errors` octets wrong and others erased, in every block.
Blocks spoilt_blocks(const BlockShape& shape, std::int32_t errors, std::int32_t erasures) {
  constexpr int kBlocks = 1024;
  std::mt19937 random(2);
  Blocks blocks{shape, {}, {}};
  for (int i = 0; i < kBlocks; ++i) {
    const auto word = test::random_codeword(shape, random);
    auto llrs = test::sure_llrs(word, 40);
    auto spoilt = test::some_of(shape.octets, errors + erasures, random);
    std::shuffle(spoilt.begin(), spoilt.end(), random);
    for (std::int32_t s = 0; s < errors + erasures; ++s) {
      Llr* bits = &llrs[8 * static_cast<std::size_t>(spoilt[static_cast<std::size_t>(s)])];
      const std::uint8_t change = s < errors ? test::random_error(random) : std::uint8_t{0};
      for (unsigned b = 0; b < 8; ++b)
        if (s >= errors)
          bits[b] = 0;
        else if ((change & (0x80U >> b)) != 0)
          bits[b] = static_cast<Llr>(-bits[b]);
    }
    blocks.add(word, llrs);
  }
  return blocks;
}

Blocks noisy_blocks(const BlockShape& shape, std::size_t count, double ebn0_db) {
  std::mt19937 random(7);
  Blocks blocks{shape, {}, {}};
  for (std::size_t i = 0; i < count; ++i) {
    const auto word = test::random_codeword(shape, random);
    blocks.add(word, test::noisy_llrs(word, test::esn0_db(shape, ebn0_db), random));
  }
  return blocks;
}

/// Those that a method gives up.
Result<Blocks> left_by(BlockMethod last, const Blocks& blocks) {
  OSTRACON_TRY_ASSIGN(const Decoded decoded, decode(blocks, {.last_method = last}));
  Blocks left{blocks.shape, {}, {}};
  const auto octets = static_cast<std::ptrdiff_t>(blocks.shape.octets);
  for (std::size_t i = 0; i < decoded.outcomes.size(); ++i) {
    if (decoded.outcomes[i].method != BlockMethod::kNone) continue;
    const auto word = blocks.sent.begin() + static_cast<std::ptrdiff_t>(i) * octets;
    const auto soft = blocks.llrs.begin() + static_cast<std::ptrdiff_t>(i) * octets * 8;
    left.add({word, word + octets}, {soft, soft + 8 * octets});
  }
  return left;
}

Result<> time_blocks(const std::string& name, const Blocks& blocks, BlockDecoderConfig config) {
  config.shape = blocks.shape;
  config.max_blocks = static_cast<std::int32_t>(blocks.count());
  OSTRACON_TRY_ASSIGN(const auto decoder, cpu::make_block_decoder(config));
  std::vector<std::uint8_t> octets(blocks.sent.size());
  std::vector<BlockOutcome> outcomes(blocks.count());
  double best = 1e9;
  const auto items = static_cast<double>(blocks.count());
  const auto run = [&]() -> Result<> {
    const double start = seconds(Clock::kProcess);
    OSTRACON_TRY(
        decoder->run(blocks.llrs.data(), config.max_blocks, octets.data(), outcomes.data()));
    best = std::min(best, seconds(Clock::kProcess) - start);
    return Ok{};
  };
  const std::string full = "rs/" + name_of(blocks.shape) + "/" + name;
  OSTRACON_TRY(measure({full, static_cast<double>(blocks.llrs.size() + octets.size()), items, ""},
                       Clock::kProcess, run));
  std::printf(R"({"case":"%s","best_us_per_block":%.3f})"
              "\n",
              full.c_str(), 1e6 * best / items);
  return Ok{};
}

Result<> time_all(const BlockShape& shape) {
  const std::int32_t half = shape.parity() / 2;
  for (const std::int32_t errors : {0, 1, 6, half})
    OSTRACON_TRY(time_blocks(std::to_string(errors) + " errors", spoilt_blocks(shape, errors, 0),
                             {.last_method = BlockMethod::kErasures}));
  for (const std::int32_t erasures : {half, shape.parity() - 3})
    OSTRACON_TRY(time_blocks(std::to_string(erasures) + " erasures",
                             spoilt_blocks(shape, 0, erasures),
                             {.last_method = BlockMethod::kErasures}));
  const Blocks noisy = noisy_blocks(shape, 1000, 4.0);
  OSTRACON_TRY_ASSIGN(const Blocks left, left_by(BlockMethod::kErasures, noisy));
  OSTRACON_TRY(time_blocks("left at 4 dB by bounded distance, minimum distance", left,
                           {.last_method = BlockMethod::kMinimumDistance}));
  OSTRACON_TRY(time_blocks("left at 4 dB by bounded distance, all methods", left, {}));
  // None is found, and every candidate is tried.
  OSTRACON_TRY_ASSIGN(const Blocks lost,
                      left_by(BlockMethod::kOrderedStatistics, noisy_blocks(shape, 300, 2.0)));
  return time_blocks("left at 2 dB by all methods, all methods", lost, {});
}

// --- Loss ---------------------------------------------------------------------------------------

Result<> tell_loss(const BlockShape& shape, std::size_t count) {
  struct Case {
    const char* name;
    BlockMethod last;
    std::int32_t pair_bits;
  };
  for (const double ebn0 : {3.0, 3.5, 4.0, 4.5, 5.0}) {
    const Blocks blocks = noisy_blocks(shape, count, ebn0);
    std::size_t raw_errors = 0;
    for (std::size_t i = 0; i < blocks.llrs.size(); ++i)
      raw_errors +=
          (blocks.llrs[i] < 0) != ((blocks.sent[i / 8] & (0x80U >> (i % 8))) != 0) ? 1U : 0U;
    for (const Case& c : {Case{"hard", BlockMethod::kErasures, 0},
                          Case{"minimum distance", BlockMethod::kMinimumDistance, 0},
                          Case{"ordered statistics, single", BlockMethod::kOrderedStatistics, 0},
                          Case{"ordered statistics, 160", BlockMethod::kOrderedStatistics, 160},
                          Case{"ordered statistics", BlockMethod::kOrderedStatistics,
                               BlockDecoderConfig{}.pair_bits}}) {
      OSTRACON_TRY_ASSIGN(const Decoded decoded,
                          decode(blocks, {.last_method = c.last, .pair_bits = c.pair_bits}));
      const std::size_t lost = decoded.count(BlockMethod::kNone);
      std::size_t wrong = 0;
      const auto octets = static_cast<std::size_t>(shape.octets);
      for (std::size_t i = 0; i < count; ++i)
        wrong +=
            decoded.outcomes[i].method != BlockMethod::kNone &&
                    std::memcmp(&decoded.octets[i * octets], &blocks.sent[i * octets], octets) != 0
                ? 1U
                : 0U;
      std::printf(R"({"case":"rs_loss/%s/%.1fdB/%s","blocks":%zu,"raw_ber":%.4f,"lost":%zu,)"
                  R"("share":%.5f,"wrong":%zu,"us_per_block":%.2f})"
                  "\n",
                  name_of(shape).c_str(), ebn0, c.name, count,
                  static_cast<double>(raw_errors) / static_cast<double>(blocks.llrs.size()), lost,
                  static_cast<double>(lost) / static_cast<double>(count), wrong,
                  1e6 * decoded.seconds / static_cast<double>(count));
      std::fflush(stdout);
    }
  }
  return Ok{};
}

// --- False acceptance ---------------------------------------------------------------------------

Result<> tell_false(const BlockShape& shape, std::size_t count) {
  for (const double esn0 : {-3.0, -1.0, 1.0, 4.0}) {
    std::mt19937 random(19);
    Blocks blocks{shape, {}, {}};
    std::vector<std::uint8_t> word(static_cast<std::size_t>(shape.octets));
    for (std::size_t i = 0; i < count; ++i) {
      for (std::uint8_t& octet : word) octet = test::random_octet(random);
      blocks.add(word, test::noisy_llrs(word, esn0, random));
    }
    for (const float nats : {0.0F, 2.0F, 4.0F, 6.0F, 8.0F, 16.0F}) {
      OSTRACON_TRY_ASSIGN(const Decoded decoded, decode(blocks, {.least_confidence = nats}));
      const std::size_t taken = count - decoded.count(BlockMethod::kNone);
      std::printf(
          R"({"case":"rs_false/%s/random words, %.1fdB/%.0f nats","attempts":%zu,"taken":%zu,)"
          R"("share":%.2e,"bound":%.2e})"
          "\n",
          name_of(shape).c_str(), esn0, static_cast<double>(nats), count, taken,
          static_cast<double>(taken) / static_cast<double>(count),
          std::exp(-static_cast<double>(nats)));
      std::fflush(stdout);
    }
  }
  return Ok{};
}

Result<> run(std::size_t loss_blocks, std::size_t false_blocks) {
  for (const BlockShape& shape : {BlockShape{70, 44}, BlockShape{70, 55}}) {
    OSTRACON_TRY(time_all(shape));
    if (loss_blocks > 0) OSTRACON_TRY(tell_loss(shape, loss_blocks));
  }
  for (const BlockShape& shape : {BlockShape{26, 19}, BlockShape{70, 44}})
    if (false_blocks > 0) OSTRACON_TRY(tell_false(shape, false_blocks));
  return Ok{};
}

}  // namespace
}  // namespace ostracon::bench

int main(int argc, char** argv) {
  CLI::App app("Reed-Solomon blocks of QR codes: time, loss, false acceptance");
  std::size_t loss_blocks = 2000, false_blocks = 20000;
  app.add_option("--loss-blocks", loss_blocks, "Blocks a point of the loss table; 0: none");
  app.add_option("--false-blocks", false_blocks, "Random words a point; 0: none");
  CLI11_PARSE(app, argc, argv);
  if (const auto done = ostracon::bench::run(loss_blocks, false_blocks); !done) {
    std::fprintf(stderr, "%s\n", done.error().message.c_str());
    return 1;
  }
}
