#include "host/cli/emit_recorded.hpp"

#include <fmt/core.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <utility>

#include "host/cli/output.hpp"
#include "host/cli/recovery_output.hpp"
#include "io/emission.hpp"
#include "io/file_store.hpp"
#include "pipeline/recover_recorded.hpp"

namespace ostracon::cli {
namespace {

Result<bool> emit_plate(const RecoveryJob& job, const FieldJournal& journal,
                        const RecoverOptions& options, std::optional<double> read_seconds) {
  OSTRACON_TRY_ASSIGN(auto store, io::FilePayloadStore::create(spool_folder(job)));
  OSTRACON_TRY_ASSIGN(Recovery recovery, recover_recorded(journal, store, options, job.all_plates));
  // Of several runs, machines or plates nobody knows the time of day that it took.
  recovery.report.wall_seconds = read_seconds ? recovery.report.wall_seconds + *read_seconds : 0;
  return write_recovery(job, recovery, store);
}

/// What decides which files are written, and where.
std::string what_is_written(const RecoveryJob& job) {
  return fmt::format("plate {}, partial files {}, report {}",
                     job.all_plates      ? "every"
                     : job.plate.empty() ? "the only one"
                                         : job.plate,
                     job.keep_partial,
                     job.report.empty() ? std::string("none") : io::absolute_name(job.report));
}

/// Every plate in a folder of its own, its report beside that.
Result<bool> emit_all_plates(const RecoveryJob& job, const FieldJournal& journal) {
  const auto plates = plates_of(journal);
  if (plates.empty())
    return Error{ErrorCode::kNotFound, "no field of the scans shows a readable page"};
  OSTRACON_TRY(make_folder(job.folder));
  bool whole = true;
  for (const Uuid& plate : plates) {
    RecoveryJob one = job;
    one.folder = (std::filesystem::path(job.folder) / to_string(plate)).string();
    one.report = one.folder + ".report.json";
    RecoverOptions options;
    options.plate = plate;
    const auto written = emit_plate(one, journal, options, {});
    // A plate of which nothing can be made is no reason to keep the others.
    const bool of_the_plate = !written && (written.error().code == ErrorCode::kNotFound ||
                                           written.error().code == ErrorCode::kBadInput);
    if (!written && !of_the_plate) return written.error();
    if (of_the_plate) spdlog::warn("plate {}: {}", to_string(plate), written.error().message);
    whole = whole && written && written.value();
  }
  fmt::print("plates:   {}, each in a folder of {}\n", plates.size(), job.folder);
  return whole;
}

}  // namespace

Result<OutputState> check_job_outputs(const RecoveryJob& job,
                                      const std::filesystem::path& job_folder) {
  OutputState state;
  if (!job_folder.empty()) {
    OSTRACON_TRY_ASSIGN(const auto emission, io::read_emission(job_folder));
    if (emission && emission->folder == io::absolute_name(job.folder) &&
        emission->what == what_is_written(job)) {
      std::error_code ignored;
      if (!emission->complete)
        state.begun = true;
      else if (!job.force && std::filesystem::is_directory(job.folder, ignored))
        state.complete = static_cast<ExitStatus>(emission->exit_status);
    }
  }
  RecoveryJob files = job;
  files.pictures.clear();  // drawn while fields are read, so that they may stand by now
  if (!state.begun && !state.complete) OSTRACON_TRY(check_outputs(files));
  return state;
}

Result<ExitStatus> emit_recorded(const RecoveryJob& job, const FieldJournal& journal,
                                 const std::filesystem::path& job_folder,
                                 std::optional<double> read_seconds) {
  Result<> drawn = Ok{};
  OSTRACON_TRY_ASSIGN(const RecoverOptions options, recover_options(job, drawn));
  RecoveryJob now = job;
  io::Emission emission;
  emission.folder = io::absolute_name(job.folder);
  emission.what = what_is_written(job);
  if (!job_folder.empty()) {
    // Looked at again: since the start others may have put something there.
    OSTRACON_TRY_ASSIGN(const OutputState state, check_job_outputs(job, job_folder));
    if (state.begun) {
      OSTRACON_TRY_ASSIGN(auto earlier, io::read_emission(job_folder));
      emission = std::move(*earlier);
      io::remove_leftovers(emission);
      now.force = true;
    }
    emission.processes.push_back(static_cast<std::uint64_t>(::getpid()));
    OSTRACON_TRY(io::write_emission(job_folder, emission));
  }
  OSTRACON_TRY_ASSIGN(const bool whole, now.all_plates
                                            ? emit_all_plates(now, journal)
                                            : emit_plate(now, journal, options, read_seconds));
  const ExitStatus status = whole ? ExitStatus::kVerified : ExitStatus::kLost;
  if (!job_folder.empty()) {
    emission.complete = true;
    emission.exit_status = static_cast<std::uint64_t>(status);
    OSTRACON_TRY(io::write_emission(job_folder, emission));
  }
  return status;
}

}  // namespace ostracon::cli
