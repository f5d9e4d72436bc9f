#pragma once
// What a field gave, as bytes. Private to io/.

#include <cstdint>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "pipeline/field_journal.hpp"

namespace ostracon::io {

/// All of it but the map and the pictures; payload of the decoded codewords alone.
std::vector<std::uint8_t> pack(const FieldRecord& record);

/// The field and the plate alone: they stand first. kBadInput.
Result<RecordedField> unpack_field(std::span<const std::uint8_t> bytes);
/// kBadInput unless `bytes` are those of pack(), to the last one.
Result<FieldRecord> unpack(std::span<const std::uint8_t> bytes);

}  // namespace ostracon::io
