#pragma once
// Which of the HDF5 layouts a file has. Private to io/.

#include <string>

#include "core/result.hpp"
#include "io/open_scan.hpp"
#include "io/scan_file.hpp"

namespace ostracon::io {

/// As open_scan() of an HDF5 file.
Result<ScanReader> open_hdf5_scan(const std::string& path, const ScanHints& hints);

}  // namespace ostracon::io
