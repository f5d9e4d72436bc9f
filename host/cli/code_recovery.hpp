#pragma once
// `recover` and `verify` of QR plates.

#include "host/cli/backend_choice.hpp"
#include "host/cli/recovery_job.hpp"
#include "pipeline/recover.hpp"

namespace ostracon::cli {

/// Reads the codes of the scan, puts the plate's stream together, extracts it; writes a line of
/// JSON for every code where the job wants a report. kVerified if every file is whole, else kLost.
/// On one lane of `backend`.
Result<ExitStatus> recover_code_plate(const RecoveryJob& job, const ChosenBackend& backend,
                                      FieldSource& scan);

/// Where pages were looked for in vain, which `no_page` says: they may be QR codes, unless the job
/// asks for pages.
Result<ExitStatus> try_codes(const RecoveryJob& job, const ChosenBackend& backend,
                             FieldSource& scan, const Error& no_page);

}  // namespace ostracon::cli
