#pragma once
// The recovery in two parts: fields are read into a journal, in any order and by any number of
// processes; from what is kept the plate is put together.

#include <vector>

#include "core/result.hpp"
#include "pipeline/field_journal.hpp"
#include "pipeline/read_fields.hpp"
#include "pipeline/recover.hpp"

namespace ostracon {

/// Reads the fields that `next` names into `journal`, which has none of them. Of `options` it
/// heeds lanes, pictures and progress, which counts the fields that were handed over. Errors: those
/// of read_fields() and of the journal.
Result<FieldsRead> read_into_journal(FieldSource& source, const BackendFactory& make_lane,
                                     FieldJournal& journal, const RecoverOptions& options,
                                     const NextField& next);

/// Every plate of which the journal has a page, in order of the first field that shows it.
std::vector<Uuid> plates_of(const FieldJournal& journal);

/// What recover() without soft pages makes of the fields of the journal, in their order: the same
/// report but for its times, the same payload in `store`. (Readings of one page are not added up:
/// the journal has no soft bits.) Of `options` it heeds plate. With `only_its_fields` (and a
/// plate), fields that show other plates are left out of the report and are not recalled. Errors:
/// as recover(), and those of the journal.
Result<Recovery> recover_recorded(const FieldJournal& journal, PayloadStore& store,
                                  const RecoverOptions& options, bool only_its_fields = false);

}  // namespace ostracon
