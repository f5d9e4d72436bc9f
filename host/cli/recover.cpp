// ostracon recover: a scan becomes the files that were written.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "host/cli/output.hpp"
#include "host/cli/recovery_job.hpp"
#include "host/cli/verbs.hpp"

namespace ostracon::cli {

void add_recover(CLI::App& app, Run& run) {
  const auto job = std::make_shared<RecoveryJob>();
  CLI::App* verb = app.add_subcommand("recover", "Turn a scan back into the files");
  add_recovery_options(*verb, *job);
  verb->add_option("-o,--output", job->folder, "The folder to write the files into")
      ->type_name("FOLDER")
      ->required();
  verb->add_flag("--force", job->force, "Replace files, report and pictures that stand");
  verb->add_flag("--keep-partial", job->keep_partial,
                 "Write a file that is not whole as NAME.partial, holes filled with zeros");
  verb->footer(
      "Only a file that is whole and whose SHA-256 is right appears under its name.\n"
      "The report tells of every page and codeword; it is FOLDER.report.json unless --report says\n"
      "otherwise. That of a QR plate has a line of JSON for every code: FOLDER.codes.jsonl.\n"
      "Exit status: 0 everything verified, 1 something lost.\n"
      "Examples:\n"
      "  ostracon recover scan.h5 -o files\n"
      "  ostracon recover scan.h5 -o files --keep-partial --pictures pictures");
  verb->callback([job, &run] {
    run = [job] {
      job->code_report = job->report;
      if (job->report.empty()) {
        job->report = beside(job->folder, ".report.json").string();
        job->code_report = beside(job->folder, ".codes.jsonl").string();
      }
      return run_recovery(*job);
    };
  });
}

}  // namespace ostracon::cli
