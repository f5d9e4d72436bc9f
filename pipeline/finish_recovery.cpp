#include "pipeline/finish_recovery.hpp"

#include <chrono>

#include "pipeline/restore_groups.hpp"

namespace ostracon {
namespace {

/// Where nothing was found, the first field tells why.
Error with_reason(Error error, const std::vector<FieldReport>& fields) {
  if (error.code == ErrorCode::kNotFound && !fields.empty() && !fields.front().reason.empty())
    error.message += "; the first field: " + fields.front().reason;
  return error;
}

}  // namespace

Result<> finish_recovery(PlateAssembly& assembly, PayloadStore& store, Recovery& recovery,
                         const CombineReadings& combine) {
  RecoveryReport& report = recovery.report;
  const auto chosen = assembly.choose();
  if (!chosen)
    return recovery.interrupted ? *recovery.interrupted
                                : with_reason(chosen.error(), report.fields);
  const format::PageHeader& header = chosen.value();
  report.plate = assembly.kept();
  report.other_plates = assembly.others();
  report.pages = assembly.take_pages();
  if (combine) OSTRACON_TRY(combine(header, report.pages));
  const format::GroupPlan plan = format::plan_of(header);
  const auto start = std::chrono::steady_clock::now();
  OSTRACON_TRY_ASSIGN(report.groups, restore_groups(plan, header.codewords, store, report.pages));
  recovery.holes = find_holes(plan, header.codewords, header.stream_bytes, report.pages);
  for (std::uint32_t p = 0; p < plan.data_pages; ++p)
    for (const CodewordOutcome outcome : report.pages[p].outcomes)
      report.codewords_lost +=
          outcome == CodewordOutcome::kErased || outcome == CodewordOutcome::kLost ? 1 : 0;
  report.times[Stage::kOuterDecode] =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return Ok{};
}

}  // namespace ostracon
