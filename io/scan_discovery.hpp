#pragma once
// Finds the image stacks of a NeXus file. Private to io/.

#include <string>
#include <vector>

#include "core/result.hpp"
#include "io/formats/hdf5_stack.hpp"
#include "io/hdf5_handle.hpp"
#include "io/scan_file.hpp"

namespace ostracon::io::hdf5 {

/// Every NXdata right under every NXentry of `file`, checked as ScanReader promises, in order of
/// the names. Never opens `/truth`.
Result<std::vector<FoundStack>> discover_scans(const Handle& file, const std::string& name);

/// "scan2" before "scan10": runs of digits compare by value.
bool natural_less(const std::string& a, const std::string& b);
bool is_class(const Handle& group, const char* wanted);
/// The name of the signal of an NXdata: attribute `signal` of the group, or (old files) the data
/// set that has an attribute `signal`; empty: none.
std::string signal_of(const Handle& group);
/// What our own files say of a scan beside its frames: all that may be absent.
void read_scan_info(const Handle& group, ScanGroup& scan);

}  // namespace ostracon::io::hdf5
