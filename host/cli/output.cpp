#include "host/cli/output.hpp"

#include <fmt/core.h>

#include <system_error>

namespace ostracon::cli {
namespace {

namespace fs = std::filesystem;

/// "out/files/" and "out/./files" as "out/files".
fs::path without_trailing_slash(const fs::path& path) {
  const fs::path normal = path.lexically_normal();
  return normal.has_filename() || !normal.has_relative_path() ? normal : normal.parent_path();
}

Result<> check_parent(const fs::path& path) {
  std::error_code ignored;
  const fs::path parent = parent_of(path);
  if (fs::is_directory(parent, ignored)) return Ok{};
  return Error{ErrorCode::kNotFound,
               fmt::format("{}: the folder {} is not there", path.string(), parent.string())};
}

Error stands(const fs::path& path, const char* what) {
  return Error{ErrorCode::kExists, fmt::format("{} {}", path.string(), what)};
}

}  // namespace

Result<> make_folder(const fs::path& folder) {
  std::error_code failed;
  fs::create_directory(folder, failed);
  if (failed)
    return Error{ErrorCode::kIo, fmt::format("{}: {}", folder.string(), failed.message())};
  return Ok{};
}

fs::path parent_of(const fs::path& path) {
  const fs::path parent = without_trailing_slash(path).parent_path();
  return parent.empty() ? fs::path(".") : parent;
}

fs::path beside(const fs::path& path, const char* suffix) {
  fs::path whole = without_trailing_slash(path);
  if (whole.filename() == "." || whole.filename() == "..") {
    std::error_code failed;
    const fs::path absolute = fs::weakly_canonical(whole, failed);
    if (!failed) whole = without_trailing_slash(absolute);
  }
  whole += suffix;
  return whole;
}

Result<> check_new_file(const fs::path& path, bool force) {
  OSTRACON_TRY(check_parent(path));
  std::error_code failed;
  const fs::file_status status = fs::symlink_status(path, failed);
  if (fs::is_directory(status)) return stands(path, "is a folder");
  if (fs::exists(status) && !force) return stands(path, "stands already; --force would replace it");
  return Ok{};
}

Result<> check_new_folder(const fs::path& path, bool force) {
  OSTRACON_TRY(check_parent(path));
  std::error_code failed;
  const fs::file_status status = fs::status(path, failed);
  if (!fs::exists(status)) return Ok{};
  if (!fs::is_directory(status)) return stands(path, "stands already and is no folder");
  const bool empty = fs::is_empty(path, failed);
  if (failed) return Error{ErrorCode::kIo, fmt::format("{}: {}", path.string(), failed.message())};
  if (!empty && !force)
    return stands(path, "holds something already; --force would replace files in it");
  return Ok{};
}

}  // namespace ostracon::cli
