#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "io/stream_extractor.hpp"
#include "pipeline/report.hpp"

namespace ostracon::io {

/// JSON {"format": "ostracon-report", "version": 1, "program_version": ..., "plate", "fields",
/// "pages", "groups", "files", "seconds", ...}. A page's `codewords` has one letter a codeword:
/// C clean, c corrected, e erased, R restored, L lost. `readings_combined` is how many readings of
/// a page were added up (0: none), `codewords_combined` how many codewords that gave once all
/// fields were read; a field's `other_readings` is how many earlier ones helped it. Numbers that
/// are not finite are null. `files` may be null (nothing extracted).
std::string report_text(const RecoveryReport& report, const ExtractReport* files,
                        std::string_view program_version);

/// report_text() into a file; errors of write_whole_file.
Result<> write_report(const std::filesystem::path& path, const RecoveryReport& report,
                      const ExtractReport* files, std::string_view program_version, bool force);

}  // namespace ostracon::io
