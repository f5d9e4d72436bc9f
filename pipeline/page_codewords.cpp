#include "pipeline/page_codewords.hpp"

#include <algorithm>
#include <cmath>

namespace ostracon {

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
