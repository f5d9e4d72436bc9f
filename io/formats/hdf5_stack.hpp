#pragma once
// An image stack that was found in an HDF5 file. Private to io/.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "io/formats/axes.hpp"
#include "io/formats/samples.hpp"
#include "io/hdf5_handle.hpp"
#include "io/scan_source.hpp"

namespace ostracon::io::hdf5 {

struct FoundStack {
  ScanGroup group;  ///< first_field is not set
  Dataset frames;
  AxisRoles axes;  ///< of `frames`
  SampleType stored;
};

/// What a recogniser made of a file.
struct FoundLayout {
  std::string name;  ///< "Velox EMD"
  std::vector<FoundStack> stacks;
  std::vector<std::string> warnings;
};

/// The number type of the dataset, whatever its byte order; halves are float32, complex numbers,
/// texts and others nothing.
std::optional<SampleType> stored_type(const Handle& dataset);
hid_t native_type(SampleType type);

/// The stack that `dataset` with `axes` is, its limits checked; `path` names it. Where metadata are
/// known besides they are the caller's to add. kBadInput names `path`: no numbers, a side of zero
/// or beyond the limits, axes that do not fit, never written.
Result<FoundStack> make_stack(Dataset dataset, AxisRoles axes, const std::string& path);

}  // namespace ostracon::io::hdf5
