#pragma once
// How single filters of HDF5 are undone. Private to io/.
//
// Formats: "HDF5 File Format Specification" 3.0, IV.A.2.l (filters 1 to 4); the registered filters
// by what their plug-ins write (numbers of several bytes are big-endian):
//   LZ4         u64 bytes, u32 block bytes, then of every block u32 stored bytes and these; stored
//               bytes that are as many as the block's are the block itself
//   bitshuffle  with a compressor the same, but every block is compressed; its bits are transposed
//               (unshuffle_bits), and up to 7 samples beyond the last multiple of 8 follow plainly
//   LZF         runs: c < 32 and c + 1 bytes as they are; or 3 bits n (if 7, a byte more to add)
//   and
//               13 bits d: the n + 2 bytes from d + 1 before the end
//   zstd, blosc   the library's own stream

#include <cstdint>
#include <span>
#include <vector>

#include "core/result.hpp"

namespace ostracon::io {

/// A filter as a file names it: its registered number and its parameters.
struct Filter {
  std::int32_t id = 0;
  std::vector<std::uint32_t> values;
};

/// How one filter is undone.
struct Codec {
  /// `from` to the front of `to`, never beyond. Returns the bytes written; kBadInput, without the
  /// chunk's name, if `from` is damaged or does not fit `to`; kOutOfMemory.
  Result<std::size_t> (*undo)(const Filter& filter, std::span<const std::uint8_t> from,
                              std::span<std::uint8_t> to);
};

/// How a filter is undone, if its parameters make sense. kUnavailable names a filter or parameters
/// that are not known here.
Result<Codec> codec_of(const Filter& filter);

/// Numbers of filters that others than the codecs must know.
inline constexpr std::int32_t kShuffleFilter = 2;
inline constexpr std::int32_t kFletcherFilter = 3;
inline constexpr std::size_t kFletcherBytes = 4;  ///< a checksum at the end of what was filtered

/// Own code, apart for its size.
Result<std::size_t> unpack_lzf(const Filter& filter, std::span<const std::uint8_t> from,
                               std::span<std::uint8_t> to);
Result<std::size_t> unpack_lz4(const Filter& filter, std::span<const std::uint8_t> from,
                               std::span<std::uint8_t> to);
Result<std::size_t> unpack_bitshuffle(const Filter& filter, std::span<const std::uint8_t> from,
                                      std::span<std::uint8_t> to);

}  // namespace ostracon::io
