#pragma once
// `recover` and `verify` of QR plates.

#include "host/cli/recovery_job.hpp"
#include "pipeline/recover.hpp"

namespace ostracon::cli {

/// Reads the codes of the scan, puts the plate's stream together, extracts it; writes a line of
/// JSON for every code where the job wants a report. kVerified if every file is whole, else kLost.
Result<ExitStatus> recover_code_plate(const RecoveryJob& job, FieldSource& scan);

}  // namespace ostracon::cli
