#pragma once
// What a stream with holes still says about what it holds. Private to io/.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "format/plate.hpp"
#include "io/stream_manifest.hpp"
#include "pipeline/recover.hpp"

namespace ostracon::io {

/// The parts of [begin, end) that lie in `holes` (sorted, disjoint), counted from `begin`.
std::vector<ByteRange> missing_in(std::span<const ByteRange> holes, std::uint64_t begin,
                                  std::uint64_t end);

struct StreamListing {
  bool manifest_found = false;
  /// In stream order; offset and data_offset count from the start of the stream. Not judged: paths
  /// may be unsafe, offsets beyond the stream.
  std::vector<StreamEntry> entries;
  /// Without a manifest: members that are neither file, folder nor symbolic link, and why that is
  /// refused.
  struct Refused {
    std::string path, reason;
  };
  std::vector<Refused> refused{};
};

/// From the manifest: the first, the last, or the bytes that are whole in either (they are the
/// same). Without one, from every tar header that is whole: files without a SHA-256 (members of a
/// tar that is itself a stored file) are not listed. Errors: those of `stream`.
Result<StreamListing> list_stream(const format::ByteSource& stream,
                                  std::span<const ByteRange> holes);

}  // namespace ostracon::io
