#pragma once
// What `recover` and `verify` have in common: scans in, files (or only their checksums) out.

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "host/cli/backend_choice.hpp"
#include "host/cli/exit_status.hpp"
#include "host/cli/soft_choice.hpp"
#include "io/open_scan.hpp"
#include "io/scan_set.hpp"

namespace CLI {
class App;
}

namespace ostracon::cli {

/// Paths are strings as typed; empty: not wanted.
struct RecoveryJob {
  std::vector<std::string> scans;  ///< files, folders, patterns
  io::ScanHints hints;
  std::string folder;  ///< where the files go; empty: verify only
  bool force = false;
  bool keep_partial = false;
  std::string plate;               ///< UUID; empty: the only one in the scans
  bool all_plates = false;         ///< each into a folder of its own in `folder`
  std::string symbology = "auto";  ///< "page", "qr"; "auto": QR codes where no field shows a page
  BackendChoice backend;
  SoftChoice soft;
  std::string report;
  std::string code_report;  ///< of QR plates: a line of JSON a code
  std::string pictures;
  std::int64_t picture_fields = 1;
  std::string job_folder;  ///< what is read is kept here
  bool resume = false;     ///< go on with what job_folder holds
  std::string shard;       ///< "2/8": read the second eighth of the fields, write no files
};

/// The options that both verbs have: SCAN, --plate, --symbology, --backend, --device, --soft,
/// --keep-soft, --report, --pictures, --picture-fields, and those of scans of others.
void add_recovery_options(CLI::App& verb, RecoveryJob& job);

/// Reads the scans, decodes, extracts, writes report and pictures, prints what became of every
/// file. kVerified if every file is whole, else kLost. Outputs that stand are refused before any
/// work. kDevice or kOutOfMemory, with what is whole written, if the backend failed on the way
/// (with a job folder nothing is written then).
Result<ExitStatus> run_recovery(const RecoveryJob& job);

/// The same on a backend that is chosen already; the caller has seen to it that no output stands.
Result<ExitStatus> run_recovery_on(const ChosenBackend& backend, const RecoveryJob& job);

/// The files that job.scans mean, as one source.
Result<io::ScanSet> open_scans(const RecoveryJob& job);

/// What the pipeline is asked for: plate, pictures into job.pictures. `drawn` becomes the error of
/// the first picture that could not be written: the files come first. It must outlive the options.
Result<RecoverOptions> recover_options(const RecoveryJob& job, Result<>& drawn);

/// Refuses outputs that stand, unless job.force. kExists, kNotFound.
Result<> check_outputs(const RecoveryJob& job);

}  // namespace ostracon::cli
