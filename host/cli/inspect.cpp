// ostracon inspect: what a master or a scan holds, without decoding anything; and the QR codes of a
// picture, read.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>

#include "host/cli/code_listing.hpp"
#include "host/cli/hdf5_input.hpp"
#include "host/cli/scan_input.hpp"
#include "host/cli/text.hpp"
#include "host/cli/verbs.hpp"
#include "io/image_file.hpp"
#include "io/inspection_text.hpp"

namespace ostracon::cli {
namespace {

struct InspectOptions {
  std::string file;
  bool json = false;
  bool read_codes = false;
  CodeOptions codes;
  io::ScanHints hints;
};

void print_pages(const io::MasterDescription& description) {
  const format::PageHeader& header = description.header;
  fmt::print("master of plate {}\n", to_string(header.plate));
  fmt::print("pages:   {} of {} x {} modules, {} of data, {} of parity in {}\n", header.page_count,
             header.rows, header.cols, header.data_pages(), header.parity_pages(),
             plural(header.groups, "group"));
  fmt::print("code:    rate {}, {} a page in {} x {} zones; outer code {} + {}\n",
             format::to_string(header.rate), plural(header.codewords, "codeword"), header.zone_rows,
             header.zone_cols, header.outer_k, header.outer_m);
  fmt::print("plate:   pitch {} nm, {} modules between pages\n", header.pitch_pm / 1000.0,
             description.parameters.gap_modules);
}

void print_codes(const format::qr::PlatePlan& plan) {
  const format::qr::PlateParameters& parameters = plan.parameters();
  const format::GroupPlan& groups = plan.groups();
  fmt::print("master of QR plate {}\n", to_string(plan.description().plate));
  fmt::print("codes:   {} of version {}-{}, {} of data, {} of parity in {}, {}\n",
             groups.page_count() + plan.descriptions(), parameters.version,
             format::qr::letter_of(parameters.level), groups.data_pages,
             groups.page_count() - groups.data_pages, plural(groups.groups, "group"),
             plural(plan.descriptions(), "description"));
  fmt::print("fields:  {} of {} x {} codes, {} modules between, {} around; {} x {} modules\n",
             plan.fields(), parameters.field.code_rows, parameters.field.code_columns,
             parameters.field.gap_modules, parameters.field.quiet_modules, plan.field_rows(),
             plan.field_columns());
  fmt::print("plate:   pitch {} nm, {} of payload in a code; outer code {} + {}\n",
             parameters.pitch_pm / 1000.0, human_bytes(plan.payload_bytes()),
             groups.data_in_group(0), groups.parity_per_group);
}

void print_master(const io::MasterReader& master) {
  const io::MasterDescription& description = master.description();
  if (description.qr) {
    print_codes(*description.qr);
  } else {
    print_pages(description);
  }
  const std::uint64_t bytes =
      description.qr ? description.qr->description().stream_bytes : description.header.stream_bytes;
  fmt::print("stream:  {}, SHA-256 {}\n", human_bytes(bytes),
             io::to_hex(description.stream_sha256));
  for (const auto& entry : description.entries)
    fmt::print("  {:<9} {:>9}  {}\n", io::to_string(entry.type),
               entry.type == io::EntryType::kFile ? human_bytes(entry.size) : "",
               printable(entry.path));
}

void print_scan(const io::ScanSource& scan) {
  fmt::print("scan of {}\n", plural(static_cast<std::uint64_t>(scan.fields()), "field"));
  fmt::print("layout: {}\n", printable(scan.layout()));
  for (const io::ScanGroup& group : scan.groups()) {
    const io::ScanInfo& info = group.info;
    fmt::print("{}: {} of {}, {} x {} pixels, {}, {} each\n", printable(group.path),
               plural(static_cast<std::uint64_t>(group.fields), "field"),
               plural(static_cast<std::uint64_t>(info.shape.frames), "frame"), info.shape.rows,
               info.shape.cols, to_string(info.shape.type), human_bytes(info.shape.bytes()));
    if (group.axes != "field, frame, y, x" && !group.axes.empty())
      fmt::print("  axes:         {}\n", group.axes);
    if (group.stored_type != to_string(info.shape.type) && !group.stored_type.empty())
      fmt::print("  stored as:    {}, read as {}\n", group.stored_type, to_string(info.shape.type));
    if (!info.detector.empty()) fmt::print("  detector:     {}\n", printable(info.detector));
    const auto print_value = [](const char* name, const std::optional<double>& value, double scale,
                                const char* unit) {
      if (value) fmt::print("  {:<13} {:.6g} {}\n", name, *value * scale, unit);
    };
    print_value("pixel size:", info.pixel_size_m, 1e9, "nm");
    print_value("dwell time:", info.dwell_time_s, 1e6, "us");
    print_value("beam energy:", info.beam_energy_v, 1e-3, "kV");
    print_value("beam current:", info.beam_current_a, 1e12, "pA");
    print_value("stage x:", info.stage_m[0], 1e3, "mm");
    print_value("stage y:", info.stage_m[1], 1e3, "mm");
    print_value("stage z:", info.stage_m[2], 1e3, "mm");
    print_value("ADC offset:", info.adc_offset, 1, "DN");
    print_value("ADC gain:", info.dn_per_electron, 1, "DN/electron");
  }
  for (const std::string& warning : scan.warnings())
    fmt::print("warning: {}\n", printable(warning));
}

/// A picture that is read for its codes: one alone, of which no microscope says anything.
Result<bool> is_plain_picture(const InspectOptions& options) {
  if (std::filesystem::is_directory(options.file)) return false;
  OSTRACON_TRY_ASSIGN(const auto format, io::image_format(options.file));
  if (format == io::ImageFormat::kOther) return false;
  if (options.read_codes || options.codes.any() || format != io::ImageFormat::kTiff) return true;
  const auto scan = io::open_scan(options.file, options.hints);
  if (!scan) return true;
  const auto& groups = scan.value()->groups();
  return scan.value()->layout() == "TIFF" && scan.value()->fields() == 1 &&
         groups.front().info.shape.frames == 1;
}

Result<ExitStatus> inspect(const InspectOptions& options) {
  OSTRACON_TRY_ASSIGN(const bool plain, is_plain_picture(options));
  if (plain) return list_codes(options.file, options.codes, options.json);
  OSTRACON_TRY_ASSIGN(const auto input, open_hdf5(options.file, options.hints));
  if (options.read_codes || options.codes.any())
    return Error{ErrorCode::kInvalidArgument,
                 options.file + " is no picture: options of QR codes are of no meaning"};
  if (options.json)
    fmt::print("{}\n", input.master ? io::inspection_text(*input.master)
                                    : io::inspection_text(*input.scan));
  else if (input.master)
    print_master(*input.master);
  else
    print_scan(*input.scan);
  return ExitStatus::kVerified;
}

}  // namespace

void add_inspect(CLI::App& app, Run& run) {
  const auto options = std::make_shared<InspectOptions>();
  CLI::App* verb = app.add_subcommand(
      "inspect", "Tell what a master or a scan holds, or read the QR codes of a picture");
  verb->add_option("FILE", options->file, "A master, a scan, or a PNG, JPEG or TIFF picture")
      ->required();
  verb->add_flag("--json", options->json, "Tell it as JSON; of QR codes a line each");
  verb->add_flag("--codes", options->read_codes,
                 "Read the QR codes of a picture that a microscope says something of, too");
  add_code_options(*verb, options->codes);
  add_scan_hints(*verb, options->hints);
  verb->footer(
      "Examples:\n"
      "  ostracon inspect master.h5\n"
      "  ostracon inspect scan.h5 --json\n"
      "  ostracon inspect codes.tif --overlay codes.png");
  verb->callback([options, &run] { run = [options] { return inspect(*options); }; });
}

}  // namespace ostracon::cli
