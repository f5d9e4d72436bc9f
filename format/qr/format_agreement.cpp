#include "format/qr/format_agreement.hpp"

namespace ostracon::format::qr {
namespace {

/// [bit][word] -1 where a word has a dark module, else +1: a bit of all words lies together.
using Signs = std::array<std::array<float, kFormatWords>, kFormatBits>;

Signs make_signs() {
  Signs signs;
  for (std::size_t word = 0; word < kFormatWords; ++word)
    for (std::size_t bit = 0; bit < kFormatBits; ++bit)
      signs[bit][word] = (format_word(format_of(word)) >> bit & 1) != 0 ? -1.0F : 1.0F;
  return signs;
}

}  // namespace

std::array<float, kFormatWords> format_agreements(const std::array<float, kFormatBits>& light) {
  static const Signs signs = make_signs();
  std::array<float, kFormatWords> agreements{};
  for (std::size_t bit = 0; bit < kFormatBits; ++bit)
    for (std::size_t word = 0; word < kFormatWords; ++word)
      agreements[word] += signs[bit][word] * light[bit];
  return agreements;
}

}  // namespace ostracon::format::qr
