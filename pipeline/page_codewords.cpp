#include "pipeline/page_codewords.hpp"

#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>

#include "format/pn.hpp"

namespace ostracon {
namespace {

/// Of what the decoder adds, this share is believed: its messages run in loops.
constexpr float kExtrinsicShare = 0.5F;

}  // namespace

std::vector<std::uint8_t> known_modules(const format::PageLayout& layout,
                                        const format::PageHeader& header) {
  const auto bits = layout.known_bits();
  std::vector<std::uint8_t> known(bits.begin(), bits.end());
  std::array<std::uint8_t, format::kHeaderModules> copy{};
  const auto& geometry = layout.geometry();
  for (std::int32_t corner = 0; corner < 4; ++corner) {
    format::encode_header_copy(header, corner, copy);
    const auto origin = format::header_origin(corner, geometry.rows, geometry.cols);
    for (std::int32_t r = 0; r < format::kHeaderSide; ++r)
      for (std::int32_t c = 0; c < format::kHeaderSide; ++c)
        known[static_cast<std::size_t>(origin.row + r) * static_cast<std::size_t>(geometry.cols) +
              static_cast<std::size_t>(origin.col + c)] =
            copy[static_cast<std::size_t>(r * format::kHeaderSide + c)];
  }
  return known;
}

void gather_codewords(const format::PageLayout& layout, const format::PageHeader& header,
                      std::span<const Llr> page, std::span<Llr> codewords) {
  const std::uint64_t seed = format::scrambler_seed(header.plate, header.page_index);
  const auto bits = static_cast<std::size_t>(format::codeword_bits(layout.geometry().rate));
  tbb::parallel_for(std::int32_t{0}, layout.codewords(), [&](std::int32_t codeword) {
    const auto modules = layout.modules_of(codeword);
    Llr* out = codewords.data() + static_cast<std::size_t>(codeword) * bits;
    for (std::size_t j = 0; j < bits; ++j) {
      const Llr llr = page[modules[j]];
      out[j] = format::pn_bit(seed, modules[j]) != 0 ? static_cast<Llr>(-llr) : llr;
    }
  });
}

void scatter_beliefs(const format::PageLayout& layout, const format::PageHeader& header,
                     std::span<const Llr> codewords, std::span<const Llr> beliefs,
                     std::span<const std::uint8_t> decoded, std::span<std::uint8_t> known,
                     std::span<Llr> prior) {
  const std::uint64_t seed = format::scrambler_seed(header.plate, header.page_index);
  const auto bits = static_cast<std::size_t>(format::codeword_bits(layout.geometry().rate));
  std::fill(prior.begin(), prior.end(), Llr{0});
  tbb::parallel_for(std::int32_t{0}, layout.codewords(), [&](std::int32_t codeword) {
    const auto modules = layout.modules_of(codeword);
    const std::size_t first = static_cast<std::size_t>(codeword) * bits;
    for (std::size_t j = 0; j < bits; ++j) {
      const bool flipped = format::pn_bit(seed, modules[j]) != 0;
      const int belief = beliefs[first + j];
      if (decoded[static_cast<std::size_t>(codeword)] != 0) {
        known[modules[j]] = (belief < 0) != flipped ? 1 : 0;
        continue;
      }
      const float extrinsic = kExtrinsicShare * static_cast<float>(belief - codewords[first + j]);
      const auto steps = static_cast<Llr>(std::clamp(std::rint(extrinsic), -127.0F, 127.0F));
      prior[modules[j]] = flipped ? static_cast<Llr>(-steps) : steps;
    }
  });
}

float mutual_information(const format::PageLayout& layout, std::span<const Llr> codewords,
                         std::span<const InnerOutcome> outcomes,
                         std::span<const std::uint8_t> payload, std::int32_t most) {
  const format::Rate rate = layout.geometry().rate;
  const auto bits = static_cast<std::size_t>(format::codeword_bits(rate));
  std::vector<std::uint8_t> sent(bits);
  double loss = 0;
  std::size_t count = 0;
  // Codewords are numbered zone by zone, so equal steps visit every zone.
  const std::size_t step =
      std::max<std::size_t>(1, outcomes.size() / static_cast<std::size_t>(std::max(most, 1)));
  for (std::size_t c = step / 2; c < outcomes.size(); c += step) {
    if (outcomes[c].decoded == 0) continue;
    format::encode_codeword(payload.subspan(c * format::kPayloadBytes, format::kPayloadBytes), rate,
                            sent);
    for (std::size_t j = 0; j < bits; ++j) {
      const double nats = static_cast<double>(codewords[c * bits + j]) *
                          static_cast<double>(kNatsPerLlrStep) * (sent[j] == 0 ? 1 : -1);
      loss += std::log2(1 + std::exp(-nats));
    }
    count += bits;
  }
  return count == 0 ? 0.0F : static_cast<float>(1 - loss / static_cast<double>(count));
}

}  // namespace ostracon
