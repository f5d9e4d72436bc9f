#pragma once

#include <filesystem>
#include <optional>

#include "core/result.hpp"
#include "io/master_file.hpp"
#include "io/scan_file.hpp"

namespace ostracon::cli {

/// Exactly one of the two.
struct Hdf5Input {
  std::optional<io::MasterReader> master;
  std::optional<io::ScanReader> scan;
};

/// Opens `path` as what it is. kBadInput tells why it is neither; kNotFound, kIo.
Result<Hdf5Input> open_hdf5(const std::filesystem::path& path);

}  // namespace ostracon::cli
