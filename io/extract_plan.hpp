#pragma once
// Which members of a stream may be written, before any is. Private to io/.

#include <cstdint>
#include <span>
#include <vector>

#include "io/stream_extractor.hpp"

namespace ostracon::io {

/// One ExtractedFile per entry: kRefused with a reason if its path is unsafe, stood before in the
/// list, lies beneath a member that is no folder, or if its data lie beyond the stream; kLost with
/// the missing ranges; else kVerified, which is still to be found out for files.
std::vector<ExtractedFile> plan_extraction(std::span<const StreamEntry> entries,
                                           std::span<const ByteRange> holes,
                                           std::uint64_t stream_bytes, bool case_sensitive);

}  // namespace ostracon::io
