#include "io/file_descriptor.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace ostracon::io {

FileDescriptor::~FileDescriptor() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Error errno_error(const std::string& what) {
  const int number = errno;
  const ErrorCode code = number == ENOENT || number == ENOTDIR ? ErrorCode::kNotFound
                         : number == EEXIST                    ? ErrorCode::kExists
                                                               : ErrorCode::kIo;
  return Error{code, what + ": " + std::generic_category().message(number)};
}

Result<> read_at(const FileDescriptor& file, std::uint64_t offset, std::span<std::uint8_t> to,
                 const std::string& name) {
  while (!to.empty()) {
    const ssize_t got = ::pread(file.get(), to.data(), to.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error{ErrorCode::kIo, errno_error("cannot read " + name).message};
    if (got == 0)
      return Error{ErrorCode::kIo, name + " ends before byte " + std::to_string(offset)};
    to = to.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
  return Ok{};
}

Result<> write_at(const FileDescriptor& file, std::uint64_t offset,
                  std::span<const std::uint8_t> bytes, const std::string& name) {
  while (!bytes.empty()) {
    const ssize_t put =
        ::pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return Error{ErrorCode::kIo, errno_error("cannot write " + name).message};
    bytes = bytes.subspan(static_cast<std::size_t>(put));
    offset += static_cast<std::uint64_t>(put);
  }
  return Ok{};
}

Result<FileDescriptor> open_unnamed(const std::filesystem::path& folder) {
  FileDescriptor file(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (file) return file;
  if (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL) {
    // Some network file systems know no unnamed files.
    std::string pattern = (folder / ".ostracon-XXXXXX").string();
    FileDescriptor named(::mkostemp(pattern.data(), O_CLOEXEC));
    if (named) {
      ::unlink(pattern.c_str());
      return named;
    }
  }
  return errno_error("cannot make a temporary file in " + folder.string());
}

}  // namespace ostracon::io
