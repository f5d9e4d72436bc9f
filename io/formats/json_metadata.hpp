#pragma once
// JSON of microscopes. Pure functions over texts that nobody vouches for. Private to io/.

#include <string_view>

#include "io/formats/findings.hpp"

namespace ostracon::io {

/// Whether /Version of an EMD file says Velox.
bool is_velox_version(std::string_view json);
/// Metadata of a Velox image: BinaryResult.PixelSize, Scan.DwellTime, Optics.AccelerationVoltage,
/// ...
void read_velox_metadata(std::string_view json, Findings& findings);

/// What fibsemOS (OpenFIBSEM) writes into ImageDescription; false if `json` is nothing of it.
bool read_fibsem_metadata(std::string_view json, Findings& findings);

}  // namespace ostracon::io
