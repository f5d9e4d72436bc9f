#pragma once
// Chunks of samples as the filters of HDF5 would have made them. Private to io/.

#include <cstdint>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "io/chunk_codecs.hpp"
#include "io/scan_file.hpp"

namespace ostracon::io {

/// The filters of a way to compress, in the order in which they are applied.
std::vector<Filter> filters_of(ScanCompression compression, std::size_t sample_bytes);

/// `chunk`, whole samples, through those filters. Any number of threads. kOutOfMemory.
Result<std::vector<std::uint8_t>> encode_chunk(ScanCompression compression,
                                               std::span<const std::uint8_t> chunk,
                                               std::size_t sample_bytes);

}  // namespace ostracon::io
