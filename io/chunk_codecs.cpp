#include "io/chunk_codecs.hpp"

#include <blosc.h>
#include <libdeflate.h>
#include <zstd.h>

#include <algorithm>
#include <memory>
#include <string>

#include "io/shuffles.hpp"

extern "C" {  // of which that header says nothing
#include <szlib.h>
}

namespace ostracon::io {
namespace {

using Bytes = std::span<const std::uint8_t>;

Error damaged(const char* why) { return Error{ErrorCode::kBadInput, why}; }

/// One that a thread needs, made at its first use.
template <class T, auto kMake, auto kFree>
T* of_this_thread() {
  struct Free {
    void operator()(T* value) const { kFree(value); }
  };
  thread_local const std::unique_ptr<T, Free> kOne(kMake());
  return kOne.get();
}

Result<std::size_t> inflate(const Filter&, Bytes from, std::span<std::uint8_t> to) {
  auto* inflater = of_this_thread<libdeflate_decompressor, libdeflate_alloc_decompressor,
                                  libdeflate_free_decompressor>();
  if (inflater == nullptr) return Error{ErrorCode::kOutOfMemory, "deflate: no memory"};
  std::size_t written = 0;
  const auto done = libdeflate_zlib_decompress(inflater, from.data(), from.size(), to.data(),
                                               to.size(), &written);
  if (done == LIBDEFLATE_INSUFFICIENT_SPACE)
    return damaged("deflate: more bytes than the chunk has");
  if (done != LIBDEFLATE_SUCCESS) return damaged("deflate: a damaged stream");
  return written;
}

Result<std::size_t> unshuffle(const Filter& filter, Bytes from, std::span<std::uint8_t> to) {
  if (from.size() > to.size()) return damaged("shuffle: more bytes than the chunk has");
  unshuffle_bytes(from, filter.values[0], to.first(from.size()));
  return from.size();
}

/// Fletcher's sums of the 16-bit big-endian words, an odd last byte being a high one. A sum that is
/// 0 modulo 65535 is 65535 unless all words are 0.
std::uint32_t fletcher32(Bytes bytes) {
  constexpr std::size_t kWithoutOverflow = std::size_t{1} << 16;  // words; sums of 64 bits
  std::uint64_t first = 0, second = 0;
  const auto reduce = [](std::uint64_t sum) {
    const std::uint64_t rest = sum % 65535;
    return rest == 0 && sum != 0 ? 65535 : rest;
  };
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    const std::uint32_t low = i + 1 < bytes.size() ? bytes[i + 1] : 0U;
    first += static_cast<std::uint32_t>(bytes[i]) << 8U | low;
    second += first;
    if (i / 2 % kWithoutOverflow == kWithoutOverflow - 1) {
      first = reduce(first);
      second = reduce(second);
    }
  }
  return static_cast<std::uint32_t>(reduce(second) << 16U | reduce(first));
}

Result<std::size_t> check_sum(const Filter&, Bytes from, std::span<std::uint8_t> to) {
  if (from.size() < kFletcherBytes) return damaged("fletcher32: no checksum");
  const Bytes bytes = from.first(from.size() - kFletcherBytes), sum = from.last(kFletcherBytes);
  if (bytes.size() > to.size()) return damaged("fletcher32: more bytes than the chunk has");
  const std::uint32_t stored =
      static_cast<std::uint32_t>(sum[0]) | static_cast<std::uint32_t>(sum[1]) << 8U |
      static_cast<std::uint32_t>(sum[2]) << 16U | static_cast<std::uint32_t>(sum[3]) << 24U;
  const std::uint32_t seen = fletcher32(bytes);
  // HDF5 before 1.6.3 wrote the bytes of each half the other way round.
  const std::uint32_t old = (seen & 0x00FF00FFU) << 8U | (seen >> 8U & 0x00FF00FFU);
  if (stored != seen && stored != old) return damaged("fletcher32: the checksum is wrong");
  std::copy(bytes.begin(), bytes.end(), to.begin());
  return bytes.size();
}

Result<std::size_t> unpack_szip(const Filter& filter, Bytes from, std::span<std::uint8_t> to) {
  if (from.size() < 4) return damaged("szip: no header");
  std::size_t bytes = 0;
  for (std::size_t i = 4; i-- > 0;) bytes = bytes << 8U | from[i];
  if (bytes > to.size()) return damaged("szip: more bytes than the chunk has");
  SZ_com_t parameters{.options_mask = static_cast<int>(filter.values[0]),
                      .bits_per_pixel = static_cast<int>(filter.values[2]),
                      .pixels_per_block = static_cast<int>(filter.values[1]),
                      .pixels_per_scanline = static_cast<int>(filter.values[3])};
  std::size_t written = bytes;
  if (SZ_BufftoBuffDecompress(to.data(), &written, from.data() + 4, from.size() - 4, &parameters) !=
          SZ_OK ||
      written != bytes)
    return damaged("szip: a damaged stream");
  return written;
}

Result<std::size_t> unpack_zstd(const Filter&, Bytes from, std::span<std::uint8_t> to) {
  auto* context = of_this_thread<ZSTD_DCtx, ZSTD_createDCtx, ZSTD_freeDCtx>();
  if (context == nullptr) return Error{ErrorCode::kOutOfMemory, "zstd: no memory"};
  const std::size_t written =
      ZSTD_decompressDCtx(context, to.data(), to.size(), from.data(), from.size());
  if (ZSTD_isError(written) != 0) return damaged("zstd: a damaged stream");
  return written;
}

Result<std::size_t> unpack_blosc(const Filter&, Bytes from, std::span<std::uint8_t> to) {
  std::size_t bytes = 0;
  if (from.size() < BLOSC_MIN_HEADER_LENGTH ||
      blosc_cbuffer_validate(from.data(), from.size(), &bytes) != 0)
    return damaged("blosc: no valid header");
  if (bytes > to.size()) return damaged("blosc: more bytes than the chunk has");
  const int written = blosc_decompress_ctx(from.data(), to.data(), to.size(), 1);
  if (written < 0 || static_cast<std::size_t>(written) != bytes)
    return damaged("blosc: a damaged stream");
  return bytes;
}

/// Bounds of the library's documentation; its buffers depend on them.
bool szip_parameters_valid(const std::vector<std::uint32_t>& values) {
  if (values.size() < 4) return false;
  const std::uint32_t block = values[1], bits = values[2], line = values[3];
  return block >= 2 && block <= SZ_MAX_PIXELS_PER_BLOCK && block % 2 == 0 && line >= 1 &&
         line <= SZ_MAX_PIXELS_PER_SCANLINE && line >= block && values[0] <= 0xFFFF &&
         (bits == 8 || bits == 16 || bits == 32 || bits == 64);
}

bool bitshuffle_parameters_valid(const std::vector<std::uint32_t>& values) {
  return values.size() >= 3 && values[2] >= 1 && values[2] <= 64 &&
         (values.size() < 5 || values[4] == 0 || values[4] == 2 || values[4] == 3);
}

}  // namespace

Result<Codec> codec_of(const Filter& filter) {
  const auto& values = filter.values;
  switch (filter.id) {
    case 1:
      return Codec{inflate};
    case kShuffleFilter:
      if (!values.empty() && values[0] >= 1 && values[0] <= 64) return Codec{unshuffle};
      break;
    case kFletcherFilter:
      return Codec{check_sum};
    case 4:
      if (szip_parameters_valid(values)) return Codec{unpack_szip};
      break;
    case 32000:
      return Codec{unpack_lzf};
    case 32001:
      return Codec{unpack_blosc};
    case 32004:
      return Codec{unpack_lz4};
    case 32008:
      if (bitshuffle_parameters_valid(values)) return Codec{unpack_bitshuffle};
      break;
    case 32015:
      return Codec{unpack_zstd};
    default:
      return Error{ErrorCode::kUnavailable,
                   "the filter " + std::to_string(filter.id) + " is not known here"};
  }
  return Error{ErrorCode::kUnavailable,
               "the parameters of filter " + std::to_string(filter.id) + " make no sense"};
}

}  // namespace ostracon::io
