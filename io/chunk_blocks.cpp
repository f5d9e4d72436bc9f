// Filters that are undone by own code: LZF, and the blocks of LZ4 and bitshuffle.

#include <lz4.h>
#include <zstd.h>

#include <algorithm>
#include <climits>
#include <limits>

#include "io/chunk_codecs.hpp"
#include "io/shuffles.hpp"

namespace ostracon::io {
namespace {

using Bytes = std::span<const std::uint8_t>;

Error damaged(const char* why) { return Error{ErrorCode::kBadInput, why}; }

/// Takes bytes from the front of a stream.
class Front {
 public:
  explicit Front(Bytes bytes) : bytes_(bytes) {}
  bool has(std::size_t count) const { return bytes_.size() >= count; }
  std::size_t left() const { return bytes_.size(); }
  Bytes take(std::size_t count) {
    const Bytes front = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return front;
  }
  std::uint64_t number(std::size_t count) {
    std::uint64_t value = 0;
    for (const std::uint8_t byte : take(count)) value = value << 8U | byte;
    return value;
  }

 private:
  Bytes bytes_;
};

constexpr std::size_t kHeaderBytes = 12, kSizeBytes = 4;

bool lz4_block(Bytes from, std::span<std::uint8_t> to) {
  if (from.size() > INT_MAX || to.size() > INT_MAX) return false;
  const int written = LZ4_decompress_safe(
      reinterpret_cast<const char*>(from.data()), reinterpret_cast<char*>(to.data()),
      static_cast<int>(from.size()), static_cast<int>(to.size()));
  return written >= 0 && static_cast<std::size_t>(written) == to.size();
}

bool zstd_block(Bytes from, std::span<std::uint8_t> to) {
  return ZSTD_decompress(to.data(), to.size(), from.data(), from.size()) == to.size();
}

enum BitshuffleCompressor : std::uint32_t { kNone = 0, kLz4 = 2, kZstd = 3 };

/// Samples of a block where the file does not say: 8 KiB, a multiple of 8, at least 128.
std::size_t default_block(std::size_t sample_bytes) {
  return std::max<std::size_t>(8192 / sample_bytes / 8 * 8, 128);
}

}  // namespace

Result<std::size_t> unpack_lzf(const Filter&, Bytes from, std::span<std::uint8_t> to) {
  Front front(from);
  std::size_t written = 0;
  while (front.left() > 0) {
    const std::uint64_t control = front.number(1);
    if (control < 32) {
      const std::size_t count = control + 1;
      if (!front.has(count)) return damaged("LZF: ends too soon");
      if (count > to.size() - written) return damaged("LZF: more bytes than the chunk has");
      const Bytes plain = front.take(count);
      std::copy(plain.begin(), plain.end(), to.begin() + static_cast<std::ptrdiff_t>(written));
      written += count;
      continue;
    }
    const bool is_long = control >> 5U == 7;
    if (!front.has(is_long ? 2 : 1)) return damaged("LZF: ends too soon");
    const std::size_t count = (control >> 5U) + (is_long ? front.number(1) : 0) + 2;
    const std::size_t distance = (control & 31U) * 256 + front.number(1) + 1;
    if (distance > written) return damaged("LZF: a copy from before the beginning");
    if (count > to.size() - written) return damaged("LZF: more bytes than the chunk has");
    // Byte by byte: a copy may reach into itself.
    for (std::size_t i = 0; i < count; ++i, ++written) to[written] = to[written - distance];
  }
  return written;
}

Result<std::size_t> unpack_lz4(const Filter&, Bytes from, std::span<std::uint8_t> to) {
  Front front(from);
  if (!front.has(kHeaderBytes)) return damaged("LZ4: no header");
  const std::uint64_t bytes = front.number(8), block = front.number(4);
  if (bytes > to.size()) return damaged("LZ4: more bytes than the chunk has");
  if (block == 0) return damaged("LZ4: blocks of no byte");
  auto room = to.first(bytes);
  while (!room.empty()) {
    const auto here = room.first(std::min<std::uint64_t>(block, room.size()));
    if (!front.has(kSizeBytes)) return damaged("LZ4: ends too soon");
    const std::uint64_t stored = front.number(kSizeBytes);
    if (!front.has(stored)) return damaged("LZ4: ends too soon");
    const Bytes packed = front.take(stored);
    if (stored == here.size())
      std::copy(packed.begin(), packed.end(), here.begin());
    else if (!lz4_block(packed, here))
      return damaged("LZ4: a damaged block");
    room = room.subspan(here.size());
  }
  return static_cast<std::size_t>(bytes);
}

Result<std::size_t> unpack_bitshuffle(const Filter& filter, Bytes from,
                                      std::span<std::uint8_t> to) {
  const std::size_t sample = filter.values[2];
  const std::uint32_t compressor = filter.values.size() > 4 ? filter.values[4] : kNone;
  std::uint64_t bytes = from.size();
  std::uint64_t block =
      filter.values.size() > 3 && filter.values[3] != 0 ? filter.values[3] : default_block(sample);
  Front front(from);
  if (compressor != kNone) {
    if (!front.has(kHeaderBytes)) return damaged("bitshuffle: no header");
    bytes = front.number(8);
    block = front.number(4) / sample;
  }
  if (bytes > to.size()) return damaged("bitshuffle: more bytes than the chunk has");
  if (bytes % sample != 0) return damaged("bitshuffle: samples that are not whole");
  if (block == 0 || block % 8 != 0) return damaged("bitshuffle: blocks of no multiple of 8");
  auto room = to.first(bytes);
  std::vector<std::uint8_t> bits;
  while (room.size() >= 8 * sample) {
    const std::size_t samples = std::min<std::uint64_t>(block, room.size() / sample / 8 * 8);
    const auto here = room.first(samples * sample);
    room = room.subspan(here.size());
    if (compressor == kNone) {
      unshuffle_bits(front.take(here.size()), sample, here);
      continue;
    }
    if (!front.has(kSizeBytes)) return damaged("bitshuffle: ends too soon");
    const std::uint64_t stored = front.number(kSizeBytes);
    if (!front.has(stored)) return damaged("bitshuffle: ends too soon");
    bits.resize(here.size());
    if (!(compressor == kLz4 ? lz4_block : zstd_block)(front.take(stored), bits))
      return damaged("bitshuffle: a damaged block");
    unshuffle_bits(bits, sample, here);
  }
  if (!front.has(room.size())) return damaged("bitshuffle: ends too soon");
  const Bytes rest = front.take(room.size());
  std::copy(rest.begin(), rest.end(), room.begin());
  return static_cast<std::size_t>(bytes);
}

}  // namespace ostracon::io
