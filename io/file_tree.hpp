#pragma once
// Which files and folders a stream is made of. Private to io/.

#include <filesystem>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "io/stream_manifest.hpp"

namespace ostracon::io {

/// One thing to store; digest and offsets of `entry` are not set.
struct TreeEntry {
  std::filesystem::path source;
  StreamEntry entry;
};

/// All of `paths` and, for folders, all they hold, sorted bytewise by entry path (a folder comes
/// before what it holds). Symbolic links are listed, not followed. Errors: see write_stream().
Result<std::vector<TreeEntry>> list_file_trees(std::span<const std::filesystem::path> paths);

}  // namespace ostracon::io
