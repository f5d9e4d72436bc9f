#include "io/formats/hdf5_scan.hpp"

#include <array>

#include "io/chunk_driver.hpp"
#include "io/formats/hdf5_layouts.hpp"
#include "io/formats/hdf5_lookup.hpp"
#include "io/scan_discovery.hpp"

namespace ostracon::io {
namespace {

using hdf5::FoundLayout;
using Recogniser = std::optional<FoundLayout> (*)(const hdf5::Handle&);

/// The more a file must say of itself, the earlier it is asked.
constexpr std::array<Recogniser, 6> kRecognisers{hdf5::find_velox,  hdf5::find_hyperspy,
                                                 hdf5::find_delmic, hdf5::find_nexus,
                                                 hdf5::find_ncem,   hdf5::find_generic};

/// Of our own files whatever is wrong is told by their own reader.
bool is_own(const hdf5::Handle& file) {
  const auto group = hdf5::group_at(file, "entry/scan0");
  return group && hdf5::is_class(group.value(), "NXdata") &&
         hdf5::signal_of(group.value()) == "frames";
}

/// Pages that are to be written are arrays, too.
bool is_master(const hdf5::Handle& file) {
  const auto description = hdf5::read_text_attribute(file.get(), "description");
  return description && description->find("ostracon-master") != std::string::npos;
}

}  // namespace

Result<ScanReader> open_hdf5_scan(const std::string& path, const ScanHints& hints) {
  if (hints.frames_per_field != 0)
    return Error{ErrorCode::kInvalidArgument,
                 path + " is an HDF5 file: frames are told by its axes"};
  OSTRACON_TRY_ASSIGN(auto file, hdf5::open_located_file(path));
  if (hints.any()) {
    AxisRoles axes;
    if (!hints.axes.empty()) {
      OSTRACON_TRY_ASSIGN(axes, parse_axes(hints.axes));
    }
    if (hints.dataset.empty())
      return Error{ErrorCode::kInvalidArgument,
                   path + ": axes are told, but not of which data set they are"};
    auto found = hdf5::told_layout(file, hints.dataset, axes);
    if (!found) return Error{found.error().code, path + ": " + found.error().message};
    return ScanReader::of(path, std::move(file), std::move(found).value());
  }
  if (is_own(file)) {
    file.close();
    return ScanReader::open(path);
  }
  if (is_master(file))
    return Error{ErrorCode::kBadInput,
                 path + ": no scan but a master: pages that are to be written"};
  std::vector<std::string> warnings;
  for (const Recogniser find : kRecognisers) {
    auto found = find(file);
    if (!found) continue;
    if (!found->stacks.empty()) {
      for (std::string& warning : found->warnings) warnings.push_back(std::move(warning));
      found->warnings = std::move(warnings);
      return ScanReader::of(path, std::move(file), std::move(*found));
    }
    // It is of this layout, but the images may be elsewhere.
    for (std::string& warning : found->warnings)
      warnings.push_back(found->name + ": " + std::move(warning));
  }
  std::string why =
      ": no scan: it has no group of class NXentry with images, and no array that may "
      "be a stack of images";
  for (const std::string& warning : warnings) why += "; " + warning;
  return Error{ErrorCode::kBadInput, path + why};
}

}  // namespace ostracon::io
