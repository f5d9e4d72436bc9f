#include "io/stream_listing.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string>

#include "io/tar_member.hpp"

namespace ostracon::io {
namespace {

constexpr std::uint64_t kEndBlocks = 2 * kTarBlock;
constexpr std::uint64_t kMaxManifestBytes = std::uint64_t{1} << 30;

/// A stream, its holes, and a window on its blocks.
class Blocks {
 public:
  Blocks(const format::ByteSource& stream, std::span<const ByteRange> holes)
      : stream_(stream), holes_(holes) {}

  bool whole(std::uint64_t begin, std::uint64_t end) const {
    return missing_in(holes_, begin, end).empty();
  }
  /// Whether the block at `offset` may be a tar header, by its magic bytes.
  Result<bool> looks_like_header(std::uint64_t offset) {
    if (offset < window_begin_ || offset + kTarBlock > window_begin_ + window_.size()) {
      window_begin_ = offset / kWindow * kWindow;
      window_.resize(static_cast<std::size_t>(
          std::min<std::uint64_t>(kWindow, stream_.size() - window_begin_)));
      OSTRACON_TRY(stream_.read(window_begin_, window_));
    }
    const std::size_t at = static_cast<std::size_t>(offset - window_begin_);
    return at + kTarBlock <= window_.size() &&
           std::memcmp(window_.data() + at + 257, "ustar", 5) == 0;
  }
  std::optional<TarMember> member(std::uint64_t offset) const {
    return read_tar_member(
        stream_, offset, [&](std::uint64_t begin, std::uint64_t end) { return whole(begin, end); });
  }
  const format::ByteSource& stream() const { return stream_; }
  std::span<const ByteRange> holes() const { return holes_; }

 private:
  static constexpr std::uint64_t kWindow = std::uint64_t{1} << 20;
  const format::ByteSource& stream_;
  std::span<const ByteRange> holes_;
  std::vector<std::uint8_t> window_;
  std::uint64_t window_begin_ = 0;
};

bool is_manifest(const std::optional<TarMember>& member) {
  return member && member->entry.path == kManifestName && member->digest_known &&
         member->entry.type == EntryType::kFile && member->entry.size <= kMaxManifestBytes;
}

/// The header of the first manifest, or else of the last (found from the end backwards).
Result<std::optional<TarMember>> find_manifest(Blocks& blocks) {
  const std::uint64_t size = blocks.stream().size();
  if (const auto first = blocks.member(0); is_manifest(first)) return first;
  if (size < kEndBlocks + kTarBlock) return std::optional<TarMember>();
  for (std::uint64_t at = (size - kEndBlocks) / kTarBlock * kTarBlock; at >= kTarBlock;) {
    at -= kTarBlock;
    OSTRACON_TRY_ASSIGN(const bool header, blocks.looks_like_header(at));
    if (!header) continue;
    const auto member = blocks.member(at);
    if (is_manifest(member) && member->end + kEndBlocks == size) return member;
  }
  return std::optional<TarMember>();
}

/// The text of the manifest, put together from both copies; empty if bytes are missing in both.
Result<std::string> read_manifest(const Blocks& blocks, const TarMember& header) {
  const format::ByteSource& stream = blocks.stream();
  const std::uint64_t length = header.end - header.begin;
  const std::uint64_t data = header.entry.data_offset - header.begin;
  const std::uint64_t bytes = header.entry.size;
  std::string text(static_cast<std::size_t>(bytes), '\0');
  const std::span all(reinterpret_cast<std::uint8_t*>(text.data()), text.size());

  std::vector<ByteRange> missing{{0, bytes}};
  std::vector<std::uint64_t> copies{0};
  if (stream.size() >= 2 * length + kEndBlocks)
    copies.push_back(stream.size() - kEndBlocks - length);
  for (const std::uint64_t copy : copies) {
    std::vector<ByteRange> still_missing;
    for (const ByteRange& range : missing) {
      const std::uint64_t begin = copy + data + range.begin;
      const std::uint64_t count = range.end - range.begin;
      OSTRACON_TRY(stream.read(begin, all.subspan(static_cast<std::size_t>(range.begin),
                                                  static_cast<std::size_t>(count))));
      for (const ByteRange& hole : missing_in(blocks.holes(), begin, begin + count))
        still_missing.push_back({range.begin + hole.begin, range.begin + hole.end});
    }
    missing = std::move(still_missing);
  }
  Sha256 sha256;
  sha256.update(all);
  OSTRACON_TRY_ASSIGN(const auto digest, sha256.finish());
  if (!missing.empty() || digest != header.entry.sha256) text.clear();
  return text;
}

/// Every member whose header is whole.
Result<StreamListing> scan_members(Blocks& blocks) {
  StreamListing listing;
  const std::uint64_t size = blocks.stream().size();
  for (std::uint64_t at = 0; at + kTarBlock <= size;) {
    OSTRACON_TRY_ASSIGN(const bool header, blocks.looks_like_header(at));
    const auto member = header ? blocks.member(at) : std::nullopt;
    if (!member) {
      at += kTarBlock;
      continue;
    }
    const StreamEntry& entry = member->entry;
    // Behind a hole, a header without its extended header may bear a name cut short.
    const bool name_sure = member->digest_known || at == 0 || blocks.whole(at - kTarBlock, at);
    const bool refused = !member->refusal.empty();
    const bool listed =
        entry.type == EntryType::kFile && !refused ? member->digest_known : name_sure;
    if (listed && refused)
      listing.refused.push_back({entry.path, member->refusal});
    else if (listed && entry.path != kManifestName)
      listing.entries.push_back(entry);
    at = listed ? member->end : at + kTarBlock;
  }
  return listing;
}

}  // namespace

std::vector<ByteRange> missing_in(std::span<const ByteRange> holes, std::uint64_t begin,
                                  std::uint64_t end) {
  std::vector<ByteRange> missing;
  if (begin >= end) return missing;  // of no bytes none is missing, wherever they lie
  auto hole = std::partition_point(holes.begin(), holes.end(),
                                   [&](const ByteRange& range) { return range.end <= begin; });
  for (; hole != holes.end() && hole->begin < end; ++hole)
    if (hole->begin < hole->end)
      missing.push_back({std::max(hole->begin, begin) - begin, std::min(hole->end, end) - begin});
  return missing;
}

Result<StreamListing> list_stream(const format::ByteSource& stream,
                                  std::span<const ByteRange> holes) {
  Blocks blocks(stream, holes);
  OSTRACON_TRY_ASSIGN(const auto header, find_manifest(blocks));
  if (header) {
    OSTRACON_TRY_ASSIGN(const auto text, read_manifest(blocks, *header));
    auto entries = parse_manifest(text);
    if (entries) {
      const std::uint64_t origin = header->end - header->begin;
      for (StreamEntry& entry : entries.value()) {
        entry.offset += origin;
        if (entry.type == EntryType::kFile) entry.data_offset += origin;
      }
      return StreamListing{.manifest_found = true, .entries = std::move(entries).value()};
    }
  }
  return scan_members(blocks);
}

}  // namespace ostracon::io
