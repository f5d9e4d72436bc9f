#include "io/stream_extractor.hpp"

#include <algorithm>
#include <set>

#include "io/extract_plan.hpp"
#include "io/output_folder.hpp"
#include "io/stream_listing.hpp"

namespace ostracon::io {
namespace {

constexpr std::uint64_t kPiece = std::uint64_t{1} << 20;

class Extraction {
 public:
  Extraction(const format::ByteSource& stream, std::span<const ByteRange> holes,
             const ExtractOptions& options)
      : stream_(stream), holes_(holes), options_(options) {}

  Result<ExtractReport> run() {
    OSTRACON_TRY_ASSIGN(auto listing, list_stream(stream_, holes_));
    entries_ = std::move(listing.entries);
    if (options_.write) {
      OSTRACON_TRY_ASSIGN(folder_, open_folder());
    }
    const bool case_sensitive = options_.case_sensitive.value_or(
        folder_ && !options_.case_sensitive ? folder_->is_case_sensitive() : true);
    files_ = plan_extraction(entries_, holes_, stream_.size(), case_sensitive);
    for (const StreamEntry& entry : entries_) names_.insert(entry.path);

    if (folder_) OSTRACON_TRY(check_standing());
    if (folder_) OSTRACON_TRY(make_folders());
    for (std::size_t i = 0; i < files_.size(); ++i)
      if (files_[i].type == EntryType::kFile && files_[i].status != FileStatus::kRefused)
        OSTRACON_TRY(emit_file(i));
    if (folder_) OSTRACON_TRY(make_links());
    if (folder_) OSTRACON_TRY(finish_folders());
    for (auto& [path, reason] : listing.refused) {
      ExtractedFile refused;
      refused.path = std::move(path);
      refused.status = FileStatus::kRefused;
      refused.reason = std::move(reason);
      files_.push_back(std::move(refused));
    }
    return ExtractReport{.manifest_found = listing.manifest_found, .files = std::move(files_)};
  }

 private:
  Result<std::optional<OutputFolder>> open_folder() const {
    OSTRACON_TRY_ASSIGN(auto folder, OutputFolder::open(options_.folder));
    return std::optional<OutputFolder>(std::move(folder));
  }

  void refuse(std::size_t i, std::string reason) {
    files_[i].status = FileStatus::kRefused;
    files_[i].missing.clear();
    files_[i].reason = std::move(reason);
  }

  /// Refuses what cannot be written where it belongs; kExists if something would be replaced.
  Result<> check_standing() {
    using Standing = OutputFolder::Standing;
    for (std::size_t i = 0; i < files_.size(); ++i) {
      if (files_[i].status == FileStatus::kRefused) continue;
      const auto standing = folder_->standing(files_[i].path);
      if (!standing && standing.error().code == ErrorCode::kInvalidArgument) {
        refuse(i, standing.error().message);
        continue;
      }
      if (!standing) return standing.error();
      const bool wants_folder = files_[i].type == EntryType::kDirectory;
      if (standing.value() == Standing::kNothing) continue;
      if (wants_folder != (standing.value() == Standing::kFolder)) {
        refuse(i, wants_folder ? "a file of that name stands in the output folder"
                               : "a folder of that name stands in the output folder");
      } else if (!wants_folder && !options_.force) {
        return Error{ErrorCode::kExists,
                     (options_.folder / files_[i].path).string() + " exists already"};
      }
    }
    return Ok{};
  }

  Result<> make_folders() {
    for (const ExtractedFile& file : files_)
      if (file.type == EntryType::kDirectory && file.status != FileStatus::kRefused)
        OSTRACON_TRY(folder_->make_folder(file.path));
    return Ok{};
  }

