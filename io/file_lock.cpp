#include "io/file_lock.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

namespace ostracon::io {
namespace {

constexpr std::size_t kMostHolderBytes = 256;

/// Who holds the lock, as he wrote it down. Only a courtesy: he may have had no time to.
std::string holder_of(const FileDescriptor& file) {
  std::array<char, kMostHolderBytes> text{};
  const ssize_t got = ::pread(file.get(), text.data(), text.size(), 0);
  std::string holder(text.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
  for (const char c : holder)
    if (c < ' ' || c > '~') return {};
  return holder;
}

std::string this_process() {
  std::array<char, kMostHolderBytes> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host.front() = '\0';
  return "process " + std::to_string(::getpid()) + " on " + host.data();
}

}  // namespace

Result<FileLock> FileLock::acquire(const std::filesystem::path& path) {
  FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666));
  if (!file) return Error{ErrorCode::kIo, errno_error("cannot open " + path.string()).message};
  struct flock range {};
  range.l_type = F_WRLCK;
  range.l_whence = SEEK_SET;
  // Of the open file, not of the process: a lock of the older kind would go with any other
  // descriptor of this file that the process closes.
  if (::fcntl(file.get(), F_OFD_SETLK, &range) != 0) {
    if (errno != EAGAIN && errno != EACCES)
      return Error{ErrorCode::kIo, errno_error("cannot lock " + path.string()).message};
    const std::string holder = holder_of(file);
    return Error{ErrorCode::kExists,
                 path.string() + " is locked by " + (holder.empty() ? "another process" : holder)};
  }
  const std::string holder = this_process();
  // On a full disk the lock holds without a name on it.
  if (::ftruncate(file.get(), 0) != 0 || ::pwrite(file.get(), holder.data(), holder.size(), 0) < 0)
    return FileLock(std::move(file));
  return FileLock(std::move(file));
}

}  // namespace ostracon::io
