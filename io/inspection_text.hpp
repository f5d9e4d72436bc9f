#pragma once

#include <string>

#include "io/master_file.hpp"
#include "io/scan_file.hpp"

namespace ostracon::io {

/// What a file holds as JSON for programs: {"format": "ostracon-inspection", "version": 1,
/// "kind": "master" or "scan", ...}. Text of the file that is not UTF-8 is replaced by U+FFFD.
std::string inspection_text(const MasterReader& master);
std::string inspection_text(const ScanReader& scan);

}  // namespace ostracon::io
