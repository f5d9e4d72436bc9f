#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "format/gf256.hpp"
#include "kernels/block_correction.hpp"
#include "kernels/block_decoder.hpp"
#include "kernels/block_search.hpp"
#include "kernels/block_work.hpp"

namespace ostracon::cuda {
namespace {

/// By all threads: what the changes make of the hard decisions, and the outcome.
__device__ void write(const BlockPlan& plan, const ReceivedBlock& memory, BlockMethod method,
                      std::int32_t erasures, std::uint8_t* octets, BlockOutcome* outcome) {
  for (auto i = static_cast<std::int32_t>(threadIdx.x); i < plan.octets; i += kBlockThreads)
    octets[i] = static_cast<std::uint8_t>(memory.hard[i] ^
                                          (method == BlockMethod::kNone ? 0U : memory.change[i]));
  if (threadIdx.x != 0) return;
  BlockOutcome told{};
  if (method != BlockMethod::kNone) {
    told.method = method;
    told.erasures = static_cast<std::uint8_t>(erasures);
    told.corrected = static_cast<std::uint8_t>(memory.corrected);
    told.loss = memory.loss;
    told.confidence = rules::block_confidence(8 * plan.parity, memory.total_doubt, memory.loss);
  }
  *outcome = told;
}

/// By all threads: the method that succeeds, whose changes and sums are then in memory.
__device__ BlockMethod decode(const BlockPlan& plan, const Llr* llrs, ReceivedBlock& memory) {
  const BlockCorrection correction(plan, llrs, memory);
  const bool clean = correction.receive();
  const std::int32_t most = correction.most_loss();
  const std::int32_t lost = memory.lost;
  if (lost <= plan.parity && correction.correct() &&
      (memory.errors <= plan.trusted[lost] || memory.loss <= most))
    return lost > 0 ? BlockMethod::kErasures : clean ? BlockMethod::kClean : BlockMethod::kErrors;
  // Without any loss it would not be sure enough.
  if (most < 0) return BlockMethod::kNone;
  if (plan.last_method >= BlockMethod::kMinimumDistance) {
    __syncthreads();
    correction.rank();
    for (std::int32_t count = 2 - plan.parity % 2; count <= plan.parity; count += 2) {
      correction.erase_most_doubtful(count);
      if (correction.correct() && memory.loss <= most) return BlockMethod::kMinimumDistance;
    }
  }
  if (plan.last_method < BlockMethod::kOrderedStatistics) return BlockMethod::kNone;
  __syncthreads();
  const std::int32_t loss = BlockSearch(plan, memory).run(most);
  if (loss < 0) return BlockMethod::kNone;
  if (threadIdx.x == 0) {
    memory.loss = loss;
    memory.lost = 0;
  }
  return BlockMethod::kOrderedStatistics;
}

/// CUDA blocks take blocks until none is left, since some need a thousand times the work of others.
__global__ void __launch_bounds__(kBlockThreads)
    decode_blocks(const __grid_constant__ BlockPlan plan, const BlockCall call) {
  ReceivedBlock& memory = *dynamic_shared<ReceivedBlock>();
  for (std::uint32_t i = threadIdx.x; i < sizeof(GaloisTables); i += kBlockThreads)
    reinterpret_cast<std::uint8_t*>(&memory.field)[i] =
        reinterpret_cast<const std::uint8_t*>(call.field)[i];
  while (true) {
    if (threadIdx.x == 0) memory.taken = atomicAdd(call.next, 1U);
    __syncthreads();
    const auto index = static_cast<std::int32_t>(memory.taken);
    __syncthreads();  // all have read it
    if (index >= call.blocks) return;
    const std::ptrdiff_t first = std::ptrdiff_t{index} * plan.octets;
    const BlockMethod method = decode(plan, call.llrs + 8 * first, memory);
    __syncthreads();
    write(plan, memory, method, memory.lost, call.octets + first, call.outcomes + index);
    __syncthreads();  // the next block may overwrite it
  }
}

class CudaBlockDecoder final : public BlockDecoder {
 public:
  CudaBlockDecoder(const BlockDecoderConfig& config, std::int32_t resident, std::size_t shared,
                   Buffer<GaloisTables> field, Buffer<std::uint32_t> next, Device& device)
      : config_(config),
        resident_(resident),
        shared_(shared),
        field_(std::move(field)),
        next_(std::move(next)),
        device_(device) {
    plan_.octets = config.shape.octets;
    plan_.parity = config.shape.parity();
    plan_.least_confidence = least_confidence(config);
    plan_.pair_bits = config.pair_bits;
    plan_.last_method = config.last_method;
    const TrustedErrors trusted = trusted_errors(config);
    std::copy(trusted.begin(), trusted.end(), plan_.trusted);
  }

  Result<> run(const Llr* llrs, std::int32_t blocks, std::uint8_t* octets,
               BlockOutcome* outcomes) override {
    OSTRACON_TRY(check_batch(config_, blocks));
    if (blocks == 0) return Ok{};
    const BlockCall call{field_.data(), llrs, octets, outcomes, next_.data(), blocks};
    OSTRACON_TRY(device_.clear(call.next, sizeof *call.next));
    return launch(decode_blocks, dim3(static_cast<unsigned>(std::min(resident_, blocks))),
                  dim3(kBlockThreads), shared_, device_, plan_, call);
  }

 private:
  BlockDecoderConfig config_;
  BlockPlan plan_{};
  std::int32_t resident_;  // CUDA blocks
  std::size_t shared_;     // bytes
  Buffer<GaloisTables> field_;
  Buffer<std::uint32_t> next_;
  Device& device_;
};

}  // namespace

Result<std::unique_ptr<BlockDecoder>> make_block_decoder(const BlockDecoderConfig& config,
                                                         Device& device) {
  OSTRACON_TRY(check(config));
  const std::size_t columns = static_cast<std::size_t>(config.shape.bits()) + 1;
  const std::size_t shared = sizeof(ReceivedBlock) + columns * sizeof(CheckColumn);
  OSTRACON_TRY_ASSIGN(const Residency resident,
                      residency(decode_blocks, int{kBlockThreads}, shared, device));
  if (resident.on_device == 0)
    return Error{ErrorCode::kDevice, "block decoder: a block of " + std::to_string(kBlockThreads) +
                                         " threads with " + std::to_string(shared) +
                                         " bytes of shared memory does not fit on " +
                                         device.name()};
  std::vector<GaloisTables> tables(1);
  std::copy(format::gf256::kTables.exp.begin(), format::gf256::kTables.exp.end(), tables[0].exp);
  std::copy(format::gf256::kTables.log.begin(), format::gf256::kTables.log.end(), tables[0].log);
  OSTRACON_TRY_ASSIGN(auto field, Buffer<GaloisTables>::from(device.memory(), tables));
  OSTRACON_TRY_ASSIGN(auto next, Buffer<std::uint32_t>::create(device.memory(), 1));
  return std::unique_ptr<BlockDecoder>(std::make_unique<CudaBlockDecoder>(
      config, resident.on_device, shared, std::move(field), std::move(next), device));
}

}  // namespace ostracon::cuda
