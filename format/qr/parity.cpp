#include "format/qr/parity.hpp"

#include <algorithm>
#include <cassert>

#include "format/gf256.hpp"

namespace ostracon::format::qr {

ParityEncoder::ParityEncoder(int parity) {
  assert(parity >= 1 && static_cast<unsigned>(parity) < gf256::kOrder);
  // Multiplies by (x - 2^i), one root after the other.
  for (std::size_t i = 0; i < static_cast<std::size_t>(parity); ++i) {
    generator_.push_back(0);
    for (std::size_t j = generator_.size(); j-- > 0;) {
      const std::uint8_t before = j == 0 ? std::uint8_t{1} : generator_[j - 1];
      generator_[j] ^= gf256::multiply(before, gf256::kTables.exp[i]);
    }
  }
}

void ParityEncoder::encode(std::span<const std::uint8_t> data,
                           std::span<std::uint8_t> parity) const {
  assert(parity.size() == generator_.size());
  assert(data.size() + parity.size() <= gf256::kOrder);
  std::fill(parity.begin(), parity.end(), std::uint8_t{0});
  for (const std::uint8_t byte : data) {
    const auto quotient = static_cast<std::uint8_t>(byte ^ parity.front());
    std::copy(parity.begin() + 1, parity.end(), parity.begin());
    parity.back() = 0;
    for (std::size_t i = 0; i < parity.size(); ++i) {
      parity[i] ^= gf256::multiply(generator_[i], quotient);
    }
  }
}

}  // namespace ostracon::format::qr
