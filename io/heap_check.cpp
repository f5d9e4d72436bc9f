#include "io/heap_check.hpp"

#include <algorithm>
#include <array>

namespace ostracon::io::hdf5 {
namespace {

// Of the collection and of every object, rounded up to 8 bytes: the same for all sizes of lengths.
constexpr std::size_t kHeaderBytes = 16, kLengthAt = 8;

std::uint64_t length_at(std::span<const std::uint8_t> block, std::size_t at,
                        std::size_t length_bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < length_bytes; ++i) value |= std::uint64_t{block[at + i]} << (8 * i);
  return value;
}

}  // namespace

std::uint64_t heap_bytes(std::span<const std::uint8_t> block, std::size_t length_bytes) {
  constexpr std::array<std::uint8_t, 8> kFront{'G', 'C', 'O', 'L', 1, 0, 0, 0};
  if (block.size() < kHeaderBytes || length_bytes > 8 ||
      !std::equal(kFront.begin(), kFront.end(), block.begin()))
    return 0;
  return length_at(block, kLengthAt, length_bytes);
}

bool heap_is_sound(std::span<const std::uint8_t> block, std::size_t length_bytes) {
  const std::uint64_t all = heap_bytes(block, length_bytes);
  if (all == 0) return true;
  const bool whole = all <= block.size();
  const std::uint64_t end = std::min<std::uint64_t>(all, block.size());
  for (std::uint64_t at = kHeaderBytes; at + kHeaderBytes <= end;) {
    const auto place = static_cast<std::size_t>(at);
    const bool free_space = block[place] == 0 && block[place + 1] == 0;
    const std::uint64_t size = length_at(block, place + kLengthAt, length_bytes);
    // Free space counts its own header.
    if (free_space ? size < kHeaderBytes : size > all) return false;
    const std::uint64_t taken = free_space ? size : kHeaderBytes + (size + 7) / 8 * 8;
    if (taken > all - at) return false;
    if (!whole && taken > end - at) return true;  // the rest will be read
    at += taken;
  }
  return true;
}

}  // namespace ostracon::io::hdf5
