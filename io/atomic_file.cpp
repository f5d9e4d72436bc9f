#include "io/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <string>

#include "io/file_descriptor.hpp"
#include "io/in_quotes.hpp"

namespace ostracon::io {
namespace {

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

bool stands(const std::filesystem::path& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

Error exists_error(const std::filesystem::path& path) {
  return Error{ErrorCode::kExists, path.string() + " exists already"};
}

}  // namespace

Result<PendingFile> PendingFile::create(const std::filesystem::path& path, bool force) {
  if (!path.has_filename())
    return Error{ErrorCode::kInvalidArgument, in_quotes(path) + " names no file"};
  if (stands(path)) {
    if (!force) return exists_error(path);
    std::error_code error;
    if (std::filesystem::is_directory(path, error))
      return Error{ErrorCode::kExists, path.string() + " is a folder"};
  }
  std::error_code error;
  if (!std::filesystem::is_directory(folder_of(path), error))
    return Error{ErrorCode::kNotFound, "there is no folder " + folder_of(path).string()};

  static std::atomic<unsigned> counter{0};
  PendingFile pending;
  pending.path_ = path;
  pending.force_ = force;
  pending.temporary_ = folder_of(path) / (".ostracon-" + std::to_string(::getpid()) + "-" +
                                          std::to_string(counter++) + ".tmp");
  return pending;
}

PendingFile::PendingFile(PendingFile&& other) noexcept
    : path_(std::move(other.path_)), temporary_(std::move(other.temporary_)), force_(other.force_) {
  other.temporary_.clear();
}

PendingFile& PendingFile::operator=(PendingFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(temporary_, other.temporary_);
  std::swap(force_, other.force_);
  return *this;
}

PendingFile::~PendingFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<> PendingFile::commit() {
  {
    const FileDescriptor file(::open(temporary_.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file || ::fsync(file.get()) != 0)
      return Error{ErrorCode::kIo, errno_error("cannot write " + path_.string()).message};
  }
  if (!force_ && stands(path_)) return exists_error(path_);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0)
    return Error{ErrorCode::kIo, errno_error("cannot write " + path_.string()).message};
  temporary_.clear();
  const FileDescriptor folder(::open(folder_of(path_).c_str(), O_RDONLY | O_CLOEXEC));
  if (folder) ::fsync(folder.get());  // not every file system can: the file itself is safe
  return Ok{};
}

Result<> write_whole_file(const std::filesystem::path& path, std::span<const std::uint8_t> bytes,
                          bool force) {
  OSTRACON_TRY_ASSIGN(auto pending, PendingFile::create(path, force));
  {
    const FileDescriptor file(
        ::open(pending.temporary().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!file) return Error{ErrorCode::kIo, errno_error("cannot write " + path.string()).message};
    OSTRACON_TRY(write_at(file, 0, bytes, path.string()));
  }
  return pending.commit();
}

Result<> write_whole_file(const std::filesystem::path& path, std::string_view text, bool force) {
  return write_whole_file(path, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()},
                          force);
}

Result<std::string> read_whole_file(const std::filesystem::path& path, std::size_t limit) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return errno_error("cannot open " + path.string());
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return errno_error("cannot read " + path.string());
  if (!S_ISREG(status.st_mode))
    return Error{ErrorCode::kBadInput, path.string() + " is not a regular file"};
  if (static_cast<std::uint64_t>(status.st_size) > limit)
    return Error{ErrorCode::kBadInput, path.string() + " holds " + std::to_string(status.st_size) +
                                           " bytes, more than the " + std::to_string(limit) +
                                           " that are read"};
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  OSTRACON_TRY(
      read_at(file, 0, {reinterpret_cast<std::uint8_t*>(text.data()), text.size()}, path.string()));
  return text;
}

}  // namespace ostracon::io
