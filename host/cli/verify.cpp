// ostracon verify: what recover would find, with nothing written.
#include <CLI/CLI.hpp>
#include <memory>

#include "host/cli/recovery_job.hpp"
#include "host/cli/verbs.hpp"

namespace ostracon::cli {

void add_verify(CLI::App& app, Run& run) {
  const auto job = std::make_shared<RecoveryJob>();
  CLI::App* verb =
      app.add_subcommand("verify", "Check that a scan gives every file; write nothing");
  add_recovery_options(*verb, *job);
  verb->add_flag("--force", job->force, "Replace report and pictures that stand");
  verb->footer(
      "Exit status: 0 everything verified, 1 something would be lost.\n"
      "Examples:\n"
      "  ostracon verify scan.h5\n"
      "  ostracon verify scan.h5 --report report.json --pictures pictures");
  verb->callback([job, &run] {
    run = [job] {
      job->code_report = job->report;
      return run_recovery(*job);
    };
  });
}

}  // namespace ostracon::cli
