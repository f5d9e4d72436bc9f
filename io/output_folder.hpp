#pragma once
// Writing beneath one folder and nowhere else. Private to io/.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "core/result.hpp"
#include "io/file_descriptor.hpp"

namespace ostracon::io {

/// A folder on disk. Every path given is relative, passed path_problem(), and is walked component
/// by component without following symbolic links; one in the way is kInvalidArgument.
class OutputFolder {
 public:
  /// Made if absent; kNotFound if its parent is; kIo.
  static Result<OutputFolder> open(const std::filesystem::path& folder);

  enum class Standing { kNothing, kFolder, kOther };
  Result<Standing> standing(const std::string& path) const;
  /// Makes the folder and those above it, as needed.
  Result<> make_folder(const std::string& path) const;
  Result<> finish_folder(const std::string& path, std::uint32_t mode, std::int64_t mtime) const;
  /// Replaces a file or link that stands there.
  Result<> make_symlink(const std::string& path, const std::string& target,
                        std::int64_t mtime) const;
  bool is_case_sensitive() const;

  /// A file that has no final name yet; removed with this object unless it was given one.
  class NewFile {
   public:
    NewFile(FileDescriptor parent, FileDescriptor file, std::string temporary, std::string shown);
    NewFile(NewFile&&) noexcept = default;
    NewFile& operator=(NewFile&&) noexcept = default;
    ~NewFile();
    Result<> write(std::uint64_t offset, std::span<const std::uint8_t> bytes);
    /// Sets mode and time, synchronises, renames to `leaf` in the same folder (replacing).
    Result<> finish(const std::string& leaf, std::uint32_t mode, std::int64_t mtime);

   private:
    FileDescriptor parent_, file_;
    std::string temporary_, shown_;
  };
  /// A new file in the folder of `path`.
  Result<NewFile> new_file(const std::string& path) const;

 private:
  OutputFolder(FileDescriptor root, std::string name)
      : root_(std::move(root)), name_(std::move(name)) {}
  /// The folder `path` ("": the root); made with those above if `create`.
  Result<FileDescriptor> walk(const std::string& path, bool create) const;
  std::string shown(const std::string& path) const { return name_ + "/" + path; }

  FileDescriptor root_;
  std::string name_;
};

/// The part behind the last '/', and the part before it ("" if there is none).
std::string leaf_of(const std::string& path);
std::string parent_of(const std::string& path);

}  // namespace ostracon::io
