// ostracon import: scans of any kind become one scan file of ours, to the last bit.
#include <fmt/core.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "host/cli/output.hpp"
#include "host/cli/progress.hpp"
#include "host/cli/scan_input.hpp"
#include "host/cli/text.hpp"
#include "host/cli/verbs.hpp"
#include "io/import_scan.hpp"

namespace ostracon::cli {
namespace {

struct ImportCommand {
  std::vector<std::string> inputs;
  std::string output;
  std::string compress = "none";
  bool round = false;
  bool force = false;
  io::ScanHints hints;
};

const std::map<std::string, io::ScanCompression>& compressions() {
  static const std::map<std::string, io::ScanCompression> known{
      {"none", io::ScanCompression::kNone},
      {"gzip", io::ScanCompression::kGzip},
      {"lz4", io::ScanCompression::kBitshuffleLz4}};
  return known;
}

/// The last part of a path as typed, without trailing slashes.
std::string name_of(const std::string& path) {
  std::filesystem::path whole = std::filesystem::path(path).lexically_normal();
  if (!whole.has_filename()) whole = whole.parent_path();
  return whole.filename().string();
}

Result<ExitStatus> run_import(const ImportCommand& command) {
  OSTRACON_TRY(check_new_file(command.output, command.force));
  std::vector<std::unique_ptr<io::ScanSource>> sources;
  std::vector<io::ImportedScan> scans;
  for (const std::string& input : command.inputs) {
    OSTRACON_TRY_ASSIGN(auto source, open_scan_input(input, command.hints));
    scans.push_back({name_of(input), source.get()});
    sources.push_back(std::move(source));
  }
  io::ImportOptions options;
  options.compression = compressions().at(command.compress);
  options.round = command.round;
  options.force = command.force;
  Progress progress("import", "px");
  options.progress = [&](std::int64_t done, std::int64_t total, std::uint64_t pixels) {
    progress.update(static_cast<std::uint64_t>(done), static_cast<std::uint64_t>(total), pixels);
  };
  OSTRACON_TRY_ASSIGN(const io::ImportReport report,
                      io::import_scans(scans, command.output, options));
  for (std::size_t i = 0; i < scans.size(); ++i) {
    fmt::print("{}: {}, {}\n", command.inputs[i], printable(sources[i]->layout()),
               plural(static_cast<std::uint64_t>(sources[i]->fields()), "field"));
    for (const io::ScanGroup& group : sources[i]->groups())
      if (group.stored_type != to_string(group.info.shape.type) && !group.stored_type.empty())
        fmt::print("  {}: {} became {}\n", printable(group.path), group.stored_type,
                   to_string(group.info.shape.type));
  }
  for (const std::string& left_out : report.left_out)
    spdlog::warn("left out of the metadata: {}", printable(left_out));
  fmt::print("written: {} ({} in {})\n", command.output,
             plural(static_cast<std::uint64_t>(report.fields), "field"),
             plural(static_cast<std::uint64_t>(report.groups), "group"));
  return ExitStatus::kVerified;
}

}  // namespace

void add_import(CLI::App& app, Run& run) {
  const auto command = std::make_shared<ImportCommand>();
  CLI::App* verb =
      app.add_subcommand("import", "Make one scan file of scans of any kind, without loss");
  verb->add_option("IN", command->inputs, "HDF5 files, TIFF, PNG or BMP pictures, folders of them")
      ->required();
  verb->add_option("-o,--output", command->output, "The scan file")->type_name("SCAN")->required();
  verb->add_option("--compress", command->compress,
                   "none; gzip: read by every program; lz4: bitshuffle and LZ4, fast")
      ->check(CLI::IsMember({"none", "gzip", "lz4"}))
      ->capture_default_str();
  verb->add_flag("--round", command->round,
                 "Round samples that float32 does not hold exactly, rather than refuse them");
  verb->add_flag("--force", command->force, "Replace the output if it stands");
  add_scan_hints(*verb, command->hints);
  verb->footer(
      "Samples keep their values. What the scans say besides is kept in the file, in\n"
      "/entry/original_metadata.\n"
      "Examples:\n"
      "  ostracon import session.emd -o scan.h5\n"
      "  ostracon import tiles/ more.tif -o scan.h5 --compress gzip\n"
      "  ostracon import other.h5 -o scan.h5 --dataset /raw/stack --axes y,x,frame");
  verb->callback([command, &run] { run = [command] { return run_import(*command); }; });
}

}  // namespace ostracon::cli
