#pragma once
// Outputs that stand already, checked before any work is done.

#include <filesystem>

#include "core/result.hpp"

namespace ostracon::cli {

/// kExists if `path` stands and `force` is not set; kNotFound if the folder it lies in is absent.
Result<> check_new_file(const std::filesystem::path& path, bool force);

/// kExists if `path` is a file, or a folder that holds anything and `force` is not set; kNotFound
/// if the folder it lies in is absent; kIo if it cannot be looked into.
Result<> check_new_folder(const std::filesystem::path& path, bool force);

/// Makes `folder`, unless it stands. kIo if that fails.
Result<> make_folder(const std::filesystem::path& folder);

/// The folder that `path` lies in, "." if it is named without one. Trailing slashes are ignored.
std::filesystem::path parent_of(const std::filesystem::path& path);

/// `path` with `suffix` behind its last name: ("out/files/", ".report.json") is
/// "out/files.report.json". A path without a name of its own (".", "..") is made absolute first.
std::filesystem::path beside(const std::filesystem::path& path, const char* suffix);

}  // namespace ostracon::cli
