#pragma once

#include <string>

#include "io/master_file.hpp"
#include "io/scan_source.hpp"

namespace ostracon::io {

/// What a file holds as JSON for programs: {"format": "ostracon-inspection", "version": 1,
/// "kind": "master" or "scan", ...}. Of a scan also its layout and what was odd in it. Text of the
/// file that is not UTF-8 is replaced by U+FFFD.
std::string inspection_text(const MasterReader& master);
std::string inspection_text(const ScanSource& scan);

}  // namespace ostracon::io
