#pragma once
// Which axis of an array is which. Pure functions. Private to io/.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace ostracon::io {

/// What an axis of an array counts. Several axes may count fields or frames: row-major.
enum class AxisRole : std::uint8_t { kField, kFrame, kY, kX };
using AxisRoles = std::vector<AxisRole>;  ///< of every axis, slowest first

std::string to_string(const AxisRoles& roles);  ///< "field, frame, y, x"

/// "field,frame,y,x" in any order, y and x once each; kInvalidArgument names the text.
Result<AxisRoles> parse_axes(std::string_view text);

/// The axes that their names tell: y and x must be named, what is left over is one axis of frames,
/// or fields and then frames. Nothing if the names do not tell.
std::optional<AxisRoles> roles_of_names(const std::vector<std::string>& names);

/// The likely axes of an array of 2 to 4 axes by its sides alone: pictures are two large
/// neighbours, the last two unless others are larger; of three axes a much shorter last one counts
/// frames. Nothing for other ranks.
std::optional<AxisRoles> roles_of_sides(const std::vector<std::uint64_t>& sides);

/// Fields and frames before y and x: "what we write".
AxisRoles usual_roles(std::size_t rank);

}  // namespace ostracon::io
