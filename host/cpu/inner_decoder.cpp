#include "host/cpu/inner_decoder.hpp"

#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <string>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "host/cpu/inner_decoder_kernel.hpp"
#include <hwy/foreach_target.h>
// After foreach_target.h: compiles the kernel for the best baseline target.
#include "format/crc.hpp"
#include "host/cpu/inner_decoder_kernel.hpp"
#include "pipeline/rules/min_sum.hpp"

namespace ostracon::cpu {

HWY_EXPORT(iterate_min_sum);
HWY_EXPORT(iterate_box_plus);
HWY_EXPORT(fulfilled);
HWY_EXPORT(parity_without);
HWY_EXPORT(pack_information);
HWY_EXPORT(count_known);
HWY_EXPORT(count_flips);

Schedule make_schedule(format::Rate rate) {
  const auto all_edges = format::payload_code().edges;
  const std::int32_t rows = format::active_check_rows(rate);
  Schedule schedule;
  schedule.columns = format::payload_code().information_cols + rows;
  schedule.home.assign(static_cast<std::size_t>(schedule.columns), 0);
  for (std::int32_t i = 0; i < rows; ++i) {
    const auto first = static_cast<std::int32_t>(schedule.edges.size());
    for (const format::BaseEdge& edge : all_edges) {
      if (edge.row != rules::layer(i)) continue;
      schedule.edges.push_back({edge.col, edge.col * kColumnStride, edge.shift, {}});
      schedule.home[edge.col] = edge.shift;
    }
    schedule.layers.push_back({first, static_cast<std::int32_t>(schedule.edges.size()) - first});
  }
  // What is read is relative to the rotation in which the last user left the column.
  auto rotation = schedule.home;
  for (ScheduledEdge& edge : schedule.edges) {
    const auto column = static_cast<std::size_t>(edge.column);
    const std::int32_t shift = edge.home_offset;
    for (std::size_t i = 0; i < edge.read.size(); ++i) {
      const std::int32_t first = kStep * static_cast<std::int32_t>(i);
      const std::int32_t lane = (first + shift - rotation[column] + kLanes) % kLanes;
      edge.read[i] = static_cast<std::uint16_t>(edge.begin + lane);
    }
    edge.home_offset = (shift - schedule.home[column] + kLanes) % kLanes;
    rotation[column] = shift;
  }
  return schedule;
}

namespace {

constexpr std::int32_t kPuncturedColumns = format::kPuncturedBits / kLanes;

/// Fills the pad behind a column's lanes.
void repeat_first_lanes(std::int8_t* column) { std::memcpy(column + kLanes, column, kPad); }

class CpuInnerDecoder final : public InnerDecoder {
 public:
  CpuInnerDecoder(const InnerDecoderConfig& config, Schedule schedule, std::int32_t slots)
      : config_(config), schedule_(std::move(schedule)) {
    const auto count = static_cast<std::size_t>(slots);
    scratch_.reserve(count);
    for (std::size_t i = 0; i < count; ++i) scratch_.emplace_back(schedule_);
  }

  Result<> run(const Llr* llrs, std::int32_t codewords, std::uint8_t* payload,
               InnerOutcome* outcomes, const InnerDecoderExtras& extras) override {
    OSTRACON_TRY(check_batch(config_, codewords));
    const std::ptrdiff_t bits = format::codeword_bits(config_.rate);
    std::atomic<std::int32_t> next{0};
    // One task a slot of scratch; each takes codewords until none is left, since some need
    // many times the work of others.
    const auto slots = std::min(static_cast<std::int32_t>(scratch_.size()), codewords);
    tbb::parallel_for(std::int32_t{0}, slots, [&](std::int32_t slot) {
      for (std::int32_t i = next++; i < codewords; i = next++) {
        if (extras.skip != nullptr && extras.skip[i] != 0) continue;
        Llr* beliefs = extras.beliefs == nullptr ? nullptr : extras.beliefs + i * bits;
        outcomes[i] = decode(llrs + i * bits, payload + std::ptrdiff_t{i} * format::kPayloadBytes,
                             beliefs, extras.second_pass, scratch_[static_cast<std::size_t>(slot)]);
      }
    });
    return Ok{};
  }

