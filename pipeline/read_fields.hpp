#pragma once
// Fields of a scan read side by side: ingested by one thread, decoded by any, handed over by one.

#include <cstdint>
#include <functional>
#include <optional>

#include "core/result.hpp"
#include "pipeline/field_journal.hpp"
#include "pipeline/recover.hpp"

namespace ostracon {

/// The field to read next, ascending; nothing: that was all. Called from one thread at a time.
using NextField = std::function<std::optional<std::int64_t>()>;
/// Takes what a field gave, in the order in which fields were named; one thread at a time. An
/// error ends the reading.
using TakeField = std::function<Result<>(FieldRecord& record)>;

struct FieldsRead {
  std::int64_t fields = 0;  ///< handed over
  std::uint64_t pixels = 0;
  double start_seconds = 0;  ///< until backends and their memory were made
  /// Why fields were left unread: no device or memory was left to read them with.
  std::optional<Error> interrupted;
};

/// Of a backend, after others have read fields: what they have read is worth having.
bool is_interruption(const Error& error);

/// Reads the fields that `next` names with one backend of `make_lane` a lane. A field that is
/// damaged in its file is handed over with the reason. Of `options` it heeds lanes, pictures and
/// soft_pages.
/// Errors: those of source, `take` and make_lane; kOutOfMemory and kDevice if a backend fails
/// before any field is handed over (afterwards it is FieldsRead::interrupted).
Result<FieldsRead> read_fields(FieldSource& source, const BackendFactory& make_lane,
                               const RecoverOptions& options, const NextField& next,
                               const TakeField& take);

}  // namespace ostracon
