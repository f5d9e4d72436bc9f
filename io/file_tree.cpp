#include "io/file_tree.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "io/file_descriptor.hpp"
#include "io/in_quotes.hpp"

namespace ostracon::io {
namespace {

namespace fs = std::filesystem;

const char* kind_of(mode_t mode) {
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISFIFO(mode)) return "a FIFO";
  return "of an unknown kind";
}

Result<TreeEntry> describe(const fs::path& source, std::string name) {
  const std::string problem = path_problem(name);
  if (!problem.empty())
    return Error{ErrorCode::kInvalidArgument,
                 in_quotes(source) + " cannot be stored: its name " + problem};
  struct stat status {};
  if (::lstat(source.c_str(), &status) != 0) return errno_error("cannot read " + in_quotes(source));

  TreeEntry tree{.source = source, .entry = {}};
  tree.entry.path = std::move(name);
  tree.entry.mode = status.st_mode & 01777U;
  tree.entry.mtime = static_cast<std::int64_t>(status.st_mtim.tv_sec);
  if (S_ISREG(status.st_mode)) {
    tree.entry.type = EntryType::kFile;
    tree.entry.size = static_cast<std::uint64_t>(status.st_size);
  } else if (S_ISDIR(status.st_mode)) {
    tree.entry.type = EntryType::kDirectory;
  } else if (S_ISLNK(status.st_mode)) {
    tree.entry.type = EntryType::kSymlink;
    std::error_code error;
    tree.entry.target = fs::read_symlink(source, error).string();
    if (error)
      return Error{ErrorCode::kIo, "cannot read " + in_quotes(source) + ": " + error.message()};
    if (!is_valid_utf8(tree.entry.target))
      return Error{ErrorCode::kInvalidArgument,
                   in_quotes(source) +
                       " cannot be stored: the target of the link is not "
                       "valid UTF-8"};
  } else {
    return Error{ErrorCode::kInvalidArgument,
                 in_quotes(source) + " is " + kind_of(status.st_mode) + ", which cannot be stored"};
  }
  return tree;
}

/// "name" of "/folder/name/": what the path is called in its parent.
Result<fs::path> normal_path(const fs::path& path) {
  std::error_code error;
  fs::path whole = fs::absolute(path, error).lexically_normal();
  if (error || path.empty())
    return Error{ErrorCode::kInvalidArgument, in_quotes(path) + " is no path"};
  if (!whole.has_filename()) whole = whole.parent_path();
  if (!whole.has_filename())
    return Error{ErrorCode::kInvalidArgument,
                 in_quotes(path) + " has no name that its files could be stored under"};
  return whole;
}

}  // namespace

Result<std::vector<TreeEntry>> list_file_trees(std::span<const fs::path> paths) {
  if (paths.empty())
    return Error{ErrorCode::kInvalidArgument, "there is no file or folder to store"};
  std::vector<TreeEntry> entries;
  std::vector<std::pair<fs::path, std::string>> pending;
  for (const fs::path& path : paths) {
    OSTRACON_TRY_ASSIGN(fs::path whole, normal_path(path));
    std::string name = whole.filename().string();
    pending.emplace_back(std::move(whole), std::move(name));
  }
  while (!pending.empty()) {
    auto [source, name] = std::move(pending.back());
    pending.pop_back();
    OSTRACON_TRY_ASSIGN(auto entry, describe(source, std::move(name)));
    if (entry.entry.type == EntryType::kDirectory) {
      std::error_code error;
      fs::directory_iterator child(source, error);
      for (; !error && child != fs::directory_iterator(); child.increment(error))
        pending.emplace_back(child->path(),
                             entry.entry.path + "/" + child->path().filename().string());
      if (error)
        return Error{ErrorCode::kIo, "cannot list " + in_quotes(source) + ": " + error.message()};
    }
    entries.push_back(std::move(entry));
  }

  std::sort(entries.begin(), entries.end(),
            [](const TreeEntry& a, const TreeEntry& b) { return a.entry.path < b.entry.path; });
  const auto twin = std::adjacent_find(
      entries.begin(), entries.end(),
      [](const TreeEntry& a, const TreeEntry& b) { return a.entry.path == b.entry.path; });
  if (twin != entries.end())
    return Error{ErrorCode::kInvalidArgument,
                 in_quotes(twin->source) + " and " + in_quotes((twin + 1)->source) +
                     " would both be stored as " + in_quotes(twin->entry.path)};
  return entries;
}

}  // namespace ostracon::io
