#pragma once
// An open file that closes itself, with whole-buffer reads and writes.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>

#include "core/result.hpp"

namespace ostracon::io {

class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int descriptor) : descriptor_(descriptor) {}
  FileDescriptor(FileDescriptor&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~FileDescriptor();

  int get() const { return descriptor_; }
  explicit operator bool() const { return descriptor_ >= 0; }

 private:
  int descriptor_ = -1;
};

/// "`what`: No space left on device" from errno, with the code that fits (kNotFound, kExists, kIo).
Error errno_error(const std::string& what);

/// Reads exactly `to.size()` bytes at `offset`; kIo names `name`, also at a premature end.
Result<> read_at(const FileDescriptor& file, std::uint64_t offset, std::span<std::uint8_t> to,
                 const std::string& name);
/// Writes all of `bytes` at `offset`; kIo names `name`.
Result<> write_at(const FileDescriptor& file, std::uint64_t offset,
                  std::span<const std::uint8_t> bytes, const std::string& name);

/// An open file in `folder` that has no name and vanishes when closed.
Result<FileDescriptor> open_unnamed(const std::filesystem::path& folder);

}  // namespace ostracon::io
