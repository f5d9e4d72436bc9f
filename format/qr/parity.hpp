#pragma once
// Makes the parity of the Reed-Solomon blocks (reed_solomon.hpp decodes them): over GF(2^8) with
// polynomial 0x11D, systematic, generator with the roots 2^0, 2^1, .. 2^(parity - 1). A block's
// first byte is its highest coefficient.

#include <cstdint>
#include <span>
#include <vector>

namespace ostracon::format::qr {

class ParityEncoder {
 public:
  /// 1 to 254 parity bytes.
  explicit ParityEncoder(int parity);

  int parity() const { return static_cast<int>(generator_.size()); }

  /// data: at most 255 - parity() bytes; parity: parity() bytes, written.
  void encode(std::span<const std::uint8_t> data, std::span<std::uint8_t> parity) const;

 private:
  std::vector<std::uint8_t> generator_;  // from x^(parity - 1) down; the leading 1 left out
};

}  // namespace ostracon::format::qr
