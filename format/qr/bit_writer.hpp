#pragma once
// Appends bits to bytes, most significant first.

#include <cassert>
#include <cstdint>
#include <utility>
#include <vector>

namespace ostracon::format::qr {

class BitWriter {
 public:
  /// The low `count` bits of `value`, at most 32.
  void put(std::uint32_t value, int count) {
    assert(count >= 0 && count <= 32);
    for (int bit = count - 1; bit >= 0; --bit) {
      if (bits_ % 8 == 0) bytes_.push_back(0);
      const unsigned one = (value >> bit) & 1U;
      bytes_.back() = static_cast<std::uint8_t>(bytes_.back() | (one << (7 - bits_ % 8)));
      ++bits_;
    }
  }

  std::size_t bits() const { return bits_; }
  /// The bytes so far; unused bits of the last are 0.
  std::vector<std::uint8_t> take() { return std::move(bytes_); }

 private:
  std::vector<std::uint8_t> bytes_;
  std::size_t bits_ = 0;
};

}  // namespace ostracon::format::qr
