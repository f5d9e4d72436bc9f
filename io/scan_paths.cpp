#include "io/scan_paths.hpp"

#include <glob.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include "io/file_descriptor.hpp"
#include "io/formats/picture_file.hpp"

namespace ostracon::io {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 6> kScanEndings{".h5",  ".hdf5", ".nxs",
                                                       ".nx5", ".hspy", ".emd"};

bool is_named_like_a_scan(const fs::path& path) {
  const std::string name = path.filename().string();
  if (name.empty() || name.front() == '.') return false;
  std::string ending = path.extension().string();
  for (char& c : ending) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return std::find(kScanEndings.begin(), kScanEndings.end(), ending) != kScanEndings.end();
}

/// In the order in which they were named, each once, whatever path it is reached by.
class Files {
 public:
  Result<> add(const fs::path& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return errno_error("cannot open " + path.string());
    return S_ISDIR(status.st_mode) ? add_folder(path) : add_one(path);
  }
  std::vector<fs::path> take() { return std::move(paths_); }

 private:
  Result<> add_one(const fs::path& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return errno_error("cannot open " + path.string());
    if (seen_.emplace(status.st_dev, status.st_ino).second) paths_.push_back(path);
    return Ok{};
  }
  Result<> add_folder(const fs::path& folder) {
    std::vector<fs::path> found;
    bool pictures = false;
    std::error_code failed;
    for (fs::recursive_directory_iterator at(folder, failed), end; !failed && at != end;
         at.increment(failed)) {
      std::error_code ignored;
      if (!at->is_regular_file(ignored)) continue;
      if (is_named_like_a_scan(at->path())) found.push_back(at->path());
      pictures = pictures || is_picture_name(at->path());
    }
    if (failed)
      return Error{ErrorCode::kIo, "cannot look into " + folder.string() + ": " + failed.message()};
    if (found.empty() && pictures) return add_one(folder);
    if (found.empty())
      return Error{ErrorCode::kNotFound,
                   "the folder " + folder.string() + " holds no scan file and no picture"};
    std::sort(found.begin(), found.end());
    for (const fs::path& path : found) OSTRACON_TRY(add(path));
    return Ok{};
  }

  std::vector<fs::path> paths_;
  std::set<std::pair<dev_t, ino_t>> seen_;
};

/// What the pattern `name` matches, sorted.
Result<std::vector<fs::path>> matches_of(const std::string& name) {
  glob_t found{};
  const int status = ::glob(name.c_str(), GLOB_ERR, nullptr, &found);
  std::vector<fs::path> paths;
  for (std::size_t k = 0; k < found.gl_pathc; ++k) paths.emplace_back(found.gl_pathv[k]);
  ::globfree(&found);
  if (status == 0) return paths;
  if (status == GLOB_NOMATCH) return Error{ErrorCode::kNotFound, "no file matches " + name};
  return Error{ErrorCode::kIo, "cannot look for what matches " + name};
}

}  // namespace

Result<std::vector<fs::path>> find_scan_files(std::span<const std::string> names) {
  Files files;
  for (const std::string& name : names) {
    struct stat status {};
    const bool is_pattern =
        ::lstat(name.c_str(), &status) != 0 && name.find_first_of("*?[") != std::string::npos;
    if (!is_pattern) {
      OSTRACON_TRY(files.add(name));
      continue;
    }
    OSTRACON_TRY_ASSIGN(const auto matches, matches_of(name));
    for (const fs::path& path : matches) OSTRACON_TRY(files.add(path));
  }
  return files.take();
}

}  // namespace ostracon::io
