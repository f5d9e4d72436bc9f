#include <algorithm>
#include <string>
#include <utility>

#include "kernels/core/launch.hpp"
#include "kernels/inner_decoder.hpp"
#include "kernels/inner_decoder_block.hpp"

namespace ostracon::cuda {
namespace {

/// Messages stay in shared memory where as many blocks then fit on one multiprocessor: with fewer,
/// a thread that waits at a barrier leaves the arithmetic idle. Else they go through L2.
constexpr std::int32_t kLeastResident = 3;
/// Blocks whose registers must fit on one multiprocessor: as many as can without a spill.
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ < 900
constexpr std::int32_t kResident = 4;
#else
[[maybe_unused]] constexpr std::int32_t kResident = 6;
#endif

/// One codeword from soft bits to outcome, as the CPU's decoder does it.
__device__ InnerOutcome decode(const BlockDecoder& block, const DecoderPlan& plan,
                               const DecoderCall& call, const Llr* llrs, Llr* beliefs) {
  InnerOutcome outcome{};
  std::int32_t known = 0;
  for (auto i = static_cast<std::int32_t>(threadIdx.x); i < plan.bits; i += kThreads) {
    known += llrs[i] != 0 ? 1 : 0;
    if (beliefs != nullptr) beliefs[i] = llrs[i];
  }
  // Fewer known bits than information bits cannot single out a codeword; without this rule all
  // erased would pass for the word of all zeros, which is a codeword with a right CRC.
  if (block.total(known) < format::kInformationBits) return outcome;

  bool found = false;
  for (std::int32_t pass = 0; pass < (call.retry_iterations > 0 ? 2 : 1) && !found; ++pass) {
    const bool first = pass == 0;
    const bool means = first && beliefs != nullptr;  // wanted if this pass fails
    block.load(llrs, first ? rules::Amplitude::kFull : rules::Amplitude::kHalf);
    bool even = first && block.try_hard_decisions();
    const std::int32_t min_sum = first ? call.min_sum_iterations : call.retry_iterations;
    const std::int32_t most = min_sum + (first ? call.box_plus_iterations : 0);
    const std::int32_t window = most < rules::kBeliefWindow ? most : rules::kBeliefWindow;
    // Where there are fewer iterations than the window is long, the channel's word fills it.
    if (means && !even) block.add_up(0, rules::kBeliefWindow - window);
    for (std::int32_t i = 0; i < most && !even; ++i, ++outcome.iterations) {
      if (i < min_sum)
        block.iterate<MinSumCheck>();
      else
        block.iterate<BoxPlusCheck>();
      even = block.fulfilled();
      if (means && i >= most - window) block.add_up(1, 1);
    }
    if (means && !even) block.hand_out_means(beliefs);
    found = even && block.decide();
    outcome.second_pass = found && !first ? 1 : 0;
  }
  if (!found) return outcome;
  outcome.decoded = 1;
  outcome.bits_flipped = block.count_flips(llrs);
  if (beliefs != nullptr) block.hand_out_bits(beliefs);
  return outcome;
}

/// Blocks take codewords until none is left, since some need many times the work of others.
template <bool kSharedMessages>
__global__ void __launch_bounds__(kThreads, kResident)
    decode_codewords(const __grid_constant__ DecoderPlan plan, const DecoderCall call) {
  auto* words = dynamic_shared<Bytes>();
  const std::int32_t belief_words = plan.columns * kColumnWords;
  const auto block_index = static_cast<std::ptrdiff_t>(blockIdx.x);
  BlockMemory memory{};
  memory.beliefs = words;
  memory.information = reinterpret_cast<std::uint8_t*>(words + belief_words);
  memory.counters = words + belief_words + kInformationBytes / 4;
  memory.messages =
      kSharedMessages ? memory.counters + 4 : call.messages + block_index * plan.edges * kThreads;
  memory.sums = call.sums + block_index * plan.columns * kLanes;
  const BlockDecoder block(plan, memory);

  while (true) {
    if (threadIdx.x == 0) memory.counters[0] = atomicAdd(call.next, 1U);
    __syncthreads();
    const auto index = static_cast<std::int32_t>(memory.counters[0]);
    __syncthreads();  // all have read it
    if (index >= call.codewords) return;
    if (call.skip != nullptr && call.skip[index] != 0) continue;
    const std::ptrdiff_t first_bit = std::ptrdiff_t{index} * plan.bits;
    const InnerOutcome outcome =
        decode(block, plan, call, call.llrs + first_bit,
               call.beliefs == nullptr ? nullptr : call.beliefs + first_bit);
    if (threadIdx.x == 0) call.outcomes[index] = outcome;
    if (outcome.decoded == 0) continue;
    std::uint8_t* payload = call.payload + std::ptrdiff_t{index} * format::kPayloadBytes;
    for (auto i = static_cast<std::int32_t>(threadIdx.x); i < format::kPayloadBytes; i += kThreads)
      payload[i] = memory.information[i];
    __syncthreads();  // the next codeword may overwrite it
  }
}

/// How the kernel of a plan is started.
struct LaunchPlan {
  bool shared_messages;
  std::size_t shared_bytes;
  std::int32_t blocks;
};

Result<LaunchPlan> plan_launch(const DecoderPlan& plan, std::int32_t codewords, Device& device) {
  std::size_t bytes = shared_bytes(plan, true);
  OSTRACON_TRY_ASSIGN(Residency resident,
                      residency(decode_codewords<true>, kThreads, bytes, device));
  const bool shared_messages = resident.per_multiprocessor >= kLeastResident;
  if (!shared_messages) {
    bytes = shared_bytes(plan, false);
    OSTRACON_TRY_ASSIGN(resident, residency(decode_codewords<false>, kThreads, bytes, device));
  }
  if (resident.on_device == 0)
    return Error{ErrorCode::kDevice, "inner decoder: a block of " + std::to_string(kThreads) +
                                         " threads with " + std::to_string(bytes) +
                                         " bytes of shared memory does not fit on " +
                                         device.name()};
  return LaunchPlan{shared_messages, bytes, std::min(resident.on_device, codewords)};
}

/// Memory of the blocks that run at once.
struct Scratch {
  Buffer<std::uint32_t> next, messages;
  Buffer<std::int16_t> sums;
};

Result<Scratch> make_scratch(const DecoderPlan& plan, const LaunchPlan& how, Memory& memory) {
  const auto blocks = static_cast<std::size_t>(how.blocks);
  const auto edges = static_cast<std::size_t>(how.shared_messages ? 0 : plan.edges);
  const auto columns = static_cast<std::size_t>(plan.columns);
  OSTRACON_TRY_ASSIGN(auto next, Buffer<std::uint32_t>::create(memory, 1));
  OSTRACON_TRY_ASSIGN(auto messages,
                      Buffer<std::uint32_t>::create(memory, blocks * edges * kThreads));
  OSTRACON_TRY_ASSIGN(auto sums, Buffer<std::int16_t>::create(memory, blocks * columns * kLanes));
  return Scratch{std::move(next), std::move(messages), std::move(sums)};
}

class CudaInnerDecoder final : public InnerDecoder {
 public:
  CudaInnerDecoder(const InnerDecoderConfig& config, const DecoderPlan& plan, const LaunchPlan& how,
                   Scratch scratch, Device& device)
      : config_(config), plan_(plan), how_(how), scratch_(std::move(scratch)), device_(device) {}

