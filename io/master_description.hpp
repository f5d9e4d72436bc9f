#pragma once
// The attribute `description` of a master file. Private to io/.

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "io/master_file.hpp"

namespace ostracon::io {

/// JSON: {"format": "ostracon-master", "version": 1, ...}; the entries are not part of it.
std::string description_text(const MasterDescription& description);

/// kBadInput names what is missing, of the wrong type, or refused by the plate format.
Result<MasterDescription> parse_description(std::string_view text);

}  // namespace ostracon::io
