#pragma once
// Finds the image stacks of a NeXus file. Private to io/.

#include <string>
#include <vector>

#include "core/result.hpp"
#include "io/hdf5_handle.hpp"
#include "io/scan_file.hpp"

namespace ostracon::io::hdf5 {

struct FoundScan {
  ScanGroup group;  ///< first_field is not set
  Dataset frames;
};

/// Every NXdata right under every NXentry of `file`, checked as ScanReader promises, in order of
/// the names. Never opens `/truth`.
Result<std::vector<FoundScan>> discover_scans(const Handle& file, const std::string& name);

}  // namespace ostracon::io::hdf5
