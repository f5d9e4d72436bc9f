#pragma once
// The verbs of the program, one source file each. `add_*` declares a verb's options on `app` and
// sets `run` when the verb was called; main() then calls `run` once.

#include <functional>

#include "core/result.hpp"
#include "host/cli/exit_status.hpp"

namespace CLI {
class App;
}

namespace ostracon::cli {

/// An error is printed by main() and becomes its exit status.
using Run = std::function<Result<ExitStatus>()>;

void add_encode(CLI::App& app, Run& run);
void add_simulate(CLI::App& app, Run& run);
void add_recover(CLI::App& app, Run& run);
void add_merge(CLI::App& app, Run& run);
void add_verify(CLI::App& app, Run& run);
void add_inspect(CLI::App& app, Run& run);
void add_import(CLI::App& app, Run& run);
void add_export(CLI::App& app, Run& run);
void add_lattice(CLI::App& app, Run& run);
void add_denoise(CLI::App& app, Run& run);
void add_bench(CLI::App& app, Run& run);
void add_devices(CLI::App& app, Run& run);

}  // namespace ostracon::cli
