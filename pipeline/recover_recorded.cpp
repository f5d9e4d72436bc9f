#include "pipeline/recover_recorded.hpp"

#include <algorithm>
#include <chrono>

#include "pipeline/finish_recovery.hpp"
#include "pipeline/plate_assembly.hpp"

namespace ostracon {

Result<FieldsRead> read_into_journal(FieldSource& source, const BackendFactory& make_lane,
                                     FieldJournal& journal, const RecoverOptions& options,
                                     const NextField& next) {
  std::int64_t done = 0;
  std::uint64_t pixels = 0;
  const auto take = [&](FieldRecord& record) -> Result<> {
    OSTRACON_TRY(journal.record(record));
    pixels += record.pixels;
    if (options.progress) options.progress(++done, source.fields(), pixels);
    return Ok{};
  };
  return read_fields(source, make_lane, options, next, take);
}

std::vector<Uuid> plates_of(const FieldJournal& journal) {
  std::vector<Uuid> plates;
  for (const RecordedField& field : journal.recorded())
    if (field.plate && std::find(plates.begin(), plates.end(), *field.plate) == plates.end())
      plates.push_back(*field.plate);
  return plates;
}

Result<Recovery> recover_recorded(const FieldJournal& journal, PayloadStore& store,
                                  const RecoverOptions& options, bool only_its_fields) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  Recovery recovery;
  RecoveryReport& report = recovery.report;
  PlateAssembly assembly(options.plate, store);
  for (const RecordedField& field : journal.recorded()) {
    if (only_its_fields && field.plate && field.plate != options.plate) continue;
    OSTRACON_TRY_ASSIGN(FieldRecord record, journal.recall(field.field));
    OSTRACON_TRY(assembly.take(record.reading));
    report.times.add(record.reading.times);
    report.pixels += record.pixels;
    report.fields.push_back(std::move(record.reading.report));
  }
  OSTRACON_TRY(finish_recovery(assembly, store, recovery));
  report.wall_seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return recovery;
}

}  // namespace ostracon
