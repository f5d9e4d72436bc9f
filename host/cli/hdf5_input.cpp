#include "host/cli/hdf5_input.hpp"

#include <utility>

namespace ostracon::cli {

Result<Hdf5Input> open_hdf5(const std::filesystem::path& path, const io::ScanHints& hints) {
  Hdf5Input input;
  auto master = io::MasterReader::open(path);
  if (master) {
    input.master = std::move(master).value();
    return input;
  }
  if (master.error().code != ErrorCode::kBadInput) return master.error();
  auto scan = io::open_scan(path, hints);
  if (scan) {
    input.scan = std::move(scan).value();
    return input;
  }
  if (scan.error().code != ErrorCode::kBadInput) return scan.error();
  return Error{ErrorCode::kBadInput, "neither a master (" + master.error().message +
                                         ") nor a scan (" + scan.error().message + ")"};
}

}  // namespace ostracon::cli
