// ostracon denoise: one picture of a field with less noise, for a person to look at.
#include "host/view/denoise.hpp"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "host/cli/output.hpp"
#include "host/cli/scan_input.hpp"
#include "host/cli/text.hpp"
#include "host/cli/verbs.hpp"
#include "io/atomic_file.hpp"
#include "io/pictures.hpp"
#include "io/png.hpp"
#include "io/scan_file.hpp"

namespace ostracon::cli {
namespace {

using view::DenoiseMethod;

struct DenoiseCommand {
  std::string scan;
  std::string output;
  std::int64_t field = 0;
  std::string method = "mean";
  std::string with = "opencv";
  view::DenoiseOptions options;
  io::ScanHints hints;
  bool force = false;
  /// An option of the command line that is for some methods alone.
  struct Special {
    const CLI::Option* option;
    std::vector<std::string> methods;
  };
  std::vector<Special> special;
};

const std::map<std::string, DenoiseMethod>& methods() {
  static const std::map<std::string, DenoiseMethod> known{{"gaussian", DenoiseMethod::kGaussian},
                                                          {"median", DenoiseMethod::kMedian},
                                                          {"nlm", DenoiseMethod::kNonLocalMeans},
                                                          {"mean", DenoiseMethod::kMean}};
  return known;
}

/// What the method chosen does not have would be ignored: refused instead.
Result<> check_given(const DenoiseCommand& command) {
  for (const auto& [option, fitting] : command.special) {
    if (option->count() == 0 ||
        std::find(fitting.begin(), fitting.end(), command.method) != fitting.end())
      continue;
    return Error{ErrorCode::kInvalidArgument, fmt::format("{}: not an option of the method {}",
                                                          option->get_name(), command.method)};
  }
  return Ok{};
}

/// True: a scan file is wanted; false: a picture.
Result<bool> wants_scan(const std::string& output) {
  const std::string suffix = std::filesystem::path(output).extension().string();
  if (suffix == ".png") return false;
  if (suffix == ".h5" || suffix == ".hdf5" || suffix == ".nxs") return true;
  return Error{ErrorCode::kInvalidArgument,
               fmt::format("{}: the name must end in .png (a picture) or .h5 (counts)", output)};
}

/// The scan's group that holds `field`.
const io::ScanGroup& group_of(const io::ScanSource& scan, std::int64_t field) {
  std::size_t at = 0;
  while (field >= scan.groups()[at].first_field + scan.groups()[at].fields) ++at;
  return scan.groups()[at];
}

view::StatedCounts stated_counts(const io::ScanInfo& info) {
  view::StatedCounts counts;
  if (info.adc_offset && std::isfinite(*info.adc_offset))
    counts.offset = static_cast<float>(*info.adc_offset);
  if (info.dn_per_electron && std::isfinite(*info.dn_per_electron))
    counts.dn_per_electron = static_cast<float>(*info.dn_per_electron);
  return counts;
}

Result<> write_png(const DenoiseCommand& command, const FieldShape& shape,
                   const std::vector<float>& picture) {
  const auto grey = io::stretch_to_grey(picture);
  OSTRACON_TRY_ASSIGN(const auto png, io::encode_png_grey(grey, shape.rows, shape.cols));
  return io::write_whole_file(command.output, png, command.force);
}

/// One field of one float32 frame; all else as in the scan it is of.
Result<> write_scan(const DenoiseCommand& command, const io::ScanGroup& group,
                    const std::vector<float>& picture) {
  io::ScanInfo info = group.info;
  info.shape.frames = 1;
  info.shape.type = PixelType::kF32;
  std::array<double, 2> position{};
  if (!group.positions_m.empty())
    position = group.positions_m[static_cast<std::size_t>(command.field - group.first_field)];
  OSTRACON_TRY_ASSIGN(auto scan, io::ScanWriter::create(command.output, command.force));
  OSTRACON_TRY_ASSIGN(const std::int32_t index, scan.add_scan(info));
  OSTRACON_TRY(scan.append(index, std::as_bytes(std::span(picture)), position, nullptr));
  return scan.close();
}

Result<ExitStatus> run_denoise(const DenoiseCommand& command) {
  OSTRACON_TRY(check_given(command));
  OSTRACON_TRY_ASSIGN(const bool as_scan, wants_scan(command.output));
  OSTRACON_TRY(check_new_file(command.output, command.force));
  OSTRACON_TRY_ASSIGN(const auto scan, open_scan_input(command.scan, command.hints));
  if (command.field >= scan->fields())
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("--field {}: there is no field {}; the last one is {}", command.field,
                             command.field, scan->fields() - 1)};
  const io::ScanGroup& group = group_of(*scan, command.field);
  const FieldShape shape = scan->shape(command.field);
  std::vector<std::byte> bytes(shape.bytes());
  OSTRACON_TRY(scan->read(command.field, bytes));

