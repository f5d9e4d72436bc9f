// Failure rate of the inner decoder behind white Gaussian noise, with its 95 % interval (Wilson).
// Prints one JSON line. `wrong` counts payloads that passed as decoded and are not what was sent; a
// failure passes by chance with 2^-24, the CRC-24B.

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <vector>

#include "bench/ldpc_channel.hpp"
#include "host/cpu/inner_decoder.hpp"

namespace ostracon::bench {
namespace {

constexpr std::size_t kPayloadBytes{format::kPayloadBytes};

struct Options {
  std::string rate = "0.8";
  double es_n0_db = 1.93;
  std::int64_t codewords = 2000;
  double erased = 0.0;
  std::int32_t min_sum_iterations = 10;
  std::int32_t box_plus_iterations = 40;
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
    const std::size_t at = i * kPayloadBytes;
    counts.wrong += std::memcmp(&sent[at], &payload[at], kPayloadBytes) != 0;
  }
}

constexpr std::size_t kBatch = 64;
constexpr int kBatchesPerPayload = 16;

/// Payloads, their codewords, and what the channel makes of these.
struct Batch {
  std::vector<std::uint8_t> payload, sent;
  std::vector<Llr> llrs;
};

void write_new(Batch& batch, format::Rate rate, LlrSource& channel) {
  const std::size_t bits = batch.sent.size() / kBatch;
  for (std::uint8_t& byte : batch.payload) byte = static_cast<std::uint8_t>(channel.random());
  for (std::size_t i = 0; i < kBatch; ++i)
    format::encode_codeword({&batch.payload[i * kPayloadBytes], kPayloadBytes}, rate,
                            {&batch.sent[i * bits], bits});
}

void send(Batch& batch, LlrSource& channel, double erased) {
  for (std::size_t b = 0; b < batch.sent.size(); ++b) {
    const Llr llr = channel();
    batch.llrs[b] = static_cast<Llr>(batch.sent[b] != 0 ? -llr : llr);
  }
  if (erased <= 0) return;
  for (Llr& llr : batch.llrs)
    if (static_cast<double>(channel.random() >> 11) * 0x1p-53 < erased) llr = 0;
}

Result<> run(const Options& options) {
  OSTRACON_TRY_ASSIGN(const format::Rate rate, format::parse_rate(options.rate));
  OSTRACON_TRY_ASSIGN(const auto decoder,
                      cpu::make_inner_decoder({.rate = rate,
                                               .max_codewords = kBatch,
                                               .min_sum_iterations = options.min_sum_iterations,
                                               .box_plus_iterations = options.box_plus_iterations,
                                               .retry_iterations = options.retry_iterations}));
  LlrSource channel(options.es_n0_db, options.seed * 1000003);
  const std::size_t bits = kBatch * static_cast<std::size_t>(format::codeword_bits(rate));
  Batch batch{std::vector<std::uint8_t>(kBatch * kPayloadBytes), std::vector<std::uint8_t>(bits),
              std::vector<Llr>(bits)};
  std::vector<std::uint8_t> payload(batch.payload.size());
  std::vector<InnerOutcome> outcomes(kBatch);
  Counts counts;
  for (int turn = 0; counts.codewords < options.codewords; ++turn) {
    if (turn % kBatchesPerPayload == 0) write_new(batch, rate, channel);
    send(batch, channel, options.erased);
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
  app.add_option("--min-sum", options.min_sum_iterations, "iterations of the first pass")
      ->capture_default_str();
  app.add_option("--box-plus", options.box_plus_iterations, "iterations by which it goes on")
      ->capture_default_str();
  app.add_option("--retry", options.retry_iterations, "iterations of the second pass")
      ->capture_default_str();
  app.add_option("--seed", options.seed)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  if (auto done = bench::run(options); !done) {
    std::fprintf(stderr, "%s\n", done.error().message.c_str());
    return 1;
  }
}
