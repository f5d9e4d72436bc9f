#pragma once
// Recognisers of HDF5 layouts, one source file each. Private to io/.
//
// Each answers nothing if the file is not of its layout, and else the image stacks it found, which
// may be none: what was passed over and why is then in the warnings. Nothing of the file is
// trusted.

#include <optional>
#include <string>

#include "io/formats/hdf5_stack.hpp"
#include "io/hdf5_handle.hpp"

namespace ostracon::io::hdf5 {

/// Thermo Fisher's Velox: /Version says so, images [y, x, frame] at /Data/Image/<id>/Data.
std::optional<FoundLayout> find_velox(const Handle& file);
/// HyperSpy's own (.hspy): experiments with axis-0, axis-1, ... beside their data.
std::optional<FoundLayout> find_hyperspy(const Handle& file);
/// NCEM, Berkeley, py4DSTEM: groups of `emd_group_type` 1 with `data` and dim vectors.
std::optional<FoundLayout> find_ncem(const Handle& file);
/// Delmic's Odemis: /AcquisitionN/ImageData/Image of [C, T, Z, Y, X].
std::optional<FoundLayout> find_delmic(const Handle& file);
/// NXdata anywhere in an NXentry, by NX_class: NXem and other NeXus.
std::optional<FoundLayout> find_nexus(const Handle& file);
/// The largest array that may be pictures.
std::optional<FoundLayout> find_generic(const Handle& file);

/// Appends a stack, or a warning why not.
void add_stack(FoundLayout& layout, Result<FoundStack> stack);

/// The data set at `path` as one stack; `axes` empty: by its sides. kBadInput.
Result<FoundLayout> told_layout(const Handle& file, const std::string& path, const AxisRoles& axes);

}  // namespace ostracon::io::hdf5
