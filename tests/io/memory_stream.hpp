#pragma once
// Streams made by hand, good and evil.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "format/plate.hpp"
#include "io/stream_manifest.hpp"
#include "io/tar_member.hpp"

namespace ostracon::io::test {

class MemoryStream : public format::ByteSource {
 public:
  MemoryStream() = default;
  explicit MemoryStream(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) {}
  explicit MemoryStream(const format::ByteSource& other) : bytes_(other.size()) {
    EXPECT_TRUE(other.read(0, bytes_).has_value());
  }
  std::uint64_t size() const override { return bytes_.size(); }
  Result<> read(std::uint64_t offset, std::span<std::uint8_t> to) const override {
    if (offset > bytes_.size() || to.size() > bytes_.size() - offset)
      return Error{ErrorCode::kInvalidArgument, "beyond the end"};
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), to.size(), to.begin());
    return Ok{};
  }
  std::vector<std::uint8_t>& bytes() { return bytes_; }

 private:
  std::vector<std::uint8_t> bytes_;
};

inline Sha256Digest digest_of(const std::string& text) {
  Sha256 sha256;
  sha256.update({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  return sha256.finish().value();
}

/// A member to be; its size and digest are made from `data` unless `lie` is set.
struct Member {
  StreamEntry entry;
  std::string data;
  bool lie = false;
};

inline Member file_member(const std::string& path, const std::string& data) {
  StreamEntry entry;
  entry.path = path;
  entry.mode = 0644;
  entry.mtime = 1000000000;
  return {entry, data};
}
inline Member link_member(const std::string& path, const std::string& target) {
  Member member = file_member(path, "");
  member.entry.type = EntryType::kSymlink;
  member.entry.target = target;
  return member;
}
inline Member folder_member(const std::string& path) {
  Member member = file_member(path, "");
  member.entry.type = EntryType::kDirectory;
  member.entry.mode = 0755;
  return member;
}

/// The stream of `members` as given: no name is judged.
inline MemoryStream make_stream(std::vector<Member> members, bool manifests = true) {
  std::vector<std::uint8_t> body;
  std::vector<StreamEntry> entries;
  const auto append = [](std::vector<std::uint8_t>& to, const StreamEntry& entry,
                         const std::string& data) {
    const auto header = tar_header(entry).value();
    to.insert(to.end(), header.begin(), header.end());
    to.insert(to.end(), data.begin(), data.end());
    to.resize(tar_padded(to.size()));
    return header.size();
  };
  for (Member& member : members) {
    if (member.entry.type == EntryType::kFile && !member.lie) {
      member.entry.size = member.data.size();
      member.entry.sha256 = digest_of(member.data);
    }
    member.entry.offset = body.size();
    const std::size_t header = append(body, member.entry, member.data);
    if (member.entry.type == EntryType::kFile)
      member.entry.data_offset = member.entry.offset + header;
    entries.push_back(member.entry);
  }
  std::vector<std::uint8_t> all, manifest;
  if (manifests) {
    const std::string text = manifest_text(entries);
    Member member = file_member(std::string(kManifestName), text);
    member.entry.size = text.size();
    member.entry.sha256 = digest_of(text);
    append(manifest, member.entry, text);
  }
  all = manifest;
  all.insert(all.end(), body.begin(), body.end());
  all.insert(all.end(), manifest.begin(), manifest.end());
  all.resize(all.size() + 1024);
  return MemoryStream(std::move(all));
}

}  // namespace ostracon::io::test
