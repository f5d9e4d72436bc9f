#include "format/qr/contents.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

namespace ostracon::format::qr {

std::vector<std::uint8_t> bytes_of(const std::vector<Segment>& segments) {
  constexpr std::uint8_t kGroupSeparator = 0x1D;
  const bool fnc1 = std::any_of(segments.begin(), segments.end(), [](const Segment& segment) {
    return segment.mode == Mode::kFnc1First || segment.mode == Mode::kFnc1Second;
  });
  std::vector<std::uint8_t> bytes;
  for (const Segment& segment : segments) {
    if (!fnc1 || segment.mode != Mode::kAlphanumeric) {
      bytes.insert(bytes.end(), segment.bytes.begin(), segment.bytes.end());
      continue;
    }
    for (std::size_t i = 0; i < segment.bytes.size(); ++i) {
      const bool percent = segment.bytes[i] == '%';
      const bool doubled = percent && i + 1 < segment.bytes.size() && segment.bytes[i + 1] == '%';
      bytes.push_back(percent && !doubled ? kGroupSeparator : segment.bytes[i]);
      if (doubled) ++i;
    }
  }
  return bytes;
}

std::uint8_t xor_of(const std::vector<std::uint8_t>& bytes) {
  return std::accumulate(bytes.begin(), bytes.end(), std::uint8_t{0}, std::bit_xor<>());
}

}  // namespace ostracon::format::qr
