#pragma once
// Files that appear whole or not at all.

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace ostracon::io {

/// Writes `bytes` under a temporary name beside `path`, synchronises, renames. kExists if `path`
/// stands and `force` is not set; kNotFound if its folder is absent; kIo.
Result<> write_whole_file(const std::filesystem::path& path, std::span<const std::uint8_t> bytes,
                          bool force);
Result<> write_whole_file(const std::filesystem::path& path, std::string_view text, bool force);

/// All bytes of a file as text; kBadInput if it holds more than `limit` bytes; kNotFound, kIo.
Result<std::string> read_whole_file(const std::filesystem::path& path, std::size_t limit);

/// A name beside a file to be, for writers that must be given a path (HDF5). The temporary file
/// is removed when this object goes, unless commit() renamed it.
class PendingFile {
 public:
  /// kExists if `path` stands and `force` is not set; kNotFound if its folder is absent.
  static Result<PendingFile> create(const std::filesystem::path& path, bool force);
  PendingFile(PendingFile&& other) noexcept;
  PendingFile& operator=(PendingFile&& other) noexcept;
  ~PendingFile();

  const std::filesystem::path& temporary() const { return temporary_; }
  const std::filesystem::path& path() const { return path_; }
  /// Synchronises the temporary file and renames it; kExists if `path` has come to stand
  /// meanwhile and `force` is not set; kIo.
  Result<> commit();

 private:
  PendingFile() = default;
  std::filesystem::path path_, temporary_;
  bool force_ = false;
};

}  // namespace ostracon::io
