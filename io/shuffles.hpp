#pragma once
// The two reorderings of bytes and bits that filters of HDF5 put before a compressor, both ways.

#include <cstddef>
#include <cstdint>
#include <span>

namespace ostracon::io {

/// Filter "shuffle": `from` holds all first bytes of samples of `sample_bytes`, then all second
/// ones, and so on; bytes beyond the last whole sample are at the end as they are.
///   to   as long as `from`, apart from it
void unshuffle_bytes(std::span<const std::uint8_t> from, std::size_t sample_bytes,
                     std::span<std::uint8_t> to);

/// One block of filter "bitshuffle": `from` is 8 * sample_bytes rows of samples / 8 bytes each; bit
/// i % 8 of byte i / 8 of row 8 b + k is bit k of byte b of sample i.
///   from, to   samples * sample_bytes bytes, samples a multiple of 8, apart from each other
void unshuffle_bits(std::span<const std::uint8_t> from, std::size_t sample_bytes,
                    std::span<std::uint8_t> to);

/// The other way round: what unshuffle_bytes() and unshuffle_bits() undo.
void shuffle_bytes(std::span<const std::uint8_t> from, std::size_t sample_bytes,
                   std::span<std::uint8_t> to);
void shuffle_bits(std::span<const std::uint8_t> from, std::size_t sample_bytes,
                  std::span<std::uint8_t> to);

}  // namespace ostracon::io
