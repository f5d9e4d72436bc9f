#pragma once
// Simulator profiles as JSON: {"name": ..., "parameters": {NAME: {"value": V, "unit": U}, ...}}.

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "datasets/profile.hpp"

namespace ostracon::io {

/// `base` with every parameter that `text` names; a parameter is a number, a boolean (0 or 1) or
/// an object with "value" (and "unit", which must then be right). kBadInput names `origin` and the
/// parameter: unknown name, wrong type, wrong unit, not finite.
Result<sem::Profile> parse_profile(std::string_view text, const std::string& origin,
                                   const sem::Profile& base = {});

/// The built-in profile `name_or_path`, or else the file of that name. kNotFound lists the
/// built-in names.
Result<sem::Profile> load_profile(const std::string& name_or_path);

/// Every parameter, in the table's order; parse_profile() reads it back.
std::string profile_text(const sem::Profile& profile, std::string_view name);

}  // namespace ostracon::io
