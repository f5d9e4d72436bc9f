#pragma once
// One process at a time.

#include <filesystem>

#include "core/result.hpp"
#include "io/file_descriptor.hpp"

namespace ostracon::io {

/// A lock on a file, held until this object or the process goes, however it goes. Seen by processes
/// on other machines where the file system passes locks of records on (NFS, Lustre with -o flock).
class FileLock {
 public:
  /// Makes the file if it is absent, and never waits. kExists says who holds it (as far as that is
  /// known); kIo.
  static Result<FileLock> acquire(const std::filesystem::path& path);

 private:
  explicit FileLock(FileDescriptor file) : file_(std::move(file)) {}
  FileDescriptor file_;
};

}  // namespace ostracon::io
