#pragma once
// An HDF5 file driver that reads as the library's own does and can tell where a chunk lies. Private
// to io/.
//
// HDF5 1.10 looks a chunk up in logarithmic time when it reads it, but goes through the whole index
// when asked for its address. So the address is heard where the library must say it: at the driver,
// while H5Dread_chunk asks for the chunk's bytes. Global heaps that would lead the library astray
// are not handed to it (heap_check.hpp).

#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "io/file_descriptor.hpp"
#include "io/hdf5_handle.hpp"

namespace ostracon::io::hdf5 {

/// One chunk as the file says it is stored. Nothing of it is checked against the file.
struct StoredChunk {
  std::uint64_t offset = 0;  ///< from the beginning of the file
  std::uint64_t bytes = 0;
  std::uint32_t mask = 0;  ///< bit i: filter i of the pipeline was not applied
};

/// As open_file(), through this driver.
Result<Handle> open_located_file(const std::string& path);

/// A file of open_located_file() and its size, valid as long as it is open; nothing for files
/// opened otherwise.
struct LocatedFile {
  const FileDescriptor* file = nullptr;
  std::uint64_t bytes = 0;
};
std::optional<LocatedFile> located_file(hid_t file);

/// Where the chunk of the chunked `dataset` of `file` that begins at `begin` (a multiple of the
/// chunk's sides) is stored; nothing if it was never written. Reads the index alone. kBadInput if
/// the index cannot be read or names bytes beyond the file.
Result<std::optional<StoredChunk>> locate_chunk(hid_t file, hid_t dataset,
                                                const std::vector<hsize_t>& begin);

}  // namespace ostracon::io::hdf5