  view::DenoiseOptions options = command.options;
  options.method = methods().at(command.method);
  if (command.with == "opencv-cuda") options.filters = view::FilterLibrary::kOpenCvCuda;
  OSTRACON_TRY_ASSIGN(const auto backend, make_backend(BackendKind::kCpu));
  OSTRACON_TRY_ASSIGN(const auto picture,
                      view::denoise(*backend, {bytes, shape, stated_counts(group.info)}, options));
  OSTRACON_TRY(as_scan ? write_scan(command, group, picture) : write_png(command, shape, picture));
  fmt::print("{} of {} ({}, {} x {} pixels) by {}\n",
             command.method == "mean" ? plural(static_cast<std::uint64_t>(shape.frames), "frame")
                                      : fmt::format("frame {}", options.frame),
             scan->describe(command.field), to_string(shape.type), shape.rows, shape.cols,
             command.method);
  fmt::print("written: {}\n", command.output);
  return ExitStatus::kVerified;
}

void add_method_options(CLI::App& verb, DenoiseCommand& command) {
  const auto special = [&](CLI::Option* option, std::vector<std::string> fitting) {
    command.special.push_back({option->capture_default_str(), std::move(fitting)});
  };
  view::DenoiseOptions& options = command.options;
  special(verb.add_option("--frame", options.frame, "Which frame, for all methods but mean")
              ->check(CLI::NonNegativeNumber),
          {"gaussian", "median", "nlm"});
  special(verb.add_option("--sigma", options.sigma_px, "Of the Gaussian, in pixels")
              ->check(CLI::Range(0.1, 100.0)),
          {"gaussian"});
  special(verb.add_option("--size", options.size_px, "Side of the median's window: 3 or 5 pixels")
              ->check(CLI::IsMember({3, 5})),
          {"median"});
  special(verb.add_option("--strength", options.strength,
                          "Of nlm: the difference, in units of the noise, that is taken for noise")
              ->check(CLI::Range(0.01, 100.0)),
          {"nlm"});
  special(verb.add_option("--with", command.with,
                          "Whose Gaussian and median: opencv, or opencv-cuda where it is there")
              ->check(CLI::IsMember({"opencv", "opencv-cuda"})),
          {"gaussian", "median"});
}

}  // namespace

void add_denoise(CLI::App& app, Run& run) {
  const auto command = std::make_shared<DenoiseCommand>();
  CLI::App* verb = app.add_subcommand("denoise", "Draw a field of a scan with less noise");
  verb->add_option("SCAN", command->scan, "The scan: stacks of frames (HDF5, TIFF, PNG)")
      ->required();
  verb->add_option("-o,--output", command->output,
                   "The picture (.png), or its counts as a scan of one frame (.h5)")
      ->type_name("FILE")
      ->required();
  verb->add_option("--field", command->field, "Which field of the scan")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  verb->add_option("--method", command->method,
                   "mean: all frames, aligned; of one frame: nlm, gaussian, median")
      ->check(CLI::IsMember({"mean", "nlm", "gaussian", "median"}))
      ->capture_default_str();
  add_method_options(*verb, *command);
  verb->add_flag("--force", command->force, "Replace the output if it stands");
  add_scan_hints(*verb, command->hints);
  verb->footer(
      "For looking at a field; recover works on the raw frames.\n"
      "mean averages the frames where they show the same place, nlm (non-local means) the pixels\n"
      "of one frame whose surroundings are alike; both on a scale on which all pixels are equally\n"
      "noisy. Of a frame with few electrons nlm leaves brightness and dirt, no single modules.\n"
      "A PNG is stretched to its range.\n"
      "Examples:\n"
      "  ostracon denoise scan.h5 -o field.png\n"
      "  ostracon denoise scan.h5 -o frame.png --field 2 --method nlm --strength 1.5\n"
      "  ostracon denoise scan.h5 -o counts.h5 --method gaussian --sigma 1.2 --frame 3");
  verb->callback([command, &run] { run = [command] { return run_denoise(*command); }; });
}

}  // namespace ostracon::cli
