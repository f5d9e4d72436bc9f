// The program: reads the command line, runs one verb, turns its outcome into an exit status.
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <tbb/global_control.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <string>

#include "host/cli/verbs.hpp"

namespace ostracon::cli {
namespace {

constexpr int kMostThreads = 1024;

struct Machine {
  int threads = 0;
  std::string log_level = "info";
};

void add_machine_options(CLI::App& verb, Machine& machine) {
  verb.add_option("--threads", machine.threads, "Threads to use (default: all the machine has)")
      ->check(CLI::Range(1, kMostThreads))
      ->group("Machine");
  verb.add_option("--log-level", machine.log_level, "How much to tell on standard error")
      ->check(CLI::IsMember({"debug", "info", "warning", "error", "off"}))
      ->capture_default_str()
      ->group("Machine");
}

void set_up_log(const std::string& level) {
  spdlog::set_default_logger(spdlog::stderr_color_mt("ostracon"));
  spdlog::set_pattern("%n: %^%l%$: %v");
  spdlog::set_level(spdlog::level::from_str(level));
}

ExitStatus finish(const Result<ExitStatus>& outcome) {
  if (outcome) return outcome.value();
  const Error& error = outcome.error();
  spdlog::error("{}", error.message);
  spdlog::debug("{} at {}:{}", to_string(error.code), error.file, error.line);
  return exit_status(error.code);
}

ExitStatus run_program(int argc, char** argv) {
  CLI::App app("Ostracon writes files onto data plates and reads them back from SEM image stacks.",
               "ostracon");
  app.set_version_flag("--version", "ostracon " OSTRACON_VERSION);
  app.require_subcommand(1);
  app.footer(
      "The way of a file, with a simulated microscope:\n"
      "  ostracon encode letters -o master.h5        pages of modules, ready to be written\n"
      "  ostracon simulate master.h5 -o scan.h5      what a microscope would see of them\n"
      "  ostracon recover scan.h5 -o files           the files again, each verified\n"
      "Every verb tells more with --help.\n"
      "Exit status: 0 all verified, 1 something lost, 2 wrong command line or existing output,\n"
      "3 bad input, 4 the machine failed (I/O, memory, device).");
  Run run;
  add_encode(app, run);
  add_simulate(app, run);
  add_recover(app, run);
  add_merge(app, run);
  add_verify(app, run);
  add_inspect(app, run);
  add_import(app, run);
  add_export(app, run);
  add_lattice(app, run);
  add_denoise(app, run);
  add_bench(app, run);
  add_devices(app, run);
  Machine machine;
  for (CLI::App* verb : app.get_subcommands({})) add_machine_options(*verb, machine);

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? ExitStatus::kVerified : ExitStatus::kUsage;
  }
  set_up_log(machine.log_level);
  std::optional<tbb::global_control> limit;
  if (machine.threads > 0)
    limit.emplace(tbb::global_control::max_allowed_parallelism,
                  static_cast<std::size_t>(machine.threads));
  return finish(run());
}

}  // namespace
}  // namespace ostracon::cli

int main(int argc, char** argv) {
  using ostracon::cli::ExitStatus;
  ExitStatus status = ExitStatus::kMachine;
  try {
    status = ostracon::cli::run_program(argc, argv);
  } catch (const std::bad_alloc&) {
    std::fputs("ostracon: error: out of memory\n", stderr);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "ostracon: error: %s\n", error.what());
  }
  if (status == ExitStatus::kMachine) {
    // HDF5 1.10 crashes in its exit handler when a file could not be flushed (a full disk).
    std::fflush(nullptr);
    std::_Exit(static_cast<int>(status));
  }
  return static_cast<int>(status);
}
