#include "io/output_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>

namespace ostracon::io {
namespace {

constexpr int kOpenFolder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

Error io_error(const std::string& what) { return Error{ErrorCode::kIo, errno_error(what).message}; }

std::string temporary_name() {
  static std::atomic<unsigned> counter{0};
  return ".ostracon-" + std::to_string(::getpid()) + "-" + std::to_string(counter++) + ".tmp";
}

std::array<timespec, 2> both_times(std::int64_t mtime) {
  const timespec time{.tv_sec = static_cast<time_t>(mtime), .tv_nsec = 0};
  return {time, time};
}

}  // namespace

std::string leaf_of(const std::string& path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 = 0
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

Result<OutputFolder> OutputFolder::open(const std::filesystem::path& folder) {
  if (::mkdir(folder.c_str(), 0777) != 0 && errno != EEXIST)
    return errno_error("cannot make the folder " + folder.string());
  FileDescriptor root(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root) return io_error("cannot open the folder " + folder.string());
  return OutputFolder(std::move(root), folder.string());
}

Result<FileDescriptor> OutputFolder::walk(const std::string& path, bool create) const {
  FileDescriptor folder(::openat(root_.get(), ".", kOpenFolder));
  if (!folder) return io_error("cannot open the folder " + name_);
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string component = path.substr(begin, end - begin);
    if (create && ::mkdirat(folder.get(), component.c_str(), 0777) != 0 && errno != EEXIST)
      return io_error("cannot make the folder " + shown(path.substr(0, end)));
    FileDescriptor next(::openat(folder.get(), component.c_str(), kOpenFolder));
    if (!next && errno == ENOENT) return errno_error(shown(path.substr(0, end)));
    if (!next && (errno == ELOOP || errno == ENOTDIR))
      return Error{ErrorCode::kInvalidArgument,
                   shown(path.substr(0, end)) + " is a symbolic link or a file, not a folder"};
    if (!next) return io_error("cannot open the folder " + shown(path.substr(0, end)));
    folder = std::move(next);
    begin = end + 1;
  }
  return folder;
}

Result<OutputFolder::Standing> OutputFolder::standing(const std::string& path) const {
  const auto parent = walk(parent_of(path), false);
  if (!parent && parent.error().code == ErrorCode::kNotFound) return Standing::kNothing;
  if (!parent) return parent.error();
  struct stat status {};
  if (::fstatat(parent.value().get(), leaf_of(path).c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return Standing::kNothing;
    return io_error("cannot look at " + shown(path));
  }
  return S_ISDIR(status.st_mode) ? Standing::kFolder : Standing::kOther;
}

Result<> OutputFolder::make_folder(const std::string& path) const {
  OSTRACON_TRY(walk(path, true));
  return Ok{};
}

Result<> OutputFolder::finish_folder(const std::string& path, std::uint32_t mode,
                                     std::int64_t mtime) const {
  OSTRACON_TRY_ASSIGN(const auto folder, walk(path, false));
  const auto times = both_times(mtime);
  if (::fchmod(folder.get(), static_cast<mode_t>(mode)) != 0 ||
      ::futimens(folder.get(), times.data()) != 0)
    return io_error("cannot set mode and time of " + shown(path));
  return Ok{};
}

Result<> OutputFolder::make_symlink(const std::string& path, const std::string& target,
                                    std::int64_t mtime) const {
  OSTRACON_TRY_ASSIGN(const auto parent, walk(parent_of(path), true));
  const std::string temporary = temporary_name();
  const auto times = both_times(mtime);
  if (::symlinkat(target.c_str(), parent.get(), temporary.c_str()) != 0)
    return io_error("cannot make the link " + shown(path));
  ::utimensat(parent.get(), temporary.c_str(), times.data(), AT_SYMLINK_NOFOLLOW);
  if (::renameat(parent.get(), temporary.c_str(), parent.get(), leaf_of(path).c_str()) != 0) {
    const Error error = io_error("cannot make the link " + shown(path));
    ::unlinkat(parent.get(), temporary.c_str(), 0);
    return error;
  }
  return Ok{};
}

bool OutputFolder::is_case_sensitive() const {
  const std::string lower = temporary_name(), upper = ".OSTRACON" + lower.substr(9);
  const FileDescriptor probe(
      ::openat(root_.get(), lower.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!probe) return true;
  struct stat status {};
  const bool same = ::fstatat(root_.get(), upper.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
  ::unlinkat(root_.get(), lower.c_str(), 0);
  return !same;
}

Result<OutputFolder::NewFile> OutputFolder::new_file(const std::string& path) const {
  OSTRACON_TRY_ASSIGN(auto parent, walk(parent_of(path), true));
  std::string temporary = temporary_name();
  FileDescriptor file(::openat(parent.get(), temporary.c_str(),
                               O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file) return io_error("cannot write " + shown(path));
  return NewFile(std::move(parent), std::move(file), std::move(temporary), shown(path));
}

OutputFolder::NewFile::NewFile(FileDescriptor parent, FileDescriptor file, std::string temporary,
                               std::string shown)
    : parent_(std::move(parent)),
      file_(std::move(file)),
      temporary_(std::move(temporary)),
      shown_(std::move(shown)) {}

OutputFolder::NewFile::~NewFile() {
  if (parent_ && !temporary_.empty()) ::unlinkat(parent_.get(), temporary_.c_str(), 0);
}

Result<> OutputFolder::NewFile::write(std::uint64_t offset, std::span<const std::uint8_t> bytes) {
  return write_at(file_, offset, bytes, shown_);
}

Result<> OutputFolder::NewFile::finish(const std::string& leaf, std::uint32_t mode,
                                       std::int64_t mtime) {
  const auto times = both_times(mtime);
  if (::fchmod(file_.get(), static_cast<mode_t>(mode)) != 0 ||
      ::futimens(file_.get(), times.data()) != 0 || ::fsync(file_.get()) != 0 ||
      ::renameat(parent_.get(), temporary_.c_str(), parent_.get(), leaf.c_str()) != 0)
    return io_error("cannot write " + shown_);
  temporary_.clear();
  ::fsync(parent_.get());  // not every file system can: the file itself is safe
  return Ok{};
}

}  // namespace ostracon::io
