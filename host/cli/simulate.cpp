// ostracon simulate: what a scanning electron microscope would see of a plate.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "datasets/profile.hpp"
#include "datasets/simulator.hpp"
#include "host/cli/output.hpp"
#include "host/cli/progress.hpp"
#include "host/cli/text.hpp"
#include "host/cli/verbs.hpp"
#include "io/master_file.hpp"
#include "io/profile_file.hpp"
#include "io/scan_file.hpp"

namespace ostracon::cli {
namespace {

struct SimulateOptions {
  std::string master;
  std::string output;
  std::string profile = "typical";
  std::uint64_t seed = 1;
  std::string field;
  std::string drop_fields;
  std::vector<std::pair<std::string, double>> parameters;  ///< those given, by name
  bool force = false;
};

Result<sem::Profile> chosen_profile(const SimulateOptions& options) {
  OSTRACON_TRY_ASSIGN(sem::Profile profile, io::load_profile(options.profile));
  for (const auto& [name, value] : options.parameters)
    OSTRACON_TRY(sem::set_parameter(profile, name, value));
  if (!options.field.empty()) {
    OSTRACON_TRY_ASSIGN(const Size field, parse_size(options.field, "--field"));
    OSTRACON_TRY(sem::set_parameter(profile, "field-rows", field.rows));
    OSTRACON_TRY(sem::set_parameter(profile, "field-cols", field.cols));
  }
  return profile;
}

/// The fields to take: one per page, less those dropped.
Result<std::vector<std::int64_t>> chosen_fields(const SimulateOptions& options,
                                                std::int64_t fields) {
  std::vector<std::int64_t> dropped;
  if (!options.drop_fields.empty()) {
    OSTRACON_TRY_ASSIGN(dropped, parse_list(options.drop_fields, "--drop-fields"));
    if (dropped.back() >= fields)
      return Error{ErrorCode::kInvalidArgument,
                   fmt::format("--drop-fields {}: there is no field {}; the last one is {}",
                               options.drop_fields, dropped.back(), fields - 1)};
  }
  std::vector<std::int64_t> kept;
  for (std::int64_t field = 0; field < fields; ++field)
    if (!std::binary_search(dropped.begin(), dropped.end(), field)) kept.push_back(field);
  if (kept.empty())
    return Error{ErrorCode::kInvalidArgument, "--drop-fields leaves no field to take"};
  return kept;
}

io::ScanInfo scan_info(const sem::Simulator& simulator) {
  const sem::Scan& manner = simulator.profile().scan;
  io::ScanInfo info;
  info.shape = simulator.shape();
  info.detector = "simulated";
  info.pixel_size_m = simulator.pixel_size_nm() * 1e-9;
  info.dwell_time_s = manner.dwell_us * 1e-6;
  info.beam_energy_v = manner.beam_energy_v;
  info.adc_offset = simulator.offset_dn();
  info.dn_per_electron = simulator.dn_per_electron();
  return info;
}

/// Centre of a page on the plate, m, (row, col).
std::array<double, 2> centre_of(const io::MasterReader& master, std::uint32_t page) {
  const auto corner = master.position(page);
  const double module_m = master.pitch_nm() * 1e-9;
  return {(static_cast<double>(corner.row) + 0.5 * (master.page_rows() - 1)) * module_m,
          (static_cast<double>(corner.col) + 0.5 * (master.page_cols() - 1)) * module_m};
}

Result<ExitStatus> simulate(const SimulateOptions& options) {
  OSTRACON_TRY(check_new_file(options.output, options.force));
  OSTRACON_TRY_ASSIGN(const sem::Profile profile, chosen_profile(options));
  OSTRACON_TRY_ASSIGN(auto master, io::MasterReader::open(options.master));
  OSTRACON_TRY_ASSIGN(auto simulator, sem::Simulator::create(profile, master, options.seed));
  OSTRACON_TRY_ASSIGN(const auto fields, chosen_fields(options, simulator.fields()));

  const FieldShape shape = simulator.shape();
  OSTRACON_TRY_ASSIGN(auto scan, io::ScanWriter::create(options.output, options.force));
  OSTRACON_TRY_ASSIGN(const std::int32_t group, scan.add_scan(scan_info(simulator)));
  const std::uint64_t pixels = shape.pixels_per_frame() * static_cast<std::uint64_t>(shape.frames);
  {
    std::vector<std::byte> frames(shape.bytes());
    Progress progress("simulate", "px");
    std::uint64_t done = 0;
    for (const std::int64_t field : fields) {
      sem::FieldTruth truth;
      OSTRACON_TRY(simulator.render(field, frames, &truth));
      OSTRACON_TRY(
          scan.append(group, frames, centre_of(master, static_cast<std::uint32_t>(field)), &truth));
      ++done;
      progress.update(done, fields.size(), done * pixels);
    }
  }
  OSTRACON_TRY(scan.close());
  fmt::print("{} of {} frames, {} x {} {} pixels each ({:.1f} Mpx)\n",
             plural(fields.size(), "field"), shape.frames, shape.rows, shape.cols,
             to_string(shape.type), static_cast<double>(pixels * fields.size()) / 1e6);
  fmt::print("written: {}\n", options.output);
  return ExitStatus::kVerified;
}

std::string profile_names() {
  std::string names;
  for (const auto name : sem::builtin_profile_names())
    names += (names.empty() ? "" : ", ") + std::string(name);
  return names;
}

/// One option per parameter of a profile; the simulator checks the values.
void add_parameters(CLI::App& verb, const std::shared_ptr<SimulateOptions>& options) {
  for (const sem::ParameterInfo& info : sem::parameters()) {
    const std::string name(info.name);
    const std::string help(info.help);
    CLI::Option* option = nullptr;
    if (info.unit == "switch") {
      option = verb.add_flag_function(
          "--" + name + ",!--no-" + name,
          [options, name](std::int64_t count) {
            options->parameters.emplace_back(name, count > 0 ? 1.0 : 0.0);
          },
          help);
    } else {
      option = verb.add_option_function<double>(
          "--" + name,
          [options, name](double value) { options->parameters.emplace_back(name, value); }, help);
      option->type_name(info.unit.empty() ? "NUMBER" : std::string(info.unit));
    }
    option->group("Parameters (each replaces that of the profile)");
  }
}

}  // namespace

void add_simulate(CLI::App& app, Run& run) {
  const auto options = std::make_shared<SimulateOptions>();
  CLI::App* verb = app.add_subcommand("simulate", "Simulate the scan of a plate by a microscope");
  verb->add_option("MASTER", options->master, "The master that encode wrote")->required();
  verb->add_option("-o,--output", options->output, "The scan to write (HDF5, NeXus)")
      ->type_name("SCAN.h5")
      ->required();
  verb->add_option(
          "--profile", options->profile,
          "The microscope and the plate's condition: " + profile_names() + ", or a JSON file")
      ->capture_default_str();
  verb->add_option("--seed", options->seed, "The same seed, the same scan")->capture_default_str();
  verb->add_option("--field", options->field, "Pixels of a frame (default: what a page needs)")
      ->type_name("ROWSxCOLUMNS");
  verb->add_option("--drop-fields", options->drop_fields, "Leave these fields out")
      ->type_name("3,8,11-13");
  verb->add_flag("--force", options->force, "Replace the scan if it stands");
  add_parameters(*verb, options);
  verb->footer(
      "Examples:\n"
      "  ostracon simulate master.h5 -o scan.h5\n"
      "  ostracon simulate master.h5 -o scan.h5 --profile worst --seed 7\n"
      "  ostracon simulate master.h5 -o scan.h5 --dose 90 --frames 4 --drop-fields 0");
  verb->callback([options, &run] { run = [options] { return simulate(*options); }; });
}

}  // namespace ostracon::cli
