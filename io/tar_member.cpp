#include "io/tar_member.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <sys/stat.h>

#include <clocale>
#include <cstring>
#include <memory>
#include <string>

namespace ostracon::io {
namespace {

constexpr std::uint64_t kMaxHeaderBytes = std::uint64_t{1} << 20;

struct FreeWriter {
  void operator()(archive* writer) const { archive_write_free(writer); }
};
struct FreeReader {
  void operator()(archive* reader) const { archive_read_free(reader); }
};
struct FreeEntry {
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};
using Entry = std::unique_ptr<archive_entry, FreeEntry>;

/// libarchive converts names by the locale of the thread: UTF-8 while this object stands.
class Utf8Locale {
 public:
  Utf8Locale() : locale_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {
    if (locale_ != nullptr) before_ = ::uselocale(locale_);
  }
  ~Utf8Locale() {
    if (locale_ == nullptr) return;
    ::uselocale(before_);
    ::freelocale(locale_);
  }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;

 private:
  locale_t locale_;
  locale_t before_ = nullptr;
};

/// What the writer hands over, until `complete`.
struct Collected {
  std::vector<std::uint8_t> bytes;
  bool complete = false;
};

/// Refuses what comes after `complete`: closing a writer would write the entry's data as zeros, and
/// a writer made to fail would not free its output.
la_ssize_t collect(archive*, void* to, const void* bytes, std::size_t size) {
  auto& collected = *static_cast<Collected*>(to);
  if (collected.complete) return -1;
  const auto* begin = static_cast<const std::uint8_t*>(bytes);
  collected.bytes.insert(collected.bytes.end(), begin, begin + size);
  return static_cast<la_ssize_t>(size);
}

Entry make_entry(const StreamEntry& entry) {
  Entry made(archive_entry_new());
  archive_entry_set_pathname(made.get(), entry.path.c_str());
  archive_entry_set_perm(made.get(), static_cast<__LA_MODE_T>(entry.mode));
  archive_entry_set_mtime(made.get(), static_cast<time_t>(entry.mtime), 0);
  archive_entry_set_uid(made.get(), 0);
  archive_entry_set_gid(made.get(), 0);
  switch (entry.type) {
    case EntryType::kFile: {
      archive_entry_set_filetype(made.get(), AE_IFREG);
      archive_entry_set_size(made.get(), static_cast<la_int64_t>(entry.size));
      const std::string digest = to_hex(entry.sha256);
      archive_entry_xattr_add_entry(made.get(), std::string(kDigestAttribute).c_str(),
                                    digest.data(), digest.size());
      break;
    }
    case EntryType::kDirectory:
      archive_entry_set_filetype(made.get(), AE_IFDIR);
      archive_entry_set_size(made.get(), 0);
      break;
    case EntryType::kSymlink:
      archive_entry_set_filetype(made.get(), AE_IFLNK);
      archive_entry_set_size(made.get(), 0);
      archive_entry_set_symlink(made.get(), entry.target.c_str());
      break;
  }
  return made;
}

/// Value of an octal field of a tar header; false if it is none.
bool parse_octal(std::span<const std::uint8_t> field, std::uint64_t& value) {
  value = 0;
  std::size_t i = 0;
  while (i < field.size() && field[i] == ' ') ++i;
  const std::size_t first = i;
  for (; i < field.size() && field[i] >= '0' && field[i] <= '7'; ++i)
    value = value * 8 + (field[i] - std::uint64_t{'0'});
  const std::size_t digits = i - first;
  while (i < field.size() && (field[i] == ' ' || field[i] == 0)) ++i;
  return digits > 0 && i == field.size();
}

bool is_ustar_header(std::span<const std::uint8_t> block) {
  if (std::memcmp(block.data() + 257,
                  "ustar\0"
                  "00",
                  8) != 0)
    return false;
  std::uint64_t wanted = 0, sum = 0;
  if (!parse_octal(block.subspan(148, 8), wanted)) return false;
  for (std::size_t i = 0; i < block.size(); ++i) sum += i >= 148 && i < 156 ? ' ' : block[i];
  return sum == wanted;
}

/// Feeds libarchive the stream from an offset on, in pieces.
struct Feed {
  const format::ByteSource* stream;
  std::uint64_t offset, end;
  std::vector<std::uint8_t> piece;
};

la_ssize_t feed(archive*, void* from, const void** bytes) {
  auto& source = *static_cast<Feed*>(from);
  const std::uint64_t left = source.end - source.offset;
  source.piece.resize(static_cast<std::size_t>(std::min<std::uint64_t>(left, 65536)));
  *bytes = source.piece.data();
  if (!source.piece.empty() && !source.stream->read(source.offset, source.piece)) return -1;
  source.offset += source.piece.size();
  return static_cast<la_ssize_t>(source.piece.size());
}

bool read_digest(archive_entry* entry, Sha256Digest& digest) {
  archive_entry_xattr_reset(entry);
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t bytes = 0;
  while (archive_entry_xattr_next(entry, &name, &value, &bytes) == ARCHIVE_OK)
    if (name != nullptr && name == kDigestAttribute)
      return parse_hex({static_cast<const char*>(value), bytes}, digest);
  return false;
}

/// Why a member may not stand in a stream, whatever its name is; empty if it may.
std::string refusal_of(archive_entry* entry) {
  if (archive_entry_hardlink(entry) != nullptr) return "it is a hard link";
  switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
    case AE_IFDIR:
    case AE_IFLNK:
      return "";
    case AE_IFCHR:
    case AE_IFBLK:
      return "it is a device";
    case AE_IFIFO:
      return "it is a FIFO";
    default:
      return "it is neither file, folder nor symbolic link";
  }
}

}  // namespace

