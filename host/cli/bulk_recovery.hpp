#pragma once
// Recoveries in two parts: fields are read into a journal, by one process or by many; then files
// are made of what is kept.

#include "core/result.hpp"
#include "host/cli/recovery_job.hpp"

namespace ostracon::cli {

/// With a job folder, or for more than one plate.
bool is_bulk(const RecoveryJob& job);

/// run_recovery() of such a job, by all ranks that this process was started with. Of several ranks
/// only the first says what was found. kVerified of a share: all of its fields are read.
Result<ExitStatus> run_bulk_recovery(const RecoveryJob& job);

/// The same by this process alone, on a backend that is chosen already.
Result<ExitStatus> run_bulk_recovery_on(const ChosenBackend& backend, const RecoveryJob& job);

/// "2/8" as a share. kInvalidArgument.
Result<io::JobShare> parse_share(const std::string& text);

}  // namespace ostracon::cli
