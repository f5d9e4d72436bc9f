// Information bits per second of the inner decoder on a GPU, soft bits resident in its memory, by
// its own clock. Every result is first compared with the CPU's, bit by bit.
//   ldpc_gpu_bench [CODEWORDS]      default: 8192
//
// vs_goal   over the project's goal on an H200: 28 Gb/s with early stop, 21 in ten fixed iterations
// Where there is no GPU it says so and fails.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "bench/harness.hpp"
#include "host/cpu/inner_decoder.hpp"
#include "kernels/core/stopwatch.hpp"
#include "kernels/inner_decoder.hpp"
#include "tests/support/noisy_codewords.hpp"

namespace ostracon::bench {
namespace {

constexpr std::size_t kDistinct = 512;  // codewords that are made; the batch repeats them
constexpr double kEarlyStopGoal = 28e9, kFixedGoal = 21e9;  // information bits a second

struct Case {
  std::string name;
  InnerDecoderConfig config;
  std::vector<Llr> llrs;  ///< of kDistinct codewords
  double goal;
};

/// The soft bits of all codewords of a batch, from those of kDistinct.
std::vector<Llr> repeated(const std::vector<Llr>& llrs, std::size_t bits, std::size_t codewords) {
  std::vector<Llr> all(codewords * bits);
  for (std::size_t i = 0; i < codewords; ++i)
    std::copy_n(&llrs[i % kDistinct * bits], bits, &all[i * bits]);
  return all;
}

/// The first kDistinct codewords as the CPU decodes them.
struct Expected {
  std::vector<std::uint8_t> payload = std::vector<std::uint8_t>(kDistinct * format::kPayloadBytes);
  std::vector<InnerOutcome> outcomes = std::vector<InnerOutcome>(kDistinct);
};
Result<Expected> decode_on_cpu(const Case& work) {
  InnerDecoderConfig config = work.config;
  config.max_codewords = static_cast<std::int32_t>(kDistinct);
  OSTRACON_TRY_ASSIGN(const auto decoder, cpu::make_inner_decoder(config));
  Expected expected;
  OSTRACON_TRY(decoder->run(work.llrs.data(), config.max_codewords, expected.payload.data(),
                            expected.outcomes.data()));
  return expected;
}

/// An error unless the batch came out as the CPU says.
Result<> compare(const std::string& name, const Expected& expected,
                 const std::vector<std::uint8_t>& payload,
                 const std::vector<InnerOutcome>& outcomes) {
  constexpr std::size_t kBytes{format::kPayloadBytes};
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const InnerOutcome &ours = outcomes[i], &theirs = expected.outcomes[i % kDistinct];
    const bool equal =
        ours.decoded == theirs.decoded && ours.second_pass == theirs.second_pass &&
        ours.iterations == theirs.iterations && ours.bits_flipped == theirs.bits_flipped &&
        (ours.decoded == 0 ||
         std::memcmp(&payload[i * kBytes], &expected.payload[i % kDistinct * kBytes], kBytes) == 0);
    if (!equal)
      return Error{ErrorCode::kDevice,
                   name + ": codeword " + std::to_string(i) + " is not what the CPU decodes"};
  }
  return Ok{};
}

Result<> run(const Case& work, cuda::Device& device) {
  const auto codewords = static_cast<std::size_t>(work.config.max_codewords);
  const auto bits = static_cast<std::size_t>(format::codeword_bits(work.config.rate));
  OSTRACON_TRY_ASSIGN(const Expected expected, decode_on_cpu(work));
  OSTRACON_TRY_ASSIGN(const auto decoder, cuda::make_inner_decoder(work.config, device));
  OSTRACON_TRY_ASSIGN(const auto llrs,
                      Buffer<Llr>::from(device.memory(), repeated(work.llrs, bits, codewords)));
  std::vector<std::uint8_t> payload(codewords * std::size_t{format::kPayloadBytes});
  std::vector<InnerOutcome> outcomes(codewords);
  OSTRACON_TRY_ASSIGN(const auto out,
                      Buffer<std::uint8_t>::create(device.memory(), payload.size()));
  OSTRACON_TRY_ASSIGN(const auto said, Buffer<InnerOutcome>::create(device.memory(), codewords));
  OSTRACON_TRY_ASSIGN(auto watch, cuda::Stopwatch::create(device));

  std::vector<double> times;
  for (int i = 0; i < 22; ++i) {
    OSTRACON_TRY(watch.start());
    OSTRACON_TRY(decoder->run(llrs.data(), work.config.max_codewords, out.data(), said.data()));
    OSTRACON_TRY_ASSIGN(const double taken, watch.stop());
    if (i >= 2) times.push_back(taken);
    if (i > 0) continue;
    OSTRACON_TRY(out.download(payload));
    OSTRACON_TRY(said.download(outcomes));
    OSTRACON_TRY(compare(work.name, expected, payload, outcomes));
  }
  std::sort(times.begin(), times.end());
  double iterations = 0;
  for (const InnerOutcome& outcome : outcomes) iterations += outcome.iterations;
  const double speed =
      static_cast<double>(codewords) * format::kInformationBits / times[times.size() / 2];
  std::printf(R"({"case":"%s","device":"%s","codewords":%zu,"runs":%zu,"min_s":%.3e,)"
              R"("median_s":%.3e,"max_s":%.3e,"items_per_s":%.3e,"mean_iterations":%.2f,)"
              R"("equal_to_cpu":true,"vs_goal":%.2f})"
              "\n",
              work.name.c_str(), device.name().c_str(), codewords, times.size(), times.front(),
              times[times.size() / 2], times.back(), speed,
              iterations / static_cast<double>(codewords), speed / work.goal);
  std::fflush(stdout);
  return Ok{};
}

/// Eb/N0 of 3.3 dB at rate 0.8.
Case early_stop(std::int32_t codewords) {
  constexpr double kEsN0 = 2.331;
  const auto rate = format::Rate::kFourFifths;
  return {"ldpc_gpu/0.8/2.33dB",
          {.rate = rate, .max_codewords = codewords},
          test::noisy_codewords(rate, kDistinct, kEsN0, 1).llrs,
          kEarlyStopGoal};
}

/// Ten iterations and no early stop: random soft bits never become a codeword.
Case ten_iterations(std::int32_t codewords) {
  const auto rate = format::Rate::kFourFifths;
  auto llrs = test::noisy_codewords(rate, kDistinct, -20.0, 1).llrs;
  for (std::size_t i = 0; i < llrs.size(); ++i)  // as loud as at the working point
    llrs[i] = static_cast<Llr>(std::clamp(llrs[i] * 8 + (i % 2 == 0 ? 3 : -3), -127, 127));
  return {"ldpc_gpu/0.8/fixed10",
          {.rate = rate,
           .max_codewords = codewords,
           .min_sum_iterations = 10,
           .box_plus_iterations = 0,
           .retry_iterations = 0},
          std::move(llrs),
          kFixedGoal};
}

Result<> run_all(std::int32_t codewords) {
  if (codewords < static_cast<std::int32_t>(kDistinct) || codewords > 1'000'000)
    return Error{
        ErrorCode::kInvalidArgument,
        "ldpc_gpu_bench: the batch can be " + std::to_string(kDistinct) + " to 1000000 codewords"};
  OSTRACON_TRY_ASSIGN(const auto device, cuda::Device::create());
  OSTRACON_TRY(run(early_stop(codewords), *device));
  return run(ten_iterations(codewords), *device);
}

}  // namespace
}  // namespace ostracon::bench

int main(int argc, char** argv) {
  const int codewords = argc > 1 ? std::atoi(argv[1]) : 8192;
  if (auto done = ostracon::bench::run_all(codewords); !done) {
    std::fprintf(stderr, "%s\n", done.error().message.c_str());
    return 1;
  }
}
