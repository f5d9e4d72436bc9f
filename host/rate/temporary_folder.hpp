#pragma once

#include <stdlib.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "core/result.hpp"

namespace ostracon::rate {

/// A new folder that goes, with what is in it, when this object does.
class TemporaryFolder {
 public:
  /// Makes it in `parent`. kIo.
  static Result<TemporaryFolder> create(const std::filesystem::path& parent) {
    std::string name = (parent / "ostracon-bench-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
      return Error{ErrorCode::kIo,
                   parent.string() + ": no folder can be made in it: " + std::strerror(errno)};
    return TemporaryFolder(std::move(name));
  }
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::move(other.path_)) {
    other.path_.clear();
  }
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }

  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace ostracon::rate
