#pragma once
// Scans of any kind into one scan file of our own, to the last bit.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "io/scan_file.hpp"

namespace ostracon::io {

struct ImportOptions {
  ScanCompression compression = ScanCompression::kNone;
  bool round = false;  ///< samples that no type of ours holds exactly are rounded, not refused
  bool force = false;
  std::function<void(std::int64_t done, std::int64_t total, std::uint64_t pixels)> progress = {};
};

/// A scan and what it is called in the file.
struct ImportedScan {
  std::string name;
  ScanSource* source = nullptr;
};

/// What became of the scans.
struct ImportReport {
  std::int64_t fields = 0, groups = 0;
  std::vector<std::string> left_out;  ///< metadata that could not be kept, and why
};

/// Writes all fields of all sources, group by group, as /entry/scan0, scan1, ..., and what the
/// sources say besides at /entry/original_metadata/NAME. Samples keep their values: a group of
/// another type than uint8, uint16 and float32 becomes the smallest of the latter two that holds
/// all of them. kBadInput: no type does; a field is damaged (a frame that cannot be read is an end
/// here, not a loss). kExists, kNotFound, kIo as ScanWriter.
Result<ImportReport> import_scans(const std::vector<ImportedScan>& sources,
                                  const std::filesystem::path& path, const ImportOptions& options);

}  // namespace ostracon::io
