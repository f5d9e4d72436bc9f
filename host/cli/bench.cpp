// ostracon bench: how fast this machine reads plates back.
#include <fmt/core.h>
#include <tbb/global_control.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

/// One measurement, and the plain transfer that it is compared with, if any.
struct Column {
  const char* name;
  const rate::ReadBack* run;
  std::optional<double> plain_bytes_per_s;
};

std::vector<Column> columns_of(const rate::RateReport& report) {
  const Column file{"from HDF5", &report.from_file, report.file_bytes_per_s};
  if (!report.from_pinned)
    return {{"from memory", &report.resident, report.copy_bytes_per_s}, file};
  return {{"on the device", &report.resident, {}},
          {"from pinned", &*report.from_pinned, report.copy_bytes_per_s},
          file};
}

/// `value(column)`: nothing where there is none.
template <class Value>
void print_row(const std::vector<Column>& columns, std::string_view name, const Value& value,
               const char* unit) {
  fmt::print("{:<22}", name);
  for (const Column& column : columns) {
    const std::optional<double> figure = value(column);
    fmt::print(" {:>14}", figure ? fmt::format("{:.4g}", *figure) : "-");
  }
  fmt::print("  {}\n", unit);
}

void print_names(const std::vector<Column>& columns, const char* title, const char* end) {
  fmt::print("{:<22}", title);
  for (const Column& column : columns) fmt::print(" {:>14}", column.name);
  fmt::print("{}\n", end);
}

void print_rates(const rate::RateReport& report, const std::vector<Column>& columns) {
  using Optional = std::optional<double>;
  const auto row = [&](const char* name,
                       double (rate::RateReport::*figure)(const rate::ReadBack&) const,
                       double scale, const char* unit) {
    const auto value = [&](const Column& c) { return Optional((report.*figure)(*c.run) / scale); };
    print_row(columns, name, value, unit);
  };
  print_names(columns, "", "");
  const auto fields = [](const Column& c) { return Optional(static_cast<double>(c.run->fields)); };
  print_row(columns, "fields read", fields, "");
  print_row(
      columns, "time", [](const Column& c) { return Optional(c.run->seconds); }, "s");
  const auto started = [](const Column& c) { return Optional(c.run->start_seconds); };
  print_row(columns, "start, not in it", started, "s");
  row("pixels", &rate::RateReport::pixels_per_s, 1e6, "Mpx/s");
  row("raw frames", &rate::RateReport::bytes_per_s, 1e9, "GB/s");
  row("modules", &rate::RateReport::modules_per_s, 1e6, "Mmodules/s");
  row("codewords", &rate::RateReport::codewords_per_s, 1, "1/s");
  row("files", &rate::RateReport::user_bytes_per_s, 1e6, "MB/s");
  const auto plain = [](const Column& c) {
    return c.plain_bytes_per_s ? Optional(*c.plain_bytes_per_s / 1e9) : Optional();
  };
  print_row(columns, "plain transfer", plain,
            report.over_a_link ? "GB/s (copy to the device; parallel read of the file)"
                               : "GB/s (copy in memory; parallel read of the file)");
  const auto share = [&](const Column& c) {
    return c.plain_bytes_per_s ? Optional(100 * report.bytes_per_s(*c.run) / *c.plain_bytes_per_s)
                               : Optional();
  };
  print_row(columns, "share of it", share, "%");
}

void print_stages(const std::vector<Column>& columns) {
  fmt::print("\n");
  print_names(columns, "ms a field", "  of one lane");
  for (std::size_t k = 0; k < kStages; ++k) {
    const auto value = [&](const Column& c) -> std::optional<double> {
      if (c.run->times.seconds[k] <= 0) return {};
      return 1e3 * c.run->times.seconds[k] / static_cast<double>(c.run->fields);
    };
    if (std::none_of(columns.begin(), columns.end(), value)) continue;
    print_row(columns, to_string(static_cast<Stage>(k)), value, "");
  }
}

void print_plate(const rate::RateReport& report, const std::vector<Column>& columns) {
  fmt::print("\na plate of 2 TB of files:");
  for (const Column& column : columns)
    fmt::print("{} {:.4g} hours {}", &column == columns.data() ? "" : ",",
               report.hours(*column.run, rate::kPlateBytes), column.name);
  fmt::print(
      "\n(one reader that is never kept waiting; pages like this one of {} of payload, and {:g} %\n"
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
  const std::vector<Column> columns = columns_of(report);
  print_field(report, machine);
  print_rates(report, columns);
  print_stages(columns);
  print_plate(report, columns);
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
      "then it is read over and over: where it lies in memory (on a GPU: in the GPU's, and "
      "uploaded\n"
      "from pinned memory), and from an uncompressed scan file in the page cache. Beside it "
      "stands\n"
      "what the machine copies and reads without any decoding.\n"
      "Examples:\n"
      "  ostracon bench\n"
      "  ostracon bench --backend cpu --threads 1 --json rate.json\n"
      "  ostracon bench --page 512x512 --fields 8");
  verb->callback([options, &run] { run = [options] { return bench(*options); }; });
}

}  // namespace ostracon::cli
