// ostracon lattice: the bits of a lattice that is none of our pages.
#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "host/cli/lattice_options.hpp"
#include "host/cli/output.hpp"
#include "host/cli/scan_input.hpp"
#include "host/cli/text.hpp"
#include "host/cli/verbs.hpp"
#include "io/atomic_file.hpp"
#include "io/image_file.hpp"
#include "io/lattice_files.hpp"
#include "pipeline/field_mean.hpp"

namespace ostracon::cli {
namespace {

Result<io::GreyImage> mean_of_field(const LatticeOptions& options) {
  OSTRACON_TRY_ASSIGN(const auto scan, open_scan_input(options.input, options.hints));
  if (options.field >= scan->fields())
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("--field {}: there is no field {}; the last one is {}", options.field,
                             options.field, scan->fields() - 1)};
  const FieldShape shape = scan->shape(options.field);
  std::vector<std::byte> frames(shape.bytes());
  OSTRACON_TRY(scan->read(options.field, frames));
  OSTRACON_TRY_ASSIGN(const auto backend, make_backend(BackendKind::kCpu));
  io::GreyImage image{shape.rows, shape.cols, {}};
  OSTRACON_TRY_ASSIGN(image.pixels,
                      field_mean(*backend, frames, shape, scan->black_level(options.field)));
  return image;
}

/// A TIFF of several pages: frames of a field.
bool is_stack(const LatticeOptions& options) {
  const auto scan = io::open_scan(options.input, options.hints);
  return scan && scan.value()->shape(0).frames > 1;
}

Result<io::GreyImage> read_input(const LatticeOptions& options) {
  if (!std::filesystem::is_directory(options.input)) {
    OSTRACON_TRY_ASSIGN(const auto format, io::image_format(options.input));
    if (format != io::ImageFormat::kOther && !is_stack(options))
      return io::read_image(options.input);
  }
  auto mean = mean_of_field(options);
  if (!mean && mean.error().code == ErrorCode::kBadInput)
    return Error{ErrorCode::kBadInput,
                 "neither a PNG, JPEG or TIFF picture nor a scan (" + mean.error().message + ")"};
  return mean;
}

void print(const RawLatticeReading& reading) {
  fmt::print("{} x {} cells, {:.2f} x {:.2f} px apart, turned by {:.3f} degrees\n", reading.rows,
             reading.cols, reading.pitch_px[0], reading.pitch_px[1],
             reading.angle * 57.29577951308232);
  fmt::print("grid:    moved by {:.2f} px (rms) from where it was said to be\n", reading.shift_px);
  fmt::print("values:  {:.1f} standard deviations apart\n", reading.separation);
  fmt::print("cells:   {} clear, {} undecided, {} unlike either value, {} damaged\n",
             reading.count(CellState::kClear), reading.count(CellState::kUndecided),
             reading.count(CellState::kUnlike), reading.count(CellState::kDamaged));
}

Result<ExitStatus> read_lattice(const LatticeOptions& options) {
  const std::filesystem::path folder = options.folder;
  OSTRACON_TRY_ASSIGN(const RawLatticeGuess guess, guess_of(options));
  OSTRACON_TRY(check_new_folder(folder, options.force));
  OSTRACON_TRY_ASSIGN(const io::GreyImage image, read_input(options));
  const ImageView<const float> view{image.pixels.data(), image.rows, image.cols, image.cols};
  OSTRACON_TRY_ASSIGN(const RawLatticeReading reading, read_raw_lattice(view, guess));
  OSTRACON_TRY_ASSIGN(const auto overlay, io::lattice_overlay(view, reading));
  OSTRACON_TRY(make_folder(folder));
  OSTRACON_TRY(
      io::write_whole_file(folder / "soft-bits.txt", io::soft_bits_text(reading), options.force));
  OSTRACON_TRY(io::write_whole_file(folder / "bits.txt", io::bits_text(reading), options.force));
  OSTRACON_TRY(io::write_whole_file(
      folder / "lattice.json", io::lattice_json(reading, guess, options.input, OSTRACON_VERSION),
      options.force));
  OSTRACON_TRY(io::write_whole_file(folder / "overlay.png", overlay, options.force));
  print(reading);
  const auto cells = static_cast<std::int64_t>(reading.state.size());
  return reading.count(CellState::kClear) == cells ? ExitStatus::kVerified : ExitStatus::kLost;
}

}  // namespace

void add_lattice(CLI::App& app, Run& run) {
  const auto options = std::make_shared<LatticeOptions>();
  CLI::App* verb =
      app.add_subcommand("lattice", "Read a lattice of bits that is none of our pages");
  add_lattice_options(*verb, *options);
  add_scan_hints(*verb, options->hints);
  verb->footer(
      "The grid is told roughly and refined; what a 0 and a 1 look like is learned from the "
      "cells.\n"
      "FOLDER gets soft-bits.txt (ln(P(0)/P(1)) of every cell), bits.txt (0, 1, or ? where\n"
      "confidence is low), lattice.json and overlay.png (blue 0, orange 1, magenta low "
      "confidence).\n"
      "Blank rows and columns are counted in --rows and --cols, but left out of the results.\n"
      "Exit status: 0 every cell is clear, 1 some are of low confidence.\n"
      "Example, a mask ROM of 16 rows in pairs and 128 columns in groups of 8:\n"
      "  ostracon lattice rom.jpg -o rom --rows 16 --cols 128 --origin 44,255 --pitch 13,16 \\\n"
      "      --row-groups 2:40 --col-groups 8:143.7");
  verb->callback([options, &run] { run = [options] { return read_lattice(*options); }; });
}

}  // namespace ostracon::cli
