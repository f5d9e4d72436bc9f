#pragma once
// What fields gave, kept beyond the life of the process that read them.

#include <cstdint>
#include <optional>
#include <vector>

#include "core/result.hpp"
#include "core/uuid.hpp"
#include "pipeline/read_field.hpp"

namespace ostracon {

/// A field that need not be read again.
struct RecordedField {
  std::int64_t field = 0;
  std::optional<Uuid> plate;  ///< of the header that was read; absent: no page was found
};

/// All that a report and an assembly need of a field. Its map and pictures are not kept.
struct FieldRecord {
  FieldReading reading;
  std::uint64_t pixels = 0;  ///< of its raw frames
};

/// One thread at a time. io/ implements it over files.
class FieldJournal {
 public:
  virtual ~FieldJournal() = default;
  /// Every field that is kept, once, ascending.
  virtual std::vector<RecordedField> recorded() const = 0;
  /// What a field of recorded() gave. Errors: kIo; kBadInput if it is damaged by now.
  virtual Result<FieldRecord> recall(std::int64_t field) const = 0;
  /// Keeps what a field gave: what is returned Ok survives the process. kIo (disk full): the
  /// field is not kept, those before it are.
  virtual Result<> record(const FieldRecord& record) = 0;
};

}  // namespace ostracon
