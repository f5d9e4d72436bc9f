#pragma once
// What `recover` and `verify` have in common: a scan in, files (or only their checksums) out.

#include <string>

#include "core/result.hpp"
#include "host/cli/backend_choice.hpp"
#include "host/cli/exit_status.hpp"

namespace CLI {
class App;
}

namespace ostracon::cli {

/// Paths are strings as typed; empty: not wanted.
struct RecoveryJob {
  std::string scan;
  std::string folder;  ///< where the files go; empty: verify only
  bool force = false;
  bool keep_partial = false;
  std::string plate;               ///< UUID; empty: the only one in the scan
  std::string symbology = "auto";  ///< "page", "qr"; "auto": QR codes where no field shows a page
  BackendChoice backend;
  std::string report;
  std::string code_report;  ///< of QR plates: a line of JSON a code
  std::string pictures;
  std::int64_t picture_fields = 1;
};

/// The options that both verbs have: SCAN, --plate, --symbology, --backend, --device, --report,
/// --pictures,
/// --picture-fields.
void add_recovery_options(CLI::App& verb, RecoveryJob& job);

/// Reads the scan, decodes, extracts, writes report and pictures, prints what became of every file.
/// kVerified if every file is whole, else kLost. Outputs that stand are refused before any work.
/// kDevice or kOutOfMemory, with what is whole written, if the backend failed on the way.
Result<ExitStatus> run_recovery(const RecoveryJob& job);

/// The same on a backend that is chosen already; the caller has seen to it that no output stands.
Result<ExitStatus> run_recovery_on(const ChosenBackend& backend, const RecoveryJob& job);

}  // namespace ostracon::cli
