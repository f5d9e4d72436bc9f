#include "pipeline/recover.hpp"

#include <chrono>

#include "pipeline/combine_pages.hpp"
#include "pipeline/finish_recovery.hpp"
#include "pipeline/plate_assembly.hpp"
#include "pipeline/read_fields.hpp"
#include "pipeline/soft_pages.hpp"

namespace ostracon {
namespace {

/// Of a page of the plate that is recovered.
Result<> keep_soft_page(const RecoverOptions& options, const FieldReading& reading) {
  if (!reading.soft || !reading.report.reason.empty()) return Ok{};
  return options.soft_pages->put(*reading.soft);
}

}  // namespace

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
    OSTRACON_TRY(keep_soft_page(options, reading));
    report.times.add(reading.times);
    report.pixels += record.pixels;
    report.fields.push_back(std::move(reading.report));
    if (options.progress) options.progress(report.fields.back().field + 1, total, report.pixels);
    return Ok{};
  };
  OSTRACON_TRY_ASSIGN(const FieldsRead read, read_fields(source, make_lane, options, next, take));
  report.start_seconds = read.start_seconds;
  recovery.interrupted = read.interrupted;
  const auto combine = [&](const format::PageHeader& header,
                           std::vector<PageReport>& pages) -> Result<> {
    if (options.soft_pages == nullptr || recovery.interrupted) return Ok{};
    const auto combined = combine_pages(header, *options.soft_pages, make_lane, store, pages);
    if (!combined && !is_interruption(combined.error())) return combined.error();
    if (!combined) recovery.interrupted = combined.error();
    return Ok{};
  };
  OSTRACON_TRY(finish_recovery(assembly, store, recovery, combine));
  report.wall_seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return recovery;
}

}  // namespace ostracon
