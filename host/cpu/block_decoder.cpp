#include "host/cpu/block_decoder.hpp"

#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <numeric>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "host/cpu/block_kernels.hpp"
#include <hwy/foreach_target.h>
// After foreach_target.h: compiles the kernels for the best baseline target.
#include "host/cpu/block_kernels.hpp"

namespace ostracon::cpu {

HWY_EXPORT(decide);
HWY_EXPORT(make_syndromes);
HWY_EXPORT(correct);
HWY_EXPORT(loss_of);
HWY_EXPORT(search_basis);

namespace {

constexpr std::int32_t kBlocksAtOnce = 16;  // taken by a thread; a clean one is a tenth of a us

/// One received block on its way.
struct Received {
  const Llr* llrs;
  HardBlock hard;
  alignas(kRow) std::uint8_t syndromes[kRow];
};

class CpuBlockDecoder final : public BlockDecoder {
 public:
  CpuBlockDecoder(const BlockDecoderConfig& config, std::int32_t slots)
      : config_(config),
        trusted_(trusted_errors(config)),
        least_(least_confidence(config)),
        tables_(config.shape),
        checks_(check_columns(config.shape)),
        scratch_(static_cast<std::size_t>(slots)) {}

  Result<> run(const Llr* llrs, std::int32_t blocks, std::uint8_t* octets,
               BlockOutcome* outcomes) override {
    OSTRACON_TRY(check_batch(config_, blocks));
    const std::ptrdiff_t length = config_.shape.octets;
    std::atomic<std::int32_t> next{0};
    const std::int32_t parts = (blocks + kBlocksAtOnce - 1) / kBlocksAtOnce;
    const auto slots = std::min(static_cast<std::int32_t>(scratch_.size()), parts);
    // One task a slot of scratch; each takes blocks until none is left, since some need a thousand
    // times the work of others.
    tbb::parallel_for(std::int32_t{0}, slots, [&](std::int32_t slot) {
      OrderedStatistics& scratch = scratch_[static_cast<std::size_t>(slot)];
      for (std::int32_t part = next++; part < parts; part = next++)
        for (std::int32_t i = part * kBlocksAtOnce;
             i < std::min(blocks, (part + 1) * kBlocksAtOnce); ++i)
          outcomes[i] = decode(llrs + 8 * i * length, octets + i * length, scratch);
    });
    return Ok{};
  }

 private:
  BlockOutcome decode(const Llr* llrs, std::uint8_t* octets, OrderedStatistics& scratch) const {
    Received block;
    block.llrs = llrs;
    const auto length = static_cast<std::size_t>(config_.shape.octets);
    HWY_DYNAMIC_DISPATCH(decide)(llrs, length, block.hard);
    std::copy_n(block.hard.octets, length, octets);
    const bool clean =
        HWY_DYNAMIC_DISPATCH(make_syndromes)(tables_, block.hard.octets, block.syndromes);

    BlockOutcome outcome{};
    if (bounded_distance(block, clean, octets, outcome)) return outcome;
    // Without any loss it would not be sure enough.
    if (sure_loss(block) < 0) return outcome;
    if (config_.last_method >= BlockMethod::kMinimumDistance &&
        minimum_distance(block, octets, outcome))
      return outcome;
    if (config_.last_method >= BlockMethod::kOrderedStatistics)
      ordered_statistics(block, scratch, octets, outcome);
    return outcome;
  }

  std::int32_t sure_loss(const Received& block) const {
    return rules::most_loss(config_.shape.parity_bits(), block.hard.doubt, least_);
  }

  bool bounded_distance(const Received& block, bool clean, std::uint8_t* octets,
                        BlockOutcome& outcome) const {
    Erasures erasures;
    if (block.hard.any_erased && !find_erased(block, erasures)) return false;
    Corrections corrections;
    if (!clean && !HWY_DYNAMIC_DISPATCH(correct)(tables_, block.syndromes, erasures, corrections))
      return false;
    const std::int32_t errors = static_cast<std::int32_t>(
        std::count_if(corrections.octet, corrections.octet + corrections.count, [&](auto octet) {
          return std::find(erasures.octet, erasures.octet + erasures.count, octet) ==
                 erasures.octet + erasures.count;
        }));
    const std::int32_t loss = HWY_DYNAMIC_DISPATCH(loss_of)(block.llrs, corrections);
    const bool trusted = errors <= trusted_[static_cast<std::size_t>(erasures.count)];
    if (!trusted && loss > sure_loss(block)) return false;
    const BlockMethod method = erasures.count > 0 ? BlockMethod::kErasures
                               : clean            ? BlockMethod::kClean
                                                  : BlockMethod::kErrors;
    accept(block, method, erasures.count, corrections, loss, octets, outcome);
    return true;
  }

