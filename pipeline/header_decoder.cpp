#include "pipeline/header_decoder.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "pipeline/rules/min_sum.hpp"

namespace ostracon {
namespace {

constexpr std::int32_t kLifting = 64;  // Z of the header code
constexpr std::int32_t kColumns = 52;
constexpr std::int32_t kMostIterations = 40;
constexpr float kScale = 0.75f;
constexpr float kCertain = 1000.0f;  // LLR steps, of the filler bits

using Lanes = std::array<float, kLifting>;
using Beliefs = std::array<float, std::size_t{kColumns} * kLifting>;  // of the mother code word

/// Layered normalised min-sum as in pipeline/rules/min_sum.hpp, but in float: a header may be
/// spread over eight soft bits of less than one LLR step each, and none of that may be rounded
/// away.
class HeaderCode {
 public:
  HeaderCode() : edges_(format::header_code().edges), messages_(edges_.size()) {
    std::size_t first = 0;
    while (first < edges_.size()) {
      std::size_t end = first;
      while (end < edges_.size() && edges_[end].row == edges_[first].row) ++end;
      layers_.push_back({first, end});
      first = end;
    }
  }

  /// True if the signs of `beliefs` become a codeword.
  bool decode(Beliefs& beliefs) {
    for (Lanes& lanes : messages_) lanes.fill(0.0f);
    for (std::int32_t i = 0; i < kMostIterations; ++i) {
      for (std::size_t layer = 0; layer < layers_.size(); ++layer)
        work(layers_[static_cast<std::size_t>(rules::layer(static_cast<std::int32_t>(layer)))],
             beliefs);
      if (std::all_of(layers_.begin(), layers_.end(),
                      [&](const Layer& layer) { return fulfilled(layer, beliefs); }))
        return true;
    }
    return false;
  }

 private:
  struct Layer {
    std::size_t first, end;  // edges
  };

  /// Calls visit(lane, index into beliefs, length) for the two straight runs of a circulant.
  template <class Visit>
  static void for_both_runs(const format::BaseEdge& edge, const Visit& visit) {
    const std::int32_t column = edge.col * kLifting;
    visit(0, column + edge.shift, kLifting - edge.shift);
    visit(kLifting - edge.shift, column, std::int32_t{edge.shift});
  }

  void work(const Layer& layer, Beliefs& beliefs) {
    Lanes smallest, second, sign;
    smallest.fill(kCertain), second.fill(kCertain), sign.fill(1.0f);
    for (std::size_t e = layer.first; e < layer.end; ++e) {
      Lanes& lanes = messages_[e];
      for_both_runs(edges_[e], [&](std::int32_t lane, std::int32_t bit, std::int32_t length) {
        float* message = lanes.data() + lane;
        const float* belief = beliefs.data() + bit;
        for (std::int32_t i = 0; i < length; ++i) message[i] = belief[i] - message[i];
      });
      for (std::size_t z = 0; z < kLifting; ++z) {
        const float size = std::fabs(lanes[z]);
        const float larger = size > smallest[z] ? size : smallest[z];
        second[z] = larger < second[z] ? larger : second[z];
        smallest[z] = size < smallest[z] ? size : smallest[z];
        sign[z] = lanes[z] < 0.0f ? -sign[z] : sign[z];
      }
    }
    for (std::size_t e = layer.first; e < layer.end; ++e) {
      Lanes& lanes = messages_[e];
      Lanes sums;
      for (std::size_t z = 0; z < kLifting; ++z) {
        const float visiting = lanes[z];
        const float others = std::fabs(visiting) == smallest[z] ? second[z] : smallest[z];
        const float reply = kScale * sign[z] * (visiting < 0.0f ? -others : others);
        lanes[z] = reply;
        sums[z] = visiting + reply;
      }
      for_both_runs(edges_[e], [&](std::int32_t lane, std::int32_t bit, std::int32_t length) {
        std::copy_n(sums.data() + lane, length, beliefs.data() + bit);
      });
    }
  }

  bool fulfilled(const Layer& layer, const Beliefs& beliefs) const {
    std::array<std::uint8_t, kLifting> parity{};
    for (std::size_t e = layer.first; e < layer.end; ++e)
      for_both_runs(edges_[e], [&](std::int32_t lane, std::int32_t bit, std::int32_t length) {
        for (std::int32_t i = 0; i < length; ++i) {
          std::uint8_t& p = parity[static_cast<std::size_t>(lane + i)];
          p = static_cast<std::uint8_t>(p ^ (beliefs[static_cast<std::size_t>(bit + i)] < 0.0f));
        }
      });
    return std::all_of(parity.begin(), parity.end(), [](std::uint8_t p) { return p == 0; });
  }

  std::span<const format::BaseEdge> edges_;
  std::vector<Layer> layers_;
  std::vector<Lanes> messages_;  // [edge]
};

/// LLR steps of the sent code bits: masks removed, repetitions and copies summed.
using CodeBits = std::array<float, format::kHeaderCodeBits>;

void add_copy(CodeBits& bits, std::span<const Llr> copy, std::int32_t corner) {
  for (std::int32_t i = 0; i < format::kHeaderModules; ++i) {
    const float llr = copy[static_cast<std::size_t>(i)];
    bits[static_cast<std::size_t>(i % format::kHeaderCodeBits)] +=
        format::header_mask(corner, i) != 0 ? -llr : llr;
  }
}

std::optional<format::PageHeader> decode_bits(HeaderCode& code, const CodeBits& bits) {
  Beliefs beliefs{};
  // What is never sent is filler, but for the punctured bits: the code's first two columns.
  constexpr std::int32_t kHeaderBits = 8 * format::kHeaderBytes;
  const std::int32_t information = format::header_code().information_cols * kLifting;
  std::fill(beliefs.begin() + kHeaderBits, beliefs.begin() + information, kCertain);
  for (std::int32_t j = 0; j < format::kHeaderCodeBits; ++j)
    beliefs[static_cast<std::size_t>(format::header_mother_index(j))] =
        bits[static_cast<std::size_t>(j)];
  if (!code.decode(beliefs)) return std::nullopt;

  std::array<std::uint8_t, format::kHeaderBytes> bytes{};
  for (std::size_t i = 0; i < kHeaderBits; ++i)
    if (beliefs[i] < 0.0f)
      bytes[i / 8] = static_cast<std::uint8_t>(bytes[i / 8] | (0x80U >> (i % 8)));
  auto header = format::parse_header(bytes);
  if (!header) return std::nullopt;
  return std::move(header).value();
}

}  // namespace

std::optional<format::PageHeader> decode_header(std::span<const std::span<const Llr>, 4> copies) {
  HeaderCode code;
  CodeBits sum{};
  std::int32_t seen = 0;
  for (std::int32_t corner = 0; corner < 4; ++corner) {
    const std::span<const Llr> copy = copies[static_cast<std::size_t>(corner)];
    // A copy of another size, or all erased, says nothing.
    if (copy.size() != std::size_t{format::kHeaderModules}) continue;
    if (std::all_of(copy.begin(), copy.end(), [](Llr llr) { return llr == 0; })) continue;
    CodeBits alone{};
    add_copy(alone, copy, corner);
    if (auto header = decode_bits(code, alone)) return header;
    for (std::size_t j = 0; j < sum.size(); ++j) sum[j] += alone[j];
    ++seen;
  }
  return seen > 1 ? decode_bits(code, sum) : std::nullopt;
}

}  // namespace ostracon