Result<std::vector<std::uint8_t>> tar_header(const StreamEntry& entry) {
  const Utf8Locale utf8;
  Collected header;
  const std::unique_ptr<archive, FreeWriter> writer(archive_write_new());
  const Entry made = make_entry(entry);
  archive_write_set_format_pax(writer.get());
  archive_write_set_bytes_per_block(writer.get(), 0);  // no buffer: what is written has arrived
  const bool good =
      archive_write_open(writer.get(), &header, nullptr, collect, nullptr) == ARCHIVE_OK &&
      archive_write_header(writer.get(), made.get()) == ARCHIVE_OK;
  const char* reason = archive_error_string(writer.get());
  const std::string message = reason != nullptr ? reason : "no reason given";
  header.complete = true;
  if (!good)
    return Error{ErrorCode::kInvalidArgument,
                 "'" + entry.path + "' cannot stand in a tar stream: " + message};
  return header.bytes;
}

std::uint64_t tar_header_bytes(const format::ByteSource& stream, std::uint64_t offset) {
  std::array<std::uint8_t, kTarBlock> block;
  for (std::uint64_t at = offset; at - offset < kMaxHeaderBytes;) {
    if (at + kTarBlock > stream.size() || !stream.read(at, block) || !is_ustar_header(block))
      return 0;
    const std::uint8_t type = block[156];
    at += kTarBlock;
    if (type != 'x' && type != 'g') return at - offset;
    std::uint64_t extended = 0;
    if (!parse_octal(std::span(block).subspan(124, 12), extended) || extended > kMaxHeaderBytes)
      return 0;
    at += tar_padded(extended);
  }
  return 0;
}

std::optional<TarMember> parse_tar_member(const format::ByteSource& stream, std::uint64_t offset,
                                          std::uint64_t header_bytes) {
  const Utf8Locale utf8;
  Feed source{.stream = &stream, .offset = offset, .end = offset + header_bytes, .piece = {}};
  const std::unique_ptr<archive, FreeReader> reader(archive_read_new());
  archive_read_support_format_tar(reader.get());
  archive_entry* read = nullptr;
  if (archive_read_open(reader.get(), &source, nullptr, feed, nullptr) != ARCHIVE_OK ||
      archive_read_next_header(reader.get(), &read) != ARCHIVE_OK)
    return std::nullopt;

  TarMember member;
  StreamEntry& entry = member.entry;
  const char* path = archive_entry_pathname(read);
  if (path == nullptr) return std::nullopt;
  entry.path = path;
  entry.mode = static_cast<std::uint32_t>(archive_entry_perm(read)) & 01777U;
  entry.mtime = static_cast<std::int64_t>(archive_entry_mtime(read));
  member.refusal = refusal_of(read);
  switch (member.refusal.empty() ? archive_entry_filetype(read) : 0U) {
    case AE_IFREG:
      entry.type = EntryType::kFile;
      entry.size = static_cast<std::uint64_t>(archive_entry_size(read));
      member.digest_known = read_digest(read, entry.sha256);
      break;
    case AE_IFDIR:
      entry.type = EntryType::kDirectory;
      while (entry.path.size() > 1 && entry.path.back() == '/') entry.path.pop_back();
      break;
    case AE_IFLNK: {
      const char* target = archive_entry_symlink(read);
      if (target == nullptr) return std::nullopt;
      entry.type = EntryType::kSymlink;
      entry.target = target;
      break;
    }
    default:
      break;  // refused
  }
  member.begin = offset;
  entry.offset = offset;
  entry.data_offset = offset + header_bytes;
  if (entry.size > stream.size() - entry.data_offset) return std::nullopt;
  member.end = entry.data_offset + tar_padded(entry.size);
  if (member.end > stream.size()) return std::nullopt;
  return member;
}

}  // namespace ostracon::io
