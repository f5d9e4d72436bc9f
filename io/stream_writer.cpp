#include "io/stream_writer.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

#include "io/file_tree.hpp"
#include "io/tar_member.hpp"

namespace ostracon::io {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20;

Error changed(const std::filesystem::path& path) {
  return Error{ErrorCode::kIo, path.string() + " changed while it was read"};
}

/// Hands the bytes of a regular file to `take`, exactly `size` of them.
template <class Take>
Result<> for_each_piece(const std::filesystem::path& path, std::uint64_t size, const Take& take) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file) return errno_error("cannot open " + path.string());
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return errno_error("cannot read " + path.string());
  if (!S_ISREG(status.st_mode) || static_cast<std::uint64_t>(status.st_size) != size)
    return changed(path);
  std::vector<std::uint8_t> piece;
  for (std::uint64_t at = 0; at < size; at += piece.size()) {
    piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, size - at)));
    OSTRACON_TRY(read_at(file, at, piece, path.string()));
    OSTRACON_TRY(take(std::span<const std::uint8_t>(piece)));
  }
  return Ok{};
}

Result<Sha256Digest> digest_of_file(const std::filesystem::path& path, std::uint64_t size) {
  Sha256 sha256;
  OSTRACON_TRY(for_each_piece(path, size, [&](std::span<const std::uint8_t> piece) -> Result<> {
    sha256.update(piece);
    return Ok{};
  }));
  return sha256.finish();
}

/// Appends to the spool and to the digest of the whole stream.
class Spool {
 public:
  Spool(FileDescriptor file, std::string name) : file_(std::move(file)), name_(std::move(name)) {}
  Result<> append(std::span<const std::uint8_t> bytes) {
    OSTRACON_TRY(write_at(file_, size_, bytes, name_));
    sha256_.update(bytes);
    size_ += bytes.size();
    return Ok{};
  }
  Result<> append_zeros(std::uint64_t bytes) {
    return append(std::vector<std::uint8_t>(static_cast<std::size_t>(bytes)));
  }
  Result<> pad() { return append_zeros(tar_padded(size_) - size_); }
  std::uint64_t size() const { return size_; }
  Result<Sha256Digest> finish() { return sha256_.finish(); }
  FileDescriptor take_file() { return std::move(file_); }

 private:
  FileDescriptor file_;
  std::string name_;
  Sha256 sha256_;
  std::uint64_t size_ = 0;
};

/// The manifest as a member of the stream: header, text, padding.
Result<std::vector<std::uint8_t>> manifest_member(const std::vector<StreamEntry>& entries) {
  const std::string text = manifest_text(entries);
  const std::span bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  Sha256 sha256;
  sha256.update(bytes);
  StreamEntry manifest;
  manifest.path = kManifestName;
  manifest.mode = 0444;
  manifest.size = text.size();
  OSTRACON_TRY_ASSIGN(manifest.sha256, sha256.finish());
  OSTRACON_TRY_ASSIGN(auto member, tar_header(manifest));
  member.insert(member.end(), bytes.begin(), bytes.end());
  member.resize(static_cast<std::size_t>(tar_padded(member.size())));
  return member;
}

}  // namespace

SpooledStream::SpooledStream(FileDescriptor file, std::uint64_t bytes, const Sha256Digest& digest,
                             std::vector<StreamEntry> entries)
    : file_(std::move(file)), bytes_(bytes), digest_(digest), entries_(std::move(entries)) {}

Result<> SpooledStream::read(std::uint64_t offset, std::span<std::uint8_t> to) const {
  if (offset > bytes_ || to.size() > bytes_ - offset)
    return Error{ErrorCode::kInvalidArgument, "bytes " + std::to_string(offset) + " to " +
                                                  std::to_string(offset + to.size()) +
                                                  " of a stream of " + std::to_string(bytes_)};
  return read_at(file_, offset, to, "the spooled stream");
}

Result<SpooledStream> write_stream(std::span<const std::filesystem::path> paths,
                                   const std::filesystem::path& spool_folder) {
  OSTRACON_TRY_ASSIGN(auto tree, list_file_trees(paths));
  std::vector<StreamEntry> entries;
  std::vector<std::vector<std::uint8_t>> headers;
  std::uint64_t offset = 0;
  for (auto& [source, entry] : tree) {
    if (entry.type == EntryType::kFile) {
      OSTRACON_TRY_ASSIGN(entry.sha256, digest_of_file(source, entry.size));
    }
    OSTRACON_TRY_ASSIGN(auto header, tar_header(entry));
    entry.offset = offset;
    if (entry.type == EntryType::kFile) entry.data_offset = offset + header.size();
    offset += header.size() + tar_padded(entry.size);
    entries.push_back(entry);
    headers.push_back(std::move(header));
  }

  OSTRACON_TRY_ASSIGN(const auto manifest, manifest_member(entries));
  OSTRACON_TRY_ASSIGN(auto file, open_unnamed(spool_folder));
  Spool spool(std::move(file), "a temporary file in " + spool_folder.string());
  OSTRACON_TRY(spool.append(manifest));
  for (std::size_t i = 0; i < entries.size(); ++i) {
    OSTRACON_TRY(spool.append(headers[i]));
    if (entries[i].type != EntryType::kFile) continue;
    Sha256 sha256;
    OSTRACON_TRY(
        for_each_piece(tree[i].source, entries[i].size, [&](std::span<const std::uint8_t> piece) {
          sha256.update(piece);
          return spool.append(piece);
        }));
    OSTRACON_TRY_ASSIGN(const auto digest, sha256.finish());
    if (digest != entries[i].sha256) return changed(tree[i].source);
    OSTRACON_TRY(spool.pad());
  }
  OSTRACON_TRY(spool.append(manifest));
  OSTRACON_TRY(spool.append_zeros(2 * kTarBlock));  // the end of a tar
  OSTRACON_TRY_ASSIGN(const auto digest, spool.finish());
  const std::uint64_t size = spool.size();
  return SpooledStream(spool.take_file(), size, digest, std::move(entries));
}

}  // namespace ostracon::io