  Result<> run(const Llr* llrs, std::int32_t codewords, std::uint8_t* payload,
               InnerOutcome* outcomes, const InnerDecoderExtras& extras) override {
    OSTRACON_TRY(check_batch(config_, codewords));
    if (codewords == 0) return Ok{};
    DecoderCall call{};
    call.llrs = llrs;
    call.payload = payload;
    call.outcomes = outcomes;
    call.skip = extras.skip;
    call.beliefs = extras.beliefs;
    call.codewords = codewords;
    call.min_sum_iterations = config_.min_sum_iterations;
    call.box_plus_iterations = config_.box_plus_iterations;
    call.retry_iterations = extras.second_pass ? config_.retry_iterations : 0;
    call.next = scratch_.next.data();
    call.messages = scratch_.messages.data();
    call.sums = scratch_.sums.data();
    OSTRACON_TRY(device_.clear(call.next, sizeof *call.next));
    const auto blocks = static_cast<unsigned>(std::min(how_.blocks, codewords));
    return launch(how_.shared_messages ? decode_codewords<true> : decode_codewords<false>,
                  dim3(blocks), dim3(kThreads), how_.shared_bytes, device_, plan_, call);
  }

 private:
  InnerDecoderConfig config_;
  DecoderPlan plan_;
  LaunchPlan how_;
  Scratch scratch_;
  Device& device_;
};

}  // namespace

Result<std::unique_ptr<InnerDecoder>> make_inner_decoder(const InnerDecoderConfig& config,
                                                         Device& device) {
  OSTRACON_TRY(check(config));
  const DecoderPlan plan = make_decoder_plan(config.rate);
  OSTRACON_TRY_ASSIGN(const LaunchPlan how, plan_launch(plan, config.max_codewords, device));
  OSTRACON_TRY_ASSIGN(Scratch scratch, make_scratch(plan, how, device.memory()));
  return std::unique_ptr<InnerDecoder>(
      std::make_unique<CudaInnerDecoder>(config, plan, how, std::move(scratch), device));
}

}  // namespace ostracon::cuda