 private:
  /// `beliefs` may be nullptr.
  InnerOutcome decode(const Llr* llrs, std::uint8_t* payload, Llr* beliefs, bool second_pass,
                      Scratch& scratch) const {
    InnerOutcome outcome{};
    const std::int32_t bits = format::codeword_bits(config_.rate);
    if (beliefs != nullptr) std::copy_n(llrs, bits, beliefs);
    // Fewer known bits than information bits cannot single out a codeword; without this rule all
    // erased would pass for the word of all zeros, which is a codeword with a right CRC.
    if (HWY_DYNAMIC_DISPATCH(count_known)(llrs, bits) < format::kInformationBits) return outcome;

    load(llrs, scratch, rules::Amplitude::kFull);
    bool even = try_hard_decisions(scratch);
    const std::int32_t most = config_.min_sum_iterations + config_.box_plus_iterations;
    const std::int32_t window = std::min(rules::kBeliefWindow, most);
    // Where there are fewer iterations than the window is long, the channel's word fills it.
    if (beliefs != nullptr && !even) add_up(scratch, 0, rules::kBeliefWindow - window);
    for (std::int32_t i = 0; i < most && !even; ++i, ++outcome.iterations) {
      even = i < config_.min_sum_iterations ? min_sum(scratch, i == 0) : box_plus(scratch);
      if (beliefs != nullptr && i >= most - window) add_up(scratch, 1, 1);
    }
    if (beliefs != nullptr && !even) hand_out_means(scratch, beliefs);
    bool found = even && decide(scratch);
    if (!found && second_pass && config_.retry_iterations > 0) {
      load(llrs, scratch, rules::Amplitude::kHalf);
      for (std::int32_t i = 0; i < config_.retry_iterations && !found; ++i, ++outcome.iterations)
        found = min_sum(scratch, i == 0);
      found = found && decide(scratch);
      outcome.second_pass = found;
    }
    if (!found) return outcome;
    outcome.decoded = 1;
    outcome.bits_flipped = count_flips(llrs, scratch);
    std::copy_n(scratch.information.begin(), format::kPayloadBytes, payload);
    if (beliefs != nullptr) hand_out_bits(scratch, beliefs);
    return outcome;
  }

  /// sums = keep * sums + times * beliefs.
  static void add_up(Scratch& scratch, int keep, int times) {
    const std::int8_t* beliefs = scratch.beliefs.data();
    for (std::size_t i = 0; i < scratch.sums.size(); ++i)
      scratch.sums[i] = static_cast<std::int16_t>(keep * scratch.sums[i] + times * beliefs[i]);
  }

  /// The beliefs of a first pass that has failed.
  void hand_out_means(const Scratch& scratch, Llr* out) const {
    for_each_run([&](std::int32_t first_bit, std::ptrdiff_t lane, std::int32_t length) {
      const std::int16_t* sums = scratch.sums.data() + lane;
      for (std::int32_t i = 0; i < length; ++i) out[first_bit + i] = rules::mean_belief(sums[i]);
    });
  }

  /// The beliefs of a decoded codeword.
  void hand_out_bits(const Scratch& scratch, Llr* out) const {
    for_each_run([&](std::int32_t first_bit, std::ptrdiff_t lane, std::int32_t length) {
      const std::int8_t* last = scratch.beliefs.data() + lane;
      for (std::int32_t i = 0; i < length; ++i) out[first_bit + i] = last[i] < 0 ? -127 : 127;
    });
  }

  /// Beliefs at home from the channel.
  void load(const Llr* llrs, Scratch& scratch, rules::Amplitude amplitude) const {
    // All other columns are sent whole.
    std::int8_t* last = scratch.beliefs.data() + (schedule_.columns - 1) * kColumnStride;
    std::memset(scratch.beliefs.data(), 0, std::size_t{kPuncturedColumns} * kColumnStride);
    std::memset(last, 0, std::size_t{kColumnStride});
    for_each_run([&](std::int32_t first_bit, std::ptrdiff_t lane, std::int32_t length) {
      const Llr* from = llrs + first_bit;
      std::int8_t* to = scratch.beliefs.data() + lane;
      if (amplitude == rules::Amplitude::kFull)
        std::copy_n(from, length, to);
      else
        for (std::int32_t i = 0; i < length; ++i) to[i] = rules::channel(from[i], amplitude);
    });
    for (std::int32_t c = 0; c < schedule_.columns; ++c)
      repeat_first_lanes(scratch.beliefs.data() + c * kColumnStride);
  }

  /// Calls visit(sent bit, index into Scratch::beliefs, length) for the runs of sent bits that are
  /// contiguous in both.
  template <class Visit>
  void for_each_run(const Visit& visit) const {
    const std::int32_t bits = format::codeword_bits(config_.rate);
    for (std::int32_t c = kPuncturedColumns; c < schedule_.columns; ++c) {
      const std::int32_t first = c * kLanes - format::kPuncturedBits;
      const std::int32_t home = schedule_.home[static_cast<std::size_t>(c)];
      const std::int32_t known = std::min(kLanes, bits - first);
      const std::ptrdiff_t column = std::ptrdiff_t{c} * kColumnStride;
      if (known > home) visit(first + home, column, known - home);
      visit(first, column + kLanes - home, std::min(known, home));
    }
  }

