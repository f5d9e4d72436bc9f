#include "pipeline/recover.hpp"

#include <chrono>

#include "pipeline/finish_recovery.hpp"
#include "pipeline/plate_assembly.hpp"
#include "pipeline/read_fields.hpp"

namespace ostracon {

Result<Recovery> recover(FieldSource& source, const BackendFactory& make_lane, PayloadStore& store,
                         const RecoverOptions& options) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  Recovery recovery;
  RecoveryReport& report = recovery.report;
  PlateAssembly assembly(options.plate, store);
  const std::int64_t total = source.fields();
  std::int64_t named = 0;
  const auto next = [&] { return named < total ? std::optional(named++) : std::nullopt; };
  const auto take = [&](FieldRecord& record) -> Result<> {
    FieldReading& reading = record.reading;
    OSTRACON_TRY(assembly.take(reading));
    report.times.add(reading.times);
    report.pixels += record.pixels;
    report.fields.push_back(std::move(reading.report));
    if (options.progress) options.progress(report.fields.back().field + 1, total, report.pixels);
    return Ok{};
  };
  OSTRACON_TRY_ASSIGN(const FieldsRead read, read_fields(source, make_lane, options, next, take));
  report.start_seconds = read.start_seconds;
  recovery.interrupted = read.interrupted;
  OSTRACON_TRY(finish_recovery(assembly, store, recovery));
  report.wall_seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return recovery;
}

}  // namespace ostracon