  /// Reads, hashes and (unless only verifying) writes one file.
  Result<> emit_file(std::size_t i) {
    const StreamEntry& entry = entries_[i];
    ExtractedFile& file = files_[i];
    const bool lost = file.status == FileStatus::kLost;
    if (lost && !(folder_ && options_.keep_partial)) return Ok{};

    std::optional<OutputFolder::NewFile> out;
    if (folder_) {
      OSTRACON_TRY_ASSIGN(auto made, folder_->new_file(file.path));
      out.emplace(std::move(made));
    }
    Sha256 sha256;
    std::vector<std::uint8_t> piece;
    for (std::uint64_t at = 0; at < entry.size; at += piece.size()) {
      piece.resize(static_cast<std::size_t>(std::min(kPiece, entry.size - at)));
      const std::uint64_t begin = entry.data_offset + at;
      OSTRACON_TRY(stream_.read(begin, piece));
      for (const ByteRange& hole : missing_in(holes_, begin, begin + piece.size()))
        std::fill(piece.begin() + static_cast<std::ptrdiff_t>(hole.begin),
                  piece.begin() + static_cast<std::ptrdiff_t>(hole.end), std::uint8_t{0});
      sha256.update(piece);
      if (out) OSTRACON_TRY(out->write(at, piece));
    }
    OSTRACON_TRY_ASSIGN(const auto digest, sha256.finish());
    if (!lost && digest != entry.sha256) file.status = FileStatus::kDamaged;
    if (!out) return Ok{};
    if (file.status == FileStatus::kVerified)
      return out->finish(leaf_of(file.path), entry.mode & 0777U, entry.mtime);
    return options_.keep_partial ? keep_partial(entry, *out) : Ok{};
  }

  Result<> keep_partial(const StreamEntry& entry, OutputFolder::NewFile& out) {
    const std::string path = entry.path + ".partial";
    if (names_.contains(path) || leaf_of(path).size() > 255) return Ok{};
    OSTRACON_TRY_ASSIGN(const auto standing, folder_->standing(path));
    if (standing == OutputFolder::Standing::kFolder) return Ok{};
    if (standing == OutputFolder::Standing::kOther && !options_.force) return Ok{};
    return out.finish(leaf_of(path), entry.mode & 0777U, entry.mtime);
  }

  Result<> make_links() {
    for (std::size_t i = 0; i < files_.size(); ++i)
      if (files_[i].type == EntryType::kSymlink && files_[i].status != FileStatus::kRefused)
        OSTRACON_TRY(folder_->make_symlink(files_[i].path, entries_[i].target, entries_[i].mtime));
    return Ok{};
  }

  /// Last of all, and the deepest first: writing changes the time, the mode may forbid writing.
  Result<> finish_folders() {
    std::vector<std::size_t> folders;
    for (std::size_t i = 0; i < files_.size(); ++i)
      if (files_[i].type == EntryType::kDirectory && files_[i].status != FileStatus::kRefused)
        folders.push_back(i);
    std::sort(folders.begin(), folders.end(), [&](std::size_t a, std::size_t b) {
      return files_[a].path > files_[b].path;  // what a folder holds sorts behind it
    });
    for (const std::size_t i : folders)
      OSTRACON_TRY(
          folder_->finish_folder(files_[i].path, entries_[i].mode & 01777U, entries_[i].mtime));
    return Ok{};
  }

  const format::ByteSource& stream_;
  std::span<const ByteRange> holes_;
  const ExtractOptions& options_;
  std::optional<OutputFolder> folder_;
  std::vector<StreamEntry> entries_;
  std::vector<ExtractedFile> files_;  // one per entry
  std::set<std::string> names_;
};

}  // namespace

std::string_view to_string(FileStatus status) {
  switch (status) {
    case FileStatus::kVerified:
      return "verified";
    case FileStatus::kLost:
      return "lost";
    case FileStatus::kDamaged:
      return "damaged";
    case FileStatus::kRefused:
      return "refused";
  }
  return "unknown";
}

bool ExtractReport::all_verified() const {
  return manifest_found && std::all_of(files.begin(), files.end(), [](const ExtractedFile& file) {
           return file.status == FileStatus::kVerified;
         });
}

Result<ExtractReport> extract_stream(const format::ByteSource& stream,
                                     std::span<const ByteRange> holes,
                                     const ExtractOptions& options) {
  return Extraction(stream, holes, options).run();
}

}  // namespace ostracon::io
