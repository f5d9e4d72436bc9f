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
      ->type_name("FOLDER");
  verb->add_flag("--all-plates", job->all_plates,
                 "Every plate that the scans show, each into a folder of its own in FOLDER");
  verb->add_option("--job", job->job_folder,
                   "Keep what is read in this folder, so that --resume can go on after anything")
      ->type_name("JOB");
  verb->add_flag("--resume", job->resume, "Go on with the job; begin it if there is none yet");
  verb->add_option("--shard", job->shard,
                   "Read the I-th of N equal shares of the fields into the job, write no files")
      ->type_name("I/N");
  verb->add_flag("--force", job->force, "Replace files, report and pictures that stand");
  verb->add_flag("--keep-partial", job->keep_partial,
                 "Write a file that is not whole as NAME.partial, holes filled with zeros");
  verb->footer(
      "Only a file that is whole and whose SHA-256 is right appears under its name.\n"
      "The report tells of every page and codeword; it is FOLDER.report.json unless --report says\n"
      "otherwise. That of a QR plate has a line of JSON for every code: FOLDER.codes.jsonl.\n"
      "Exit status: 0 everything verified, 1 something lost.\n"
      "A job can be ended at any moment, and goes on where it was with --resume and the same "
      "scans.\n"
      "Shares are put together by `ostracon merge`. Under mpirun all ranks work on one job.\n"
      "Examples:\n"
      "  ostracon recover scan.h5 -o files\n"
      "  ostracon recover scans 'more/*.h5' -o files --job job --resume\n"
      "  ostracon recover scans --job part2 --shard 2/8\n"
      "  ostracon recover scan.h5 -o files --keep-partial --pictures pictures\n"
      "Two scans of one plate, each too weak alone:\n"
      "  ostracon recover first.h5 -o some --keep-soft soft\n"
      "  ostracon recover second.h5 -o files --soft soft");
  verb->callback([job, &run] {
    run = [job]() -> Result<ExitStatus> {
      if (job->folder.empty() == job->shard.empty())
        return Error{ErrorCode::kInvalidArgument,
                     job->shard.empty() ? "recover needs -o FOLDER, to write the files into"
                                        : "a share makes no files: --shard goes without -o"};
      if (job->all_plates && !job->report.empty())
        return Error{ErrorCode::kInvalidArgument,
                     "with --all-plates every plate has a report of its own in FOLDER"};
      job->code_report = job->report;
      if (job->report.empty() && !job->all_plates && job->shard.empty()) {
        job->report = beside(job->folder, ".report.json").string();
        job->code_report = beside(job->folder, ".codes.jsonl").string();
      }
      return run_recovery(*job);
    };
  });
}

}  // namespace ostracon::cli
