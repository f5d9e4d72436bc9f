#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "pipeline/recover.hpp"

namespace ostracon::io {

/// Grey values of `pixels`: the 0.5 and 99.5 percentile become 0 and 255; what is not finite is 0.
std::vector<std::uint8_t> stretch_to_grey(std::span<const float> pixels);

/// Writes into `folder` (made if absent; files there are replaced), for field N in four digits:
///   fieldN-raw.png          the first frame
///   fieldN-aligned.png      the mean of all frames, drift taken out
///   fieldN-lattice.png      the same with every 16th line of the module lattice drawn in colour
///   fieldN-reliability.png  |LLR| of every module: black erased, white the page's surest
/// A picture whose data are absent (empty vectors: no page found) is left out.
/// kInvalidArgument if sizes disagree; kIo.
Result<> write_pictures(const std::filesystem::path& folder, const FieldPictures& pictures);

}  // namespace ostracon::io