  /// One iteration; true if all parity checks hold then.
  bool min_sum(Scratch& scratch, bool first) const {
    HWY_DYNAMIC_DISPATCH(iterate_min_sum)
    (schedule_, scratch.beliefs.data(), scratch.messages.data(), first);
    return HWY_DYNAMIC_DISPATCH(fulfilled)(schedule_, scratch.beliefs.data());
  }
  bool box_plus(Scratch& scratch) const {
    HWY_DYNAMIC_DISPATCH(iterate_box_plus)
    (schedule_, scratch.beliefs.data(), scratch.messages.data());
    return HWY_DYNAMIC_DISPATCH(fulfilled)(schedule_, scratch.beliefs.data());
  }

  /// Fills the unsent bits from the hard decisions; true if a codeword is then complete. If not,
  /// they are unknown again.
  bool try_hard_decisions(Scratch& scratch) const {
    const std::int32_t last = schedule_.columns - 1;  // perhaps sent in part
    const std::int32_t last_sent =
        format::codeword_bits(config_.rate) + format::kPuncturedBits - last * kLanes;
    std::int8_t* last_column = scratch.beliefs.data() + last * kColumnStride;
    for (std::int32_t c = 0; c < kPuncturedColumns; ++c)
      solve_column(c, static_cast<std::size_t>(c), 0, scratch.beliefs.data());
    solve_column(last, schedule_.layers.size() - 1, last_sent, scratch.beliefs.data());
    if (HWY_DYNAMIC_DISPATCH(fulfilled)(schedule_, scratch.beliefs.data())) return true;
    std::memset(scratch.beliefs.data(), 0, std::size_t{kPuncturedColumns} * kColumnStride);
    for (std::int32_t bit = last_sent; bit < kLanes; ++bit) last_column[lane_of(last, bit)] = 0;
    repeat_first_lanes(last_column);
    return false;
  }

  /// The lane at which bit `bit` of column `c` stands at home.
  std::int32_t lane_of(std::int32_t c, std::int32_t bit) const {
    const std::int32_t lane = bit - schedule_.home[static_cast<std::size_t>(c)];
    return lane < 0 ? lane + kLanes : lane;
  }

  /// The bits of column `c` from `first_bit` on, by a layer all of whose other columns are known.
  void solve_column(std::int32_t c, std::size_t layer, std::int32_t first_bit,
                    std::int8_t* beliefs) const {
    const std::int32_t begin = c * kColumnStride;
    const ScheduledEdge* edge = schedule_.edges.data() + schedule_.layers[layer].first_edge;
    while (edge->column != c) ++edge;
    const std::int32_t own_offset = edge->home_offset;
    std::int8_t parity[kLanes];
    HWY_DYNAMIC_DISPATCH(parity_without)(schedule_, layer, begin, beliefs, parity);
    // parity[z] belongs to lane (z + own_offset) mod Z, and that is bit (lane + home) mod Z.
    std::int8_t* own = beliefs + begin;
    std::int8_t at_home[kLanes];
    std::rotate_copy(parity, parity + (kLanes - own_offset) % kLanes, parity + kLanes, at_home);
    if (first_bit == 0) std::copy_n(at_home, kLanes, own);
    for (std::int32_t bit = first_bit; first_bit > 0 && bit < kLanes; ++bit)
      own[lane_of(c, bit)] = at_home[lane_of(c, bit)];
    repeat_first_lanes(own);
  }

  /// Takes the information bits from the beliefs; true if their CRC is right.
  bool decide(Scratch& scratch) const {
    HWY_DYNAMIC_DISPATCH(pack_information)
    (schedule_, scratch.beliefs.data(), scratch.information.data());
    return format::crc24b_of_bytes(scratch.information) == 0;
  }

  std::int32_t count_flips(const Llr* llrs, const Scratch& scratch) const {
    std::int32_t flips = 0;
    for_each_run([&](std::int32_t first_bit, std::ptrdiff_t lane, std::int32_t length) {
      flips += HWY_DYNAMIC_DISPATCH(count_flips)(llrs + first_bit, scratch.beliefs.data() + lane,
                                                 length);
    });
    return flips;
  }

  InnerDecoderConfig config_;
  Schedule schedule_;
  std::vector<Scratch> scratch_;  // one a slot of `run`
};

}  // namespace

Result<std::unique_ptr<InnerDecoder>> make_inner_decoder(const InnerDecoderConfig& config) {
  OSTRACON_TRY(check(config));
  const std::int32_t slots = std::min(tbb::info::default_concurrency(), config.max_codewords);
  return std::unique_ptr<InnerDecoder>(
      std::make_unique<CpuInnerDecoder>(config, make_schedule(config.rate), slots));
}

}  // namespace ostracon::cpu
