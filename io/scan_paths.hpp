#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace ostracon::io {

/// The scan files that a person means:
///   a file     itself, whatever its name
///   a folder   its files, and those of the folders in it, whose names end like those of HDF5 scans
///              (.h5, .hdf5, .nxs, .nx5, .hspy, .emd), hidden ones not; symbolic links to folders
///              are not followed. One that holds none of these but pictures is itself a scan
///   a pattern  with *, ? or [...], where no file has that very name: what it matches, a folder as
///              above
/// Each file once, at its first place; those of a folder and of a pattern in order of their paths.
/// kNotFound: there is no such file, nothing matches, or a folder holds neither scans nor pictures;
/// kIo.
Result<std::vector<std::filesystem::path>> find_scan_files(std::span<const std::string> names);

}  // namespace ostracon::io
