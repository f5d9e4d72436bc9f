#pragma once
// Global heaps of HDF5 files (variable-length texts) before the library walks them. Private to io/.
//
// "HDF5 File Format Specification" 3.0, III.E. HDF5 1.10 goes from object to object by the sizes
// that the file says: one of free space of size 0 keeps it for ever, a huge one leads it outside.

#include <cstddef>
#include <cstdint>
#include <span>

namespace ostracon::io::hdf5 {

/// False if `block`, read from a file at one go, begins as a global heap collection does and its
/// objects do not follow each other up to its end, or as far as `block` goes.
///   length_bytes   of lengths in this file, 2, 4 or 8
bool heap_is_sound(std::span<const std::uint8_t> block, std::size_t length_bytes);

/// Bytes of the collection that `block` begins; 0 if it begins none.
std::uint64_t heap_bytes(std::span<const std::uint8_t> block, std::size_t length_bytes);

}  // namespace ostracon::io::hdf5