  /// The octets with an erased bit; false if they are more than the parity.
  bool find_erased(const Received& block, Erasures& erasures) const {
    for (std::int32_t i = 0; i < config_.shape.octets; ++i) {
      const Llr* bits = block.llrs + 8 * i;
      if (std::find(bits, bits + 8, Llr{0}) == bits + 8) continue;
      if (erasures.count == config_.shape.parity()) return false;
      erasures.octet[erasures.count++] = static_cast<std::uint8_t>(i);
    }
    return true;
  }

  bool minimum_distance(const Received& block, std::uint8_t* octets, BlockOutcome& outcome) const {
    const auto length = static_cast<std::size_t>(config_.shape.octets);
    std::array<std::int32_t, format::qr::kMostBlockOctets> doubts{};
    std::array<std::uint8_t, format::qr::kMostBlockOctets> order;
    for (std::size_t b = 0; b < 8 * length; ++b) doubts[b / 8] += rules::doubt(block.llrs[b]);
    std::iota(order.begin(), order.end(), std::uint8_t{0});
    std::stable_sort(order.begin(), order.begin() + config_.shape.octets,
                     [&](auto a, auto b) { return doubts[a] > doubts[b]; });
    const std::int32_t parity = config_.shape.parity();
    for (std::int32_t lost = 2 - parity % 2; lost <= parity; lost += 2) {
      Erasures erasures;
      std::copy_n(order.begin(), lost, erasures.octet);
      erasures.count = lost;
      Corrections corrections;
      if (!HWY_DYNAMIC_DISPATCH(correct)(tables_, block.syndromes, erasures, corrections)) continue;
      const std::int32_t loss = HWY_DYNAMIC_DISPATCH(loss_of)(block.llrs, corrections);
      if (loss > sure_loss(block)) continue;
      accept(block, BlockMethod::kMinimumDistance, lost, corrections, loss, octets, outcome);
      return true;
    }
    return false;
  }

  void ordered_statistics(const Received& block, OrderedStatistics& scratch, std::uint8_t* octets,
                          BlockOutcome& outcome) const {
    const SearchLimits limits{static_cast<std::uint32_t>(config_.shape.parity_bits()),
                              sure_loss(block), static_cast<std::uint32_t>(config_.pair_bits)};
    const std::int32_t loss = HWY_DYNAMIC_DISPATCH(search_basis)(
        checks_, block.llrs, block.syndromes, limits, scratch, octets);
    if (loss < 0) return;
    const auto length = static_cast<std::size_t>(config_.shape.octets);
    std::uint8_t corrected = 0;
    for (std::size_t i = 0; i < length; ++i)
      corrected =
          static_cast<std::uint8_t>(corrected + (octets[i] != block.hard.octets[i] ? 1 : 0));
    outcome = {BlockMethod::kOrderedStatistics, 0, corrected, loss, confidence(block, loss)};
  }

  std::int32_t confidence(const Received& block, std::int32_t loss) const {
    return rules::block_confidence(config_.shape.parity_bits(), block.hard.doubt, loss);
  }

  void accept(const Received& block, BlockMethod method, std::int32_t erasures,
              const Corrections& corrections, std::int32_t loss, std::uint8_t* octets,
              BlockOutcome& outcome) const {
    for (std::int32_t c = 0; c < corrections.count; ++c)
      octets[corrections.octet[c]] =
          static_cast<std::uint8_t>(octets[corrections.octet[c]] ^ corrections.change[c]);
    outcome = {method, static_cast<std::uint8_t>(erasures),
               static_cast<std::uint8_t>(corrections.count), loss, confidence(block, loss)};
  }

  BlockDecoderConfig config_;
  TrustedErrors trusted_;
  std::int32_t least_;  // confidence
  BlockTables tables_;
  std::vector<Column> checks_;
  std::vector<OrderedStatistics> scratch_;  // one a slot of `run`
};

}  // namespace

Result<std::unique_ptr<BlockDecoder>> make_block_decoder(const BlockDecoderConfig& config) {
  OSTRACON_TRY(check(config));
  const std::int32_t slots = std::min(tbb::info::default_concurrency(), config.max_blocks);
  return std::unique_ptr<BlockDecoder>(std::make_unique<CpuBlockDecoder>(config, slots));
}

}  // namespace ostracon::cpu
