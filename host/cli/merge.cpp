// ostracon merge: jobs that each have read their share become the files.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "host/cli/emit_recorded.hpp"
#include "host/cli/output.hpp"
#include "host/cli/recovery_job.hpp"
#include "host/cli/text.hpp"
#include "host/cli/verbs.hpp"
#include "io/job_shares.hpp"

namespace ostracon::cli {
namespace {

Result<ExitStatus> merge(const RecoveryJob& job,
                         const std::vector<std::filesystem::path>& folders) {
  OSTRACON_TRY_ASSIGN(const auto shares, io::JobShares::open(folders));
  const auto& first = shares.jobs().front();
  OSTRACON_TRY_ASSIGN(const OutputState outputs, check_job_outputs(job, first.path()));
  if (const std::string missing = shares.missing(); !missing.empty())
    return Error{
        ErrorCode::kNotFound,
        fmt::format("{} of {}: no job has read {}; finish it with --resume, or name the "
                    "jobs that are missing",
                    plural(folders.size(), "job"),
                    plural(static_cast<std::uint64_t>(first.description().fields), "field"),
                    missing)};
  if (outputs.complete) {
    fmt::print("files:    {}, written before\n", job.folder);
    return *outputs.complete;
  }
  return emit_recorded(job, shares, first.path(), {});
}

}  // namespace

void add_merge(CLI::App& app, Run& run) {
  const auto job = std::make_shared<RecoveryJob>();
  const auto folders = std::make_shared<std::vector<std::filesystem::path>>();
  CLI::App* verb = app.add_subcommand("merge", "Make files of what several jobs have read");
  verb->add_option("JOB", *folders,
                   "Job folders of `recover --job --shard`, all shares of one scan")
      ->required();
  verb->add_option("-o,--output", job->folder, "The folder to write the files into")
      ->type_name("FOLDER")
      ->required();
  verb->add_option("--plate", job->plate, "Which plate, where the scans show several")
      ->type_name("UUID");
  verb->add_flag("--all-plates", job->all_plates,
                 "Every plate, into a folder of its own in FOLDER");
  verb->add_option("--report", job->report, "Write the report here")->type_name("REPORT.json");
  verb->add_flag("--force", job->force, "Replace files and report that stand");
  verb->add_flag("--keep-partial", job->keep_partial,
                 "Write a file that is not whole as NAME.partial, holes filled with zeros");
  verb->footer(
      "The scans are not needed any more. Every field must have been read by one of the jobs.\n"
      "Exit status: 0 everything verified, 1 something lost.\n"
      "Example:\n"
      "  ostracon recover scans --job part1 --shard 1/2      (on one machine)\n"
      "  ostracon recover scans --job part2 --shard 2/2      (on another)\n"
      "  ostracon merge part1 part2 -o files");
  verb->callback([job, folders, &run] {
    run = [job, folders] {
      if (job->report.empty() && !job->all_plates)
        job->report = beside(job->folder, ".report.json").string();
      return merge(*job, *folders);
    };
  });
}

}  // namespace ostracon::cli
