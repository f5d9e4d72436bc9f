#pragma once
// What the fuzzers share: choices drawn from the bytes of an input, and how a broken property ends
// the program.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>

namespace ostracon::fuzz {

/// Draws from the front of the bytes; zeros once they are used up.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : bytes_(data, size) {}

  std::uint8_t byte() {
    if (bytes_.empty()) return 0;
    const std::uint8_t first = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return first;
  }
  /// low .. high, both included.
  std::uint32_t number(std::uint32_t low, std::uint32_t high) {
    const std::uint32_t two = byte() + 256U * byte();
    return low + two % (high - low + 1);
  }
  /// In steps of 1/255 from 0 to `most`.
  double share(double most) { return most * byte() / 255; }
  std::uint64_t seed() {
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i) value = value << 8 | byte();
    return value;
  }
  /// All that is left.
  std::span<const std::uint8_t> rest() const { return bytes_; }

 private:
  std::span<const std::uint8_t> bytes_;
};

/// Ends the program with `property` and `what` if it does not hold: both libFuzzer and the replay
/// take an abort for a finding, and say by which input.
inline void require(bool holds, const char* property, const std::string& what = {}) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s%s%s\n", property, what.empty() ? "" : ": ", what.c_str());
  std::abort();
}

}  // namespace ostracon::fuzz
