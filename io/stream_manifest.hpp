#pragma once
// The list of what a stream holds: the first and the last member of the stream, twice the same.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "io/sha256.hpp"

namespace ostracon::io {

/// The member name that no user file may bear.
inline constexpr std::string_view kManifestName = "ostracon-manifest.json";
/// The extended attribute that holds a member's SHA-256, as 64 hexadecimal digits.
inline constexpr std::string_view kDigestAttribute = "user.ostracon.sha256";

enum class EntryType : std::uint8_t { kFile, kDirectory, kSymlink };
/// "file", "directory", "symlink".
std::string_view to_string(EntryType type);

/// One member of a stream.
struct StreamEntry {
  std::string path;  ///< UTF-8, components joined by '/', relative
  EntryType type = EntryType::kFile;
  std::uint32_t mode = 0;         ///< permission bits, 0 to 0777 and the sticky bit
  std::int64_t mtime = 0;         ///< seconds since 1970-01-01 UTC
  std::uint64_t size = 0;         ///< bytes of a file; 0 otherwise
  Sha256Digest sha256{};          ///< of a file's bytes; void otherwise
  std::string target;             ///< of a symbolic link, verbatim
  std::uint64_t offset = 0;       ///< of the member, counted from the end of the first manifest
  std::uint64_t data_offset = 0;  ///< of the file's first byte, same origin
  bool operator==(const StreamEntry&) const = default;
};

/// JSON: {"format": "ostracon-stream", "version": 1, "files": [...]}, one object an entry.
std::string manifest_text(const std::vector<StreamEntry>& entries);

/// kBadInput names what is missing or of the wrong type. Paths and offsets are *not* judged here.
Result<std::vector<StreamEntry>> parse_manifest(std::string_view text);

/// Why `path` may not stand in a stream, as the end of a sentence ("holds the component '..'");
/// empty if it may. Refused: empty, absolute, more than 4095 bytes, '.', '..' or empty components,
/// components of more than 255 bytes, backslashes, control characters, a drive letter in front,
/// invalid UTF-8, the name of the manifest.
std::string path_problem(std::string_view path);

/// As path_problem, for what file systems like those of Windows cannot bear: components that are
/// the name of a device (CON, NUL, COM1, ..., with any extension), end with a dot or a space, or
/// hold one of < > : " | ? *. Elsewhere such names are like any other.
std::string foreign_name_problem(std::string_view path);

/// RFC 3629: no overlong forms, no surrogates, at most U+10FFFF.
bool is_valid_utf8(std::string_view text);

}  // namespace ostracon::io
