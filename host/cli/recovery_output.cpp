#include "host/cli/recovery_output.hpp"

#include <fmt/core.h>

#include <chrono>
#include <optional>
#include <utility>

#include "host/cli/output.hpp"
#include "host/cli/recovery_summary.hpp"
#include "io/report_file.hpp"
#include "io/stream_extractor.hpp"

namespace ostracon::cli {
namespace {

/// Absent if so much is lost that the stream shows no member at all.
Result<std::optional<io::ExtractReport>> extract_files(const RecoveryJob& job,
                                                       const Recovery& recovery,
                                                       const io::FilePayloadStore& store) {
  const io::StoredStream stream(store, recovery.report.plate.header.stream_bytes);
  io::ExtractOptions options;
  options.folder = job.folder;
  options.write = !job.folder.empty();
  options.keep_partial = job.keep_partial;
  options.force = job.force;
  auto files = io::extract_stream(stream, recovery.holes, options);
  if (files) return std::optional<io::ExtractReport>(std::move(files).value());
  if (files.error().code == ErrorCode::kBadInput && !recovery.holes.empty())
    return std::optional<io::ExtractReport>();
  return files.error();
}

}  // namespace

std::filesystem::path spool_folder(const RecoveryJob& job) {
  if (!job.folder.empty()) return parent_of(job.folder);
  std::error_code failed;
  const auto temporary = std::filesystem::temp_directory_path(failed);
  return failed ? std::filesystem::path(".") : temporary;
}

Result<bool> write_recovery(const RecoveryJob& job, Recovery& recovery,
                            const io::FilePayloadStore& store) {
  const auto start = std::chrono::steady_clock::now();
  OSTRACON_TRY_ASSIGN(const auto files, extract_files(job, recovery, store));
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  recovery.report.times[Stage::kEmit] += seconds;
  if (recovery.report.wall_seconds > 0) recovery.report.wall_seconds += seconds;

  if (!job.report.empty())
    OSTRACON_TRY(io::write_report(job.report, recovery.report, files ? &*files : nullptr,
                                  OSTRACON_VERSION, job.force));
  print_summary(recovery.report, files ? &*files : nullptr);
  if (!job.folder.empty()) fmt::print("files:    {}\n", job.folder);
  if (!job.report.empty()) fmt::print("report:   {}\n", job.report);
  return files && files->all_verified();
}

}  // namespace ostracon::cli
