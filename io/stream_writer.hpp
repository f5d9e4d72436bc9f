#pragma once
// Files and folders to the byte stream of a plate: a POSIX pax tar.

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "format/plate.hpp"
#include "io/file_descriptor.hpp"
#include "io/stream_manifest.hpp"

namespace ostracon::io {

/// A finished stream in a file without a name, which goes with this object. Reading is const and
/// may be done from several threads.
class SpooledStream : public format::ByteSource {
 public:
  SpooledStream(FileDescriptor file, std::uint64_t bytes, const Sha256Digest& digest,
                std::vector<StreamEntry> entries);
  std::uint64_t size() const override { return bytes_; }
  /// kInvalidArgument beyond the end; kIo.
  Result<> read(std::uint64_t offset, std::span<std::uint8_t> to) const override;
  const Sha256Digest& digest() const { return digest_; }  ///< of all bytes of the stream
  const std::vector<StreamEntry>& entries() const { return entries_; }

 private:
  FileDescriptor file_;
  std::uint64_t bytes_;
  Sha256Digest digest_;
  std::vector<StreamEntry> entries_;
};

/// Collects `paths` (folders with all they hold) and spools the stream into an unlinked file in
/// `spool_folder`. Names are relative to each path's parent, sorted bytewise; owner, group and
/// set-id bits are dropped; so the stream depends only on names, contents, modes and times.
///
/// kInvalidArgument: no path, two paths of one name, a device, socket or FIFO, a name that
/// path_problem() refuses; kNotFound; kIo (also: a file that changed while it was read).
Result<SpooledStream> write_stream(std::span<const std::filesystem::path> paths,
                                   const std::filesystem::path& spool_folder);

}  // namespace ostracon::io
