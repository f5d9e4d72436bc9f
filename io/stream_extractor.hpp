#pragma once
// The byte stream of a plate, possibly with holes, back to files.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "format/plate.hpp"
#include "io/stream_manifest.hpp"
#include "pipeline/recover.hpp"

namespace ostracon::io {

enum class FileStatus : std::uint8_t {
  kVerified,  ///< whole, and its SHA-256 is right (links and folders: known)
  kLost,      ///< some of its bytes lie in holes
  kDamaged,   ///< no byte is missing, but the SHA-256 differs
  kRefused,   ///< its name is unsafe or taken; nothing was written
};
/// "verified", "lost", "damaged", "refused".
std::string_view to_string(FileStatus status);

struct ExtractedFile {
  std::string path;
  EntryType type = EntryType::kFile;
  std::uint64_t size = 0;
  FileStatus status = FileStatus::kVerified;
  std::vector<ByteRange> missing;  ///< kLost: which bytes of the *file*
  std::string reason;              ///< kRefused: why
};

struct ExtractReport {
  /// False: both manifests are lost, so files whose tar header is lost too are not listed.
  bool manifest_found = false;
  /// In the order of the stream; behind them, without a manifest, members of no type that is
  /// stored.
  std::vector<ExtractedFile> files;
  bool all_verified() const;  ///< manifest_found, and every file is kVerified
};

struct ExtractOptions {
  std::filesystem::path folder;  ///< made if absent (its parent must stand)
  bool write = true;             ///< false: verify only, nothing is written anywhere
  bool keep_partial = false;  ///< write NAME.partial, holes zero-filled, of lost or damaged files
  bool force = false;         ///< replace files that stand already
  /// Whether `folder` tells names apart by case; absent: found out by trying. Where it does not,
  /// the second of two names that differ in ASCII case alone is refused, and so is what Windows
  /// takes for a device or cannot name (foreign_name_problem).
  std::optional<bool> case_sensitive;
};

/// Emits every file of `stream` that is whole and whose SHA-256 is right; each is written under a
/// temporary name, synchronised, then renamed. Nothing is ever written outside `options.folder`,
/// nor through a symbolic link inside it.
///
///   holes   sorted, disjoint; the stream's bytes there are void
///
/// Errors: kExists (checked before anything is written), kNotFound (the folder's parent is absent),
/// kIo (folder unwritable, disk full), errors of `stream`. A file that cannot be emitted is a value
/// in the report.
Result<ExtractReport> extract_stream(const format::ByteSource& stream,
                                     std::span<const ByteRange> holes,
                                     const ExtractOptions& options);

}  // namespace ostracon::io
