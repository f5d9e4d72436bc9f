// Information bits per second of the inner decoder on one core, at the working points of every
// rate.
//   ldpc_bench [PART OF A CASE'S NAME]
//
// vs_scalar      over the plain scalar decoder (tests/support), same soft bits, same run
// vs_srsran      over srsRAN's AVX-512 decoder, int8; its AVX2 encoder
// vs_prototype   over a prototype with AVX-512, int8, at most 20 iterations
// The last two were measured on a Xeon with AVX-512 at 3.5 to 3.9 GHz.

#include <hwy/targets.h>
#include <oneapi/tbb/global_control.h>

#include <cstdio>
#include <cstring>

#include "bench/harness.hpp"
#include "host/cpu/inner_decoder.hpp"
#include "tests/support/noisy_codewords.hpp"
#include "tests/support/scalar_inner_decoder.hpp"

namespace ostracon::bench {
namespace {

constexpr std::int32_t kCodewords = 256;  // 2.4 to 6.5 MB of soft bits: more than a core's caches

struct Case {
  format::Rate rate;
  double es_n0_db;
  double srsran, prototype;  ///< information Mb/s of a core
};
// Eb/N0 of 1.0, 1.5 | 1.5, 2.0 | 2.1, 2.6 | 3.3, 3.8 | 4.3, 4.8 dB, less -10 log10 of the rate.
constexpr Case kCases[]{
    {format::Rate::kOneThird, -3.771, 26, 122},    {format::Rate::kOneThird, -3.271, 36, 163},
    {format::Rate::kOneHalf, -1.510, 45, 181},     {format::Rate::kOneHalf, -1.010, 62, 250},
    {format::Rate::kTwoThirds, 0.339, 61, 255},    {format::Rate::kTwoThirds, 0.839, 93, 346},
    {format::Rate::kFourFifths, 2.331, 120, 499},  {format::Rate::kFourFifths, 2.831, 161, 682},
    {format::Rate::kEightNinths, 3.788, 198, 820}, {format::Rate::kEightNinths, 4.288, 267, 1078},
};

constexpr double kPrototypeFixed10[]{132, 198, 277, 406, 527};  // by rate, information Mb/s
constexpr double kSrsranEncoder = 6900;                         // rates 0.8 to 8/9, at best

struct Batch {
  test::NoisyCodewords sent;
  std::vector<std::uint8_t> payload;
  std::vector<InnerOutcome> outcomes;
};

Result<> decode(InnerDecoder& decoder, Batch& batch) {
  return decoder.run(batch.sent.llrs.data(), kCodewords, batch.payload.data(),
                     batch.outcomes.data());
}

/// Information bits a second of the scalar decoder, over the first codewords of a batch.
double scalar_speed(const InnerDecoderConfig& config, const Batch& batch) {
  constexpr std::size_t kFew = 3;
  const std::size_t bits = batch.sent.llrs.size() / kCodewords;
  std::vector<std::uint8_t> payload(std::size_t{format::kPayloadBytes});
  test::ScalarInnerDecoder scalar(config);
  const double start = seconds(Clock::kThread);
  for (std::size_t i = 0; i < kFew; ++i) scalar.decode({&batch.sent.llrs[i * bits], bits}, payload);
  return kFew * double{format::kInformationBits} / (seconds(Clock::kThread) - start);
}

Result<> time(const std::string& name, const InnerDecoderConfig& config, Batch& batch,
              bool must_decode, std::vector<Anchor> anchors) {
  OSTRACON_TRY_ASSIGN(const auto decoder, cpu::make_inner_decoder(config));
  OSTRACON_TRY(decode(*decoder, batch));
  std::int64_t iterations = 0, failed = 0;
  for (std::size_t i = 0; i < batch.outcomes.size(); ++i) {
    iterations += batch.outcomes[i].iterations;
    failed += batch.outcomes[i].decoded == 0;
    const std::size_t at = i * std::size_t{format::kPayloadBytes};
    if (batch.outcomes[i].decoded != 0 &&
        std::memcmp(&batch.payload[at], &batch.sent.payload[at], format::kPayloadBytes) != 0)
      return Error{ErrorCode::kBadInput, name + ": a wrong payload passed as decoded"};
  }
  if (must_decode && failed > 2)
    return Error{ErrorCode::kBadInput, name + ": " + std::to_string(failed) + " of " +
                                           std::to_string(kCodewords) + " codewords failed"};
  anchors.push_back({"scalar", scalar_speed(config, batch)});
  char extra[96];
  std::snprintf(extra, sizeof extra, R"("mean_iterations":%.2f,"failed":%lld)",
                static_cast<double>(iterations) / kCodewords, static_cast<long long>(failed));
  const Work work{.name = name,
                  .bytes_moved = static_cast<double>(batch.sent.llrs.size() + batch.payload.size()),
                  .items = double{kCodewords} * format::kInformationBits,
                  .extra = extra,
                  .anchors = std::move(anchors)};
  return measure(work, Clock::kThread, [&] { return decode(*decoder, batch); });
}

Result<> run(const Case& point, const std::string& wanted) {
  char suffix[32];
  std::snprintf(suffix, sizeof suffix, "/%.2fdB", point.es_n0_db);
  const std::string name = "ldpc/" + std::string(format::to_string(point.rate)) + suffix;
  if (name.find(wanted) == std::string::npos) return Ok{};
  Batch batch{test::noisy_codewords(point.rate, kCodewords, point.es_n0_db, 1), {}, {}};
  batch.payload.resize(batch.sent.payload.size());
  batch.outcomes.resize(kCodewords);
  return time(name, {.rate = point.rate, .max_codewords = kCodewords}, batch, true,
              {{"srsran", point.srsran * 1e6}, {"prototype", point.prototype * 1e6}});
}

/// Ten iterations and no early stop: random soft bits never become a codeword.
Result<> run_fixed(format::Rate rate, const std::string& wanted) {
  const std::string name = "ldpc/" + std::string(format::to_string(rate)) + "/fixed10";
  if (name.find(wanted) == std::string::npos) return Ok{};
  Batch batch{test::noisy_codewords(rate, kCodewords, -20.0, 1), {}, {}};
  for (std::size_t i = 0; i < batch.sent.llrs.size(); ++i)  // as loud as at the working point
    batch.sent.llrs[i] = static_cast<Llr>(batch.sent.llrs[i] * 8 + (i % 2 == 0 ? 3 : -3));
  batch.payload.resize(batch.sent.payload.size());
  batch.outcomes.resize(kCodewords);
  return time(name,
              {.rate = rate,
               .max_codewords = kCodewords,
               .min_sum_iterations = 10,
               .box_plus_iterations = 0,
               .retry_iterations = 0},
              batch, false,
              {{"prototype", kPrototypeFixed10[static_cast<std::size_t>(rate)] * 1e6}});
}

Result<> run_encoder(format::Rate rate, const std::string& wanted) {
  const std::string name = "ldpc_encode/" + std::string(format::to_string(rate));
  if (name.find(wanted) == std::string::npos) return Ok{};
  const auto sent = test::noisy_codewords(rate, kCodewords, 20.0, 1);
  const auto bits = static_cast<std::size_t>(format::codeword_bits(rate));
  std::vector<std::uint8_t> code(sent.llrs.size());
  const auto encode = [&]() -> Result<> {
    for (std::size_t i = 0; i < kCodewords; ++i)
      format::encode_codeword(
          {&sent.payload[i * std::size_t{format::kPayloadBytes}], format::kPayloadBytes}, rate,
          {&code[i * bits], bits});
    return Ok{};
  };
  OSTRACON_TRY(encode());
  for (std::size_t i = 0; i < code.size(); ++i)
    if ((sent.llrs[i] < 0) != (code[i] != 0))
      return Error{ErrorCode::kBadInput, name + ": another codeword than before"};
  const Work work{.name = name,
                  .bytes_moved = static_cast<double>(sent.payload.size() + code.size()),
                  .items = double{kCodewords} * format::kInformationBits,
                  .extra = "",
                  .anchors = {{"srsran", kSrsranEncoder * 1e6}}};
  return measure(work, Clock::kThread, encode);
}

Result<> run_all(const std::string& wanted) {
  std::printf(R"({"cpu":"%s","instructions":"%s"})"
              "\n",
              cpu_name().c_str(),
              hwy::TargetName(hwy::SupportedTargets() & -hwy::SupportedTargets()));
  for (const Case& point : kCases) OSTRACON_TRY(run(point, wanted));
  for (std::size_t r = 0; r < format::kCodewordBits.size(); ++r)
    OSTRACON_TRY(run_fixed(static_cast<format::Rate>(r), wanted));
  for (std::size_t r = 0; r < format::kCodewordBits.size(); ++r)
    OSTRACON_TRY(run_encoder(static_cast<format::Rate>(r), wanted));
  return Ok{};
}

}  // namespace
}  // namespace ostracon::bench

int main(int argc, char** argv) {
  const tbb::global_control one_core(tbb::global_control::max_allowed_parallelism, 1);
  if (auto done = ostracon::bench::run_all(argc > 1 ? argv[1] : ""); !done) {
    std::fprintf(stderr, "%s\n", done.error().message.c_str());
    return 1;
  }
}
