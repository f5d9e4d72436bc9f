#pragma once
// The attribute `description` of the master of a QR plate. Private to io/.

#include <string>

#include "core/result.hpp"
#include "io/json_reader.hpp"
#include "io/master_file.hpp"

namespace ostracon::io {

inline constexpr std::string_view kMasterFormat = "ostracon-master";
inline constexpr std::uint64_t kMasterVersion = 1;

/// Whether `json`, the description of a master, says "symbology": "qr".
bool is_qr_description(const nlohmann::json& json);

std::string qr_description_text(const format::qr::PlatePlan& plan,
                                const Sha256Digest& stream_sha256);

/// kBadInput as parse_description; the plan is made again from its parameters.
Result<MasterDescription> parse_qr_description(const nlohmann::json& json);

}  // namespace ostracon::io
