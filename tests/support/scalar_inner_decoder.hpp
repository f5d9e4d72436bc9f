#pragma once
// The inner decoder as pipeline/rules/min_sum.hpp tells it, one lane after the other, with no
// thought of speed: what every backend must agree with to the bit.

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "format/inner_code.hpp"
#include "pipeline/rules/box_plus.hpp"
#include "pipeline/rules/min_sum.hpp"
#include "pipeline/stages/inner_decoder.hpp"

namespace ostracon::test {

class ScalarInnerDecoder {
 public:
  explicit ScalarInnerDecoder(const InnerDecoderConfig& config)
      : config_(config),
        sent_(format::codeword_bits(config.rate)),
        layers_(static_cast<std::size_t>(format::active_check_rows(config.rate))) {
    for (const format::BaseEdge& edge : format::payload_code().edges)
      if (edge.row < layers_.size()) layers_[edge.row].push_back(edge);
  }

  /// Writes kPayloadBytes to `payload` if the outcome says decoded, and the beliefs in all sent
  /// bits to `beliefs` if that is not empty.
  InnerOutcome decode(std::span<const Llr> llrs, std::span<std::uint8_t> payload,
                      std::span<Llr> beliefs = {}) {
    InnerOutcome outcome{};
    std::copy_n(llrs.begin(), beliefs.size(), beliefs.begin());
    std::int32_t known = 0;
    for (const Llr llr : llrs) known += llr != 0;
    if (known < format::kInformationBits) return outcome;

    load(llrs, rules::Amplitude::kFull);
    bool even = complete_hard_decisions();
    if (!even) load(llrs, rules::Amplitude::kFull);
    std::vector<std::vector<std::int8_t>> seen(std::size_t{rules::kBeliefWindow}, beliefs_);
    const std::int32_t most = config_.min_sum_iterations + config_.box_plus_iterations;
    for (std::int32_t i = 0; i < most && !even; ++i) {
      even = i < config_.min_sum_iterations ? iterate<rules::CheckState>()
                                            : iterate<rules::BoxPlusState>();
      ++outcome.iterations;
      seen.push_back(beliefs_);
    }
    if (!even) hand_out_means(seen, beliefs);
    bool found = even && check_crc();
    if (!found && config_.retry_iterations > 0) {
      load(llrs, rules::Amplitude::kHalf);
      for (std::int32_t i = 0; i < config_.retry_iterations && !found; ++i) {
        found = iterate<rules::CheckState>();
        ++outcome.iterations;
      }
      found = found && check_crc();
      outcome.second_pass = found;
    }
    outcome.decoded = found;
    if (!found) return outcome;
    for (std::int32_t i = 0; i < sent_; ++i) {
      const Llr llr = llrs[static_cast<std::size_t>(i)];
      if (!beliefs.empty())
        beliefs[static_cast<std::size_t>(i)] = belief(format::kPuncturedBits + i) < 0 ? -127 : 127;
      outcome.bits_flipped += llr != 0 && (llr < 0) != (belief(format::kPuncturedBits + i) < 0);
    }
    for (std::int32_t i = 0; i < format::kPayloadBytes; ++i) {
      int byte = 0;
      for (std::int32_t b = 0; b < 8; ++b) byte = 2 * byte + (belief(8 * i + b) < 0);
      payload[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(byte);
    }
    return outcome;
  }

 private:
  static constexpr std::int32_t kZ = 384;
  using Layer = std::vector<format::BaseEdge>;

  std::int8_t& belief(std::int32_t bit) { return beliefs_[static_cast<std::size_t>(bit)]; }
  static std::int32_t bit_of(const format::BaseEdge& edge, std::int32_t z) {
    return edge.col * kZ + (z + edge.shift) % kZ;
  }

  void load(std::span<const Llr> llrs, rules::Amplitude amplitude) {
    beliefs_.assign(std::size_t{68} * kZ, 0);
    messages_.assign(layers_.size(), {});
    for (std::size_t row = 0; row < layers_.size(); ++row)
      messages_[row].assign(layers_[row].size(), std::array<std::int8_t, kZ>{});
    for (std::int32_t i = 0; i < sent_; ++i)
      belief(format::kPuncturedBits + i) =
          rules::channel(llrs[static_cast<std::size_t>(i)], amplitude);
  }

  /// Gives column `col` from bit `first` on the signs that make check row `row` even.
  void solve(std::size_t row, std::int32_t col, std::int32_t first) {
    for (std::int32_t z = 0; z < kZ; ++z) {
      std::int32_t own = 0;
      bool odd = false;
      for (const format::BaseEdge& edge : layers_[row]) {
        if (edge.col == col)
          own = bit_of(edge, z);
        else
          odd ^= belief(bit_of(edge, z)) < 0;
      }
      if (own - col * kZ >= first) belief(own) = odd ? -1 : 0;
    }
  }

  /// The means of the last of `seen`.
  static void hand_out_means(const std::vector<std::vector<std::int8_t>>& seen,
                             std::span<Llr> beliefs) {
    for (std::size_t b = 0; b < beliefs.size(); ++b) {
      std::int32_t sum = 0;
      for (std::size_t i = seen.size() - std::size_t{rules::kBeliefWindow}; i < seen.size(); ++i)
        sum += seen[i][b + std::size_t{format::kPuncturedBits}];
      beliefs[b] = rules::mean_belief(sum);
    }
  }

  bool complete_hard_decisions() {
    solve(1, 0, 0);
    solve(0, 1, 0);
    const auto last = static_cast<std::int32_t>(layers_.size()) + 21;
    solve(layers_.size() - 1, last, sent_ + format::kPuncturedBits - last * kZ);
    return fulfilled();
  }

  template <class Check>
  bool iterate() {
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      const auto row = static_cast<std::size_t>(rules::layer(static_cast<std::int32_t>(i)));
      for (std::int32_t z = 0; z < kZ; ++z) work<Check>(layers_[row], messages_[row], z);
    }
    return fulfilled();
  }

  template <class Check>
  void work(const Layer& layer, std::vector<std::array<std::int8_t, kZ>>& messages,
            std::int32_t z) {
    Check check;
    std::vector<std::int8_t> visiting(layer.size());
    for (std::size_t e = 0; e < layer.size(); ++e) {
      visiting[e] =
          rules::subtract(belief(bit_of(layer[e], z)), messages[e][static_cast<std::size_t>(z)]);
      rules::absorb(check, visiting[e]);
    }
    for (std::size_t e = 0; e < layer.size(); ++e) {
      const std::int8_t reply = rules::reply(check, visiting[e]);
      messages[e][static_cast<std::size_t>(z)] = reply;
      belief(bit_of(layer[e], z)) = rules::add(visiting[e], reply);
    }
  }

  bool fulfilled() {
    for (const Layer& layer : layers_)
      for (std::int32_t z = 0; z < kZ; ++z) {
        bool odd = false;
        for (const format::BaseEdge& edge : layer) odd ^= belief(bit_of(edge, z)) < 0;
        if (odd) return false;
      }
    return true;
  }

  bool check_crc() {
    std::vector<std::uint8_t> information;
    for (std::int32_t i = 0; i < format::kInformationBits; ++i)
      information.push_back(belief(i) < 0 ? 1 : 0);
    return format::check_information(information);
  }

  InnerDecoderConfig config_;
  std::int32_t sent_;
  std::vector<Layer> layers_;  // [row]
  std::vector<std::int8_t> beliefs_;
  std::vector<std::vector<std::array<std::int8_t, kZ>>> messages_;  // [row][edge][lane]
};

}  // namespace ostracon::test
