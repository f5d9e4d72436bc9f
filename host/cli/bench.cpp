// ostracon bench: how fast this machine reads plates back.
#include <fmt/core.h>
#include <tbb/global_control.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>

#include "host/cli/backend_choice.hpp"
#include "host/cli/output.hpp"
#include "host/cli/text.hpp"
#include "host/cli/verbs.hpp"
#include "host/rate/rate_json.hpp"
#include "host/rate/read_back.hpp"
#include "io/atomic_file.hpp"

namespace ostracon::cli {
namespace {

struct BenchOptions {
  BackendChoice backend;
  std::string page = "1280x1280";
  std::int64_t fields = 0;
  double seconds = 4;
  std::string folder;
  std::string json;
  bool force = false;
};

Result<rate::RateOptions> rate_options(const BenchOptions& options) {
  rate::RateOptions rate;
  OSTRACON_TRY_ASSIGN(const Size page, parse_size(options.page, "--page"));
  rate.rows = page.rows;
  rate.cols = page.cols;
  rate.fields = options.fields;
  rate.least_seconds = options.seconds;
  if (!options.folder.empty()) {
    rate.folder = options.folder;
    return rate;
  }
  std::error_code failed;
  const auto temporary = std::filesystem::temp_directory_path(failed);
  if (!failed) rate.folder = temporary;
  return rate;
}

void print_field(const rate::RateReport& report, const rate::Machine& machine) {
  fmt::print("machine: {}, {}, backend {}\n", machine.processor,
             plural(static_cast<std::uint64_t>(machine.threads), "thread"), machine.backend);
  fmt::print("field:   {} frames of {} x {} pixels, {}; page of {} x {} modules, {}, {}\n",
             report.shape.frames, report.shape.rows, report.shape.cols,
             to_string(report.shape.type), report.rows, report.cols,
             plural(static_cast<std::uint64_t>(report.codewords), "codeword"),
             human_bytes(report.payload_bytes));
  fmt::print("every reading gave back what is written on the page\n\n");
}

void print_rates(const rate::RateReport& report) {
  const auto& memory = report.resident;
  const auto& file = report.from_file;
  const auto row = [&](const char* name, double of_memory, double of_file, const char* unit) {
    fmt::print("{:<22} {:>12.4g} {:>12.4g}  {}\n", name, of_memory, of_file, unit);
  };
  fmt::print("{:<22} {:>12} {:>12}\n", "", "from memory", "from HDF5");
  row("fields read", static_cast<double>(memory.fields), static_cast<double>(file.fields), "");
  row("time", memory.seconds, file.seconds, "s");
  row("pixels", report.pixels_per_s(memory) / 1e6, report.pixels_per_s(file) / 1e6, "Mpx/s");
  row("raw frames", report.bytes_per_s(memory) / 1e9, report.bytes_per_s(file) / 1e9, "GB/s");
  row("modules", report.modules_per_s(memory) / 1e6, report.modules_per_s(file) / 1e6,
      "Mmodules/s");
  row("codewords", report.codewords_per_s(memory), report.codewords_per_s(file), "1/s");
  row("files", report.user_bytes_per_s(memory) / 1e6, report.user_bytes_per_s(file) / 1e6, "MB/s");
  row("plain transfer", report.copy_bytes_per_s / 1e9, report.file_bytes_per_s / 1e9,
      report.over_a_link ? "GB/s (copy to the device; parallel read of the file)"
                         : "GB/s (copy in memory; parallel read of the file)");
  row("share of it", 100 * report.bytes_per_s(memory) / report.copy_bytes_per_s,
      100 * report.bytes_per_s(file) / report.file_bytes_per_s, "%");
}

void print_stages(const rate::RateReport& report) {
  fmt::print("\n{:<22} {:>12} {:>12}  of one lane\n", "ms a field", "from memory", "from HDF5");
  for (std::size_t k = 0; k < kStages; ++k) {
    const double memory = report.resident.times.seconds[k];
    const double file = report.from_file.times.seconds[k];
    if (memory + file <= 0) continue;
    fmt::print("{:<22} {:>12.3f} {:>12.3f}\n", to_string(static_cast<Stage>(k)),
               1e3 * memory / static_cast<double>(report.resident.fields),
               1e3 * file / static_cast<double>(report.from_file.fields));
  }
}

void print_plate(const rate::RateReport& report) {
  fmt::print("\na plate of 2 TB of files: {:.4g} hours from memory, {:.4g} hours from HDF5\n",
             report.hours(report.resident, rate::kPlateBytes),
             report.hours(report.from_file, rate::kPlateBytes));
  fmt::print(
      "(one reader that is never kept waiting; pages like this one of {} of payload, and {:g} %\n"
      "parity pages that are read as well)\n",
      human_bytes(report.payload_bytes), 100 * report.parity);
}

Result<ExitStatus> bench(const BenchOptions& options) {
  if (!options.json.empty()) OSTRACON_TRY(check_new_file(options.json, options.force));
  OSTRACON_TRY_ASSIGN(const rate::RateOptions what, rate_options(options));
  OSTRACON_TRY_ASSIGN(const ChosenBackend backend, choose_backend(options.backend));
  OSTRACON_TRY_ASSIGN(const rate::RateReport report, rate::measure_rate(backend.make_lane, what));
  rate::Machine machine{std::string(to_string(backend.kind)), rate::processor_name(), 0,
                        OSTRACON_VERSION};
  machine.threads = static_cast<int>(
      tbb::global_control::active_value(tbb::global_control::max_allowed_parallelism));
  print_field(report, machine);
  print_rates(report);
  print_stages(report);
  print_plate(report);
  if (!options.json.empty()) {
    OSTRACON_TRY(
        io::write_whole_file(options.json, rate::rate_json(report, machine), options.force));
    fmt::print("written: {}\n", options.json);
  }
  return ExitStatus::kVerified;
}

}  // namespace

void add_bench(CLI::App& app, Run& run) {
  const auto options = std::make_shared<BenchOptions>();
  CLI::App* verb = app.add_subcommand("bench", "Measure how fast this machine reads plates back");
  add_backend_options(*verb, options->backend);
  verb->add_option("--page", options->page, "Modules of a page")
      ->type_name("ROWSxCOLUMNS")
      ->capture_default_str();
  verb->add_option("--fields", options->fields,
                   "Fields in every measurement (default: as many as take --seconds)")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{100000}));
  verb->add_option("--seconds", options->seconds, "How long a measurement lasts at least")
      ->check(CLI::Range(0.01, 3600.0))
      ->capture_default_str();
  verb->add_option("--folder", options->folder,
                   "Write the scan file here, about 1 GB (default: the system's temporary folder)")
      ->type_name("FOLDER");
  verb->add_option("--json", options->json, "Write all figures here")->type_name("RATE.json");
  verb->add_flag("--force", options->force, "Replace RATE.json if it stands");
  verb->footer(
      "A standard field is simulated (profile typical), read, and compared with what is on it;\n"
      "then it is read over and over, from memory and from an uncompressed scan file that lies in\n"
      "the page cache. Beside it stands what the machine copies and reads without any decoding.\n"
      "Examples:\n"
      "  ostracon bench\n"
      "  ostracon bench --backend cpu --threads 1 --json rate.json\n"
      "  ostracon bench --page 512x512 --fields 8");
  verb->callback([options, &run] { run = [options] { return bench(*options); }; });
}

}  // namespace ostracon::cli
