// Failure rate of the inner decoder behind white Gaussian noise, with its 95 % interval (Wilson).
// Prints one JSON line.

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <cstring>

#include "host/cpu/inner_decoder.hpp"
#include "tests/support/noisy_codewords.hpp"

namespace ostracon::bench {
namespace {

struct Options {
  std::string rate = "0.8";
  double es_n0_db = 1.93;
  std::int64_t codewords = 2000;
  double erased = 0.0;
  std::int32_t iterations = 20;
  std::int32_t more_iterations = 50;
  std::int32_t retry_iterations = 50;
  std::uint64_t seed = 1;
};

struct Counts {
  std::int64_t codewords = 0, failed = 0, wrong = 0, second_pass = 0, iterations = 0, flipped = 0;
};

void count(Counts& counts, const std::vector<InnerOutcome>& outcomes,
           const std::vector<std::uint8_t>& sent, const std::vector<std::uint8_t>& payload) {
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const InnerOutcome& outcome = outcomes[i];
    ++counts.codewords;
    counts.iterations += outcome.iterations;
    counts.second_pass += outcome.second_pass;
    counts.failed += outcome.decoded == 0;
    if (outcome.decoded == 0) continue;
    counts.flipped += outcome.bits_flipped;
    const std::size_t at = i * std::size_t{format::kPayloadBytes};
    counts.wrong += std::memcmp(&sent[at], &payload[at], std::size_t{format::kPayloadBytes}) != 0;
  }
}

Result<> run(const Options& options) {
  constexpr std::int32_t kBatch = 64;
  OSTRACON_TRY_ASSIGN(const format::Rate rate, format::parse_rate(options.rate));
  OSTRACON_TRY_ASSIGN(const auto decoder,
                      cpu::make_inner_decoder({.rate = rate,
                                               .max_codewords = kBatch,
                                               .max_iterations = options.iterations,
                                               .more_iterations = options.more_iterations,
                                               .retry_iterations = options.retry_iterations}));
  Counts counts;
  while (counts.codewords < options.codewords) {
    const auto batch = test::noisy_codewords(
        rate, kBatch, options.es_n0_db,
        options.seed * 1000003 + static_cast<std::uint64_t>(counts.codewords), options.erased);
    std::vector<std::uint8_t> payload(batch.payload.size());
    std::vector<InnerOutcome> outcomes(kBatch);
    OSTRACON_TRY(decoder->run(batch.llrs.data(), kBatch, payload.data(), outcomes.data()));
    count(counts, outcomes, batch.payload, payload);
  }
  const auto n = static_cast<double>(counts.codewords);
  const double p = static_cast<double>(counts.failed + counts.wrong) / n;
  constexpr double kZ = 1.96;
  const double middle = (p + kZ * kZ / (2 * n)) / (1 + kZ * kZ / n);
  const double half = kZ / (1 + kZ * kZ / n) * std::sqrt(p * (1 - p) / n + kZ * kZ / (4 * n * n));
  const double decoded_bits =
      static_cast<double>((counts.codewords - counts.failed) * format::codeword_bits(rate));
  std::printf(R"({"rate":"%s","es_n0_db":%.3f,"erased":%.3f,"codewords":%lld,"failed":%lld,)"
              R"("wrong":%lld,"bler":%.2e,"bler_low":%.2e,"bler_high":%.2e,"second_pass":%lld,)"
              R"("mean_iterations":%.2f,"raw_bit_error_rate":%.4f})"
              "\n",
              options.rate.c_str(), options.es_n0_db, options.erased,
              static_cast<long long>(counts.codewords), static_cast<long long>(counts.failed),
              static_cast<long long>(counts.wrong), p, std::max(0.0, middle - half), middle + half,
              static_cast<long long>(counts.second_pass),
              static_cast<double>(counts.iterations) / n,
              decoded_bits > 0 ? static_cast<double>(counts.flipped) / decoded_bits : 0.0);
  return Ok{};
}

}  // namespace
}  // namespace ostracon::bench

int main(int argc, char** argv) {
  using namespace ostracon;
  bench::Options options;
  CLI::App app{"Failure rate of the inner decoder behind white Gaussian noise"};
  app.add_option("--rate", options.rate, "1/3, 1/2, 2/3, 0.8 or 8/9")->capture_default_str();
  app.add_option("--esn0", options.es_n0_db, "Es/N0 of a module, dB")->capture_default_str();
  app.add_option("--codewords", options.codewords, "at least so many")->capture_default_str();
  app.add_option("--erased", options.erased, "share of the bits erased")->capture_default_str();
  app.add_option("--iterations", options.iterations, "of the first pass")->capture_default_str();
  app.add_option("--more", options.more_iterations, "by which a failed first pass goes on")
      ->capture_default_str();
  app.add_option("--retry", options.retry_iterations, "then from the start at half amplitude")
      ->capture_default_str();
  app.add_option("--seed", options.seed)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  if (auto done = bench::run(options); !done) {
    std::fprintf(stderr, "%s\n", done.error().message.c_str());
    return 1;
  }
}
