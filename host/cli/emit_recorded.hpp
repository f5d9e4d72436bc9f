#pragma once
// From the journals of a job to files.

#include <filesystem>
#include <optional>

#include "core/result.hpp"
#include "host/cli/recovery_job.hpp"
#include "pipeline/field_journal.hpp"

namespace ostracon::cli {

/// What stands already of the outputs of a job, before any work.
struct OutputState {
  /// A run of this job was killed while it wrote there: what it wrote may be replaced.
  bool begun = false;
  /// All was written before, with this status.
  std::optional<ExitStatus> complete;
};

/// Refuses outputs that stand, unless job.force or they are this job's own in `job_folder`.
/// kExists, kNotFound; errors of io::read_emission().
Result<OutputState> check_job_outputs(const RecoveryJob& job,
                                      const std::filesystem::path& job_folder);

/// Puts the plate together, or with job.all_plates every one, and writes files and reports. With a
/// `job_folder` that this run holds, it is noted there how far they are. `read_seconds`: how long
/// the reading of all fields took, if that is known. Errors: those of recover_recorded(),
/// extract_stream() and write_report().
Result<ExitStatus> emit_recorded(const RecoveryJob& job, const FieldJournal& journal,
                                 const std::filesystem::path& job_folder,
                                 std::optional<double> read_seconds);

}  // namespace ostracon::cli
