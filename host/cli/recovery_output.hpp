#pragma once
// What `recover`, `verify` and `merge` write and say once a plate is put together.

#include <filesystem>

#include "core/result.hpp"
#include "host/cli/recovery_job.hpp"
#include "io/file_store.hpp"
#include "pipeline/recover.hpp"

namespace ostracon::cli {

/// Where payload waits for the outer code: on the disk that the files will go to.
std::filesystem::path spool_folder(const RecoveryJob& job);

/// Extracts the files, writes the report, and prints what became of both. True if every file is
/// whole. Errors: those of extract_stream() and write_report().
Result<bool> write_recovery(const RecoveryJob& job, Recovery& recovery,
                            const io::FilePayloadStore& store);

}  // namespace ostracon::cli
