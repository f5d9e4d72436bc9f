#include "pipeline/soft_pages.hpp"

#include <algorithm>

#include "format/crc.hpp"
#include "pipeline/rules/combined_bit.hpp"

namespace ostracon {

std::size_t soft_bits_of(const format::PageHeader& header) {
  return std::size_t{header.codewords} *
         static_cast<std::size_t>(format::codeword_bits(header.rate));
}

std::vector<std::size_t> sampled_pieces(std::size_t bytes) {
  constexpr std::size_t kPieces = 64;
  std::vector<std::size_t> pieces;
  const std::size_t step = std::max(bytes / kPieces, kPieceBytes);
  for (std::size_t at = 0; at < bytes && pieces.size() < kPieces; at += step) pieces.push_back(at);
  return pieces;
}

std::uint32_t reading_id(std::span<const std::byte> pieces) {
  return format::crc32c({reinterpret_cast<const std::uint8_t*>(pieces.data()), pieces.size()});
}

void SoftSum::add(const SoftPage& page) {
  if (std::find(seen_.begin(), seen_.end(), page.reading) != seen_.end()) return;
  if (sum_.empty()) sum_.assign(page.bits.size(), 0);
  if (sum_.size() != page.bits.size()) return;
  seen_.push_back(page.reading);
  for (std::size_t i = 0; i < sum_.size(); ++i) sum_[i] += rules::reading_weight(page.bits[i]);
}

std::vector<Llr> SoftSum::limited(int most) const {
  std::vector<Llr> out(sum_.size());
  for (std::size_t i = 0; i < sum_.size(); ++i) out[i] = rules::limited_sum(sum_[i], most);
  return out;
}

std::vector<Llr> SoftSum::combined() const { return limited(rules::kMostLlrSteps); }

SoftSum others_of(const SoftPageStore& soft, const format::PageHeader& header,
                  std::uint32_t reading) {
  SoftSum sum;
  soft.visit_earlier(header, [&](const SoftPage& page) {
    if (page.reading != reading) sum.add(page);
  });
  return sum;
}

}  // namespace ostracon
