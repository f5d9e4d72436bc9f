#include "io/extract_plan.hpp"

#include <map>
#include <string>

#include "io/stream_listing.hpp"

namespace ostracon::io {
namespace {

constexpr std::size_t kMaxTarget = 4095;  // the longest path that Linux takes

std::string folded(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

}  // namespace

std::vector<ExtractedFile> plan_extraction(std::span<const StreamEntry> entries,
                                           std::span<const ByteRange> holes,
                                           std::uint64_t stream_bytes, bool case_sensitive) {
  std::vector<ExtractedFile> files;
  files.reserve(entries.size());
  std::map<std::string, const StreamEntry*> names;  // as the file system tells them apart
  const auto key = [&](const std::string& path) { return case_sensitive ? path : folded(path); };

  for (const StreamEntry& entry : entries) {
    ExtractedFile file;
    file.path = entry.path;
    file.type = entry.type;
    file.size = entry.size;
    file.reason = path_problem(entry.path);
    if (file.reason.empty() && !case_sensitive) file.reason = foreign_name_problem(entry.path);
    if (!file.reason.empty()) {
      file.reason = "the name " + file.reason;
    } else if (const auto [at, fresh] = names.emplace(key(entry.path), &entry); !fresh) {
      file.reason = at->second->path == entry.path
                        ? "the name is taken by an earlier member"
                        : "the name differs from '" + at->second->path + "' in case alone";
    } else if (entry.data_offset > stream_bytes || entry.size > stream_bytes - entry.data_offset) {
      file.reason = "its data would lie beyond the end of the stream";
    } else if (entry.type == EntryType::kSymlink &&
               (entry.target.empty() || entry.target.size() > kMaxTarget ||
                entry.target.find('\0') != std::string::npos)) {
      file.reason = "the target of the link is no path";
    }
    if (!file.reason.empty()) {
      file.status = FileStatus::kRefused;
    } else if (entry.type == EntryType::kFile) {
      file.missing = missing_in(holes, entry.data_offset, entry.data_offset + entry.size);
      if (!file.missing.empty()) file.status = FileStatus::kLost;
    }
    files.push_back(std::move(file));
  }

  for (ExtractedFile& file : files) {
    if (file.status == FileStatus::kRefused) continue;
    for (std::size_t slash = file.path.find('/'); slash != std::string::npos;
         slash = file.path.find('/', slash + 1)) {
      const auto above = names.find(key(file.path.substr(0, slash)));
      if (above == names.end() || above->second->type == EntryType::kDirectory) continue;
      file.status = FileStatus::kRefused;
      file.missing.clear();
      file.reason = "it lies beneath '" + above->second->path + "', which is no folder";
      break;
    }
  }
  return files;
}

}  // namespace ostracon::io
