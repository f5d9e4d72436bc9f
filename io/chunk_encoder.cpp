#include "io/chunk_encoder.hpp"

#include <libdeflate.h>
#include <lz4.h>

#include <algorithm>
#include <memory>

#include "io/shuffles.hpp"

namespace ostracon::io {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr int kDeflateLevel = 4;
constexpr std::int32_t kDeflateFilter = 1, kBitshuffleFilter = 32008;
constexpr std::size_t kBlockBytes = 8192;  // of bitshuffle, as its plug-in chooses

void append_big_endian(std::vector<std::uint8_t>& to, std::uint64_t value, unsigned bytes) {
  for (unsigned byte = bytes; byte-- > 0;)
    to.push_back(static_cast<std::uint8_t>(value >> (8U * byte) & 0xFFU));
}

Result<std::vector<std::uint8_t>> deflate_chunk(Bytes chunk, std::size_t sample_bytes) {
  struct Free {
    void operator()(libdeflate_compressor* one) const { libdeflate_free_compressor(one); }
  };
  const std::unique_ptr<libdeflate_compressor, Free> compressor(
      libdeflate_alloc_compressor(kDeflateLevel));
  if (!compressor) return Error{ErrorCode::kOutOfMemory, "deflate: no memory"};
  std::vector<std::uint8_t> shuffled;
  if (sample_bytes > 1) {
    shuffled.resize(chunk.size());
    shuffle_bytes(chunk, sample_bytes, shuffled);
    chunk = shuffled;
  }
  std::vector<std::uint8_t> packed(libdeflate_zlib_compress_bound(compressor.get(), chunk.size()));
  packed.resize(libdeflate_zlib_compress(compressor.get(), chunk.data(), chunk.size(),
                                         packed.data(), packed.size()));
  return packed;
}

/// As filter 32008 with LZ4; chunk_codecs.hpp has its format.
std::vector<std::uint8_t> bitshuffle_chunk(Bytes chunk, std::size_t sample_bytes) {
  const std::size_t block_samples = std::max<std::size_t>(kBlockBytes / sample_bytes / 8 * 8, 128);
  const std::size_t block_bytes = block_samples * sample_bytes;
  std::vector<std::uint8_t> packed;
  packed.reserve(chunk.size() / 2 + 64);
  append_big_endian(packed, chunk.size(), 8);
  append_big_endian(packed, block_bytes, 4);
  std::vector<std::uint8_t> bits(block_bytes);
  std::vector<char> lz4;
  std::size_t at = 0;
  const std::size_t whole = chunk.size() / (8 * sample_bytes) * (8 * sample_bytes);
  while (at < whole) {
    const std::size_t bytes = std::min(block_bytes, whole - at);
    shuffle_bits(chunk.subspan(at, bytes), sample_bytes, {bits.data(), bytes});
    const int most = LZ4_compressBound(static_cast<int>(bytes));
    lz4.resize(static_cast<std::size_t>(most));
    const int written = LZ4_compress_default(reinterpret_cast<const char*>(bits.data()), lz4.data(),
                                             static_cast<int>(bytes), most);
    append_big_endian(packed, static_cast<std::uint64_t>(written), 4);
    packed.insert(packed.end(), lz4.begin(), lz4.begin() + written);
    at += bytes;
  }
  packed.insert(packed.end(), chunk.begin() + static_cast<std::ptrdiff_t>(whole), chunk.end());
  return packed;
}

}  // namespace

std::vector<Filter> filters_of(ScanCompression compression, std::size_t sample_bytes) {
  const auto bytes = static_cast<std::uint32_t>(sample_bytes);
  switch (compression) {
    case ScanCompression::kNone:
      return {};
    case ScanCompression::kGzip:
      if (sample_bytes == 1) return {{kDeflateFilter, {kDeflateLevel}}};
      return {{kShuffleFilter, {bytes}}, {kDeflateFilter, {kDeflateLevel}}};
    case ScanCompression::kBitshuffleLz4:
      break;
  }
  return {{kBitshuffleFilter, {0, 4, bytes, 0, 2}}};
}

Result<std::vector<std::uint8_t>> encode_chunk(ScanCompression compression, Bytes chunk,
                                               std::size_t sample_bytes) {
  if (compression == ScanCompression::kGzip) return deflate_chunk(chunk, sample_bytes);
  if (compression == ScanCompression::kBitshuffleLz4) return bitshuffle_chunk(chunk, sample_bytes);
  return std::vector<std::uint8_t>(chunk.begin(), chunk.end());
}

}  // namespace ostracon::io
