#pragma once
// QR codes of a picture or a scan, told to a person or to a program.

#include <string>

#include "core/result.hpp"
#include "host/cli/backend_choice.hpp"
#include "host/cli/exit_status.hpp"

namespace CLI {
class App;
}

namespace ostracon::cli {

/// As typed; empty or 0: not given.
struct CodeOptions {
  std::string overlay;
  bool force = false;
  int version = 0;
  std::string level;
  int mask = -1;
  std::string prefix;
  BackendChoice backend;

  bool any() const {
    return !overlay.empty() || force || version > 0 || !level.empty() || mask >= 0 ||
           !prefix.empty() || backend.name != "auto" || !backend.devices.empty();
  }
};

/// --overlay, --force, what is known of the codes, --backend and --device.
void add_code_options(CLI::App& verb, CodeOptions& options);

/// Reads the QR codes of a PNG, JPEG or TIFF picture, and prints a line for each: JSON if `json`.
/// kVerified if a code was read; kLost if none was.
Result<ExitStatus> list_codes(const std::string& picture, const CodeOptions& options, bool json);

}  // namespace ostracon::cli
