#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "core/result.hpp"
#include "io/master_file.hpp"
#include "io/open_scan.hpp"

namespace ostracon::cli {

/// Exactly one of the two.
struct Hdf5Input {
  std::optional<io::MasterReader> master;
  std::unique_ptr<io::ScanSource> scan;
};

/// Opens `path` as what it is; a scan may be of any kind that io::open_scan() knows. kBadInput
/// tells why it is neither; kNotFound, kIo.
Result<Hdf5Input> open_hdf5(const std::filesystem::path& path, const io::ScanHints& hints = {});

}  // namespace ostracon::cli
