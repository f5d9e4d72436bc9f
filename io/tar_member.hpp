#pragma once
// One member of a pax tar, by libarchive. Private to io/.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "format/plate.hpp"
#include "io/stream_manifest.hpp"

namespace ostracon::io {

inline constexpr std::uint64_t kTarBlock = 512;
constexpr std::uint64_t tar_padded(std::uint64_t bytes) {
  return (bytes + kTarBlock - 1) / kTarBlock * kTarBlock;
}

/// The header blocks of `entry` (pax extended header, where one is needed, and ustar header): a
/// function of path, type, mode, mtime, size, digest and target alone. kInvalidArgument if the
/// format cannot hold it.
Result<std::vector<std::uint8_t>> tar_header(const StreamEntry& entry);

/// What a member's header says; offsets count from the start of the stream.
struct TarMember {
  StreamEntry entry;
  bool digest_known = false;
  std::string refusal{};  ///< why it is none that a stream may hold ("it is a hard link"); else ""
  std::uint64_t begin = 0;  ///< of the first header block
  std::uint64_t end = 0;    ///< behind data and padding
};

/// The member whose header begins at `offset` of `stream`; nothing if no valid header begins
/// there, if it is longer than 1 MiB, or if the member ends beyond the stream. What is neither
/// file, folder nor symbolic link has a refusal, and no data.
///   header_is_whole(begin, end)   false if bytes of that range are void
template <class HeaderIsWhole>
std::optional<TarMember> read_tar_member(const format::ByteSource& stream, std::uint64_t offset,
                                         const HeaderIsWhole& header_is_whole);

/// Bytes of the header that begins at `offset`, up to the data; 0 if none begins there.
std::uint64_t tar_header_bytes(const format::ByteSource& stream, std::uint64_t offset);
/// As read_tar_member, once the header is known to be whole and `header_bytes` long.
std::optional<TarMember> parse_tar_member(const format::ByteSource& stream, std::uint64_t offset,
                                          std::uint64_t header_bytes);

template <class HeaderIsWhole>
std::optional<TarMember> read_tar_member(const format::ByteSource& stream, std::uint64_t offset,
                                         const HeaderIsWhole& header_is_whole) {
  const std::uint64_t bytes = tar_header_bytes(stream, offset);
  if (bytes == 0 || !header_is_whole(offset, offset + bytes)) return std::nullopt;
  return parse_tar_member(stream, offset, bytes);
}

}  // namespace ostracon::io
