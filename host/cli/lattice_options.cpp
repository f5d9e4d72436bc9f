#include "host/cli/lattice_options.hpp"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>
#include <string_view>

#include "host/cli/text.hpp"

namespace ostracon::cli {
namespace {

std::optional<double> number(std::string_view text) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

Error wrong(std::string_view option, std::string_view text, std::string_view wanted) {
  return Error{ErrorCode::kInvalidArgument,
               fmt::format("{} {}: expected {}", option, text, wanted)};
}

/// "y,x", or one number for both where `one_for_both`.
Result<std::array<double, 2>> parse_pair(std::string_view text, std::string_view option,
                                         bool one_for_both) {
  const auto comma = text.find(',');
  const auto down = number(text.substr(0, comma));
  const auto right = comma == std::string_view::npos ? (one_for_both ? down : std::nullopt)
                                                     : number(text.substr(comma + 1));
  if (!down || !right)
    return wrong(option, text,
                 one_for_both ? "DOWN,RIGHT in px, such as 13.06,16, or one number for both"
                              : "Y,X in px, such as 44.2,254.8");
  return std::array<double, 2>{*down, *right};
}

/// "8:143.7" into `axis`; nothing where `text` is empty.
Result<> parse_groups(std::string_view text, std::string_view option, LatticeAxis& axis) {
  if (text.empty()) return Ok{};
  const auto colon = text.find(':');
  const auto lines = number(text.substr(0, colon));
  const auto pitch =
      colon == std::string_view::npos ? std::nullopt : number(text.substr(colon + 1));
  if (!lines || !pitch || *lines < 1 || *lines > 1e6 || *lines != std::floor(*lines))
    return wrong(option, text,
                 "LINES:PITCH, such as 8:143.7 for groups of 8 that begin 143.7 px apart");
  axis.group = static_cast<std::int32_t>(*lines);
  axis.group_pitch = *pitch;
  return Ok{};
}

Result<> parse_blank(std::string_view text, std::string_view option, LatticeAxis& axis) {
  if (text.empty()) return Ok{};
  OSTRACON_TRY_ASSIGN(const auto lines, parse_list(text, option));
  for (const std::int64_t line : lines) {
    if (line >= axis.lines) return wrong(option, text, fmt::format("numbers below {}", axis.lines));
    axis.blank.push_back(static_cast<std::int32_t>(line));
  }
  return Ok{};
}

}  // namespace

void add_lattice_options(CLI::App& verb, LatticeOptions& options) {
  verb.add_option("INPUT", options.input, "A PNG, JPEG or TIFF picture, or a scan")->required();
  verb.add_option("-o,--output", options.folder, "The folder to write into")
      ->type_name("FOLDER")
      ->required();
  const auto most = std::numeric_limits<std::int32_t>::max();
  verb.add_option("--rows", options.rows, "Rows of the lattice, blank ones included")
      ->check(CLI::Range(1, most))
      ->required();
  verb.add_option("--cols", options.cols, "Columns of the lattice, blank ones included")
      ->check(CLI::Range(1, most))
      ->required();
  verb.add_option("--origin", options.origin, "Centre of the cell in row 0, column 0")
      ->type_name("Y,X")
      ->required();
  verb.add_option("--pitch", options.pitch, "Pixels from row to row and from column to column")
      ->type_name("DOWN,RIGHT")
      ->required();
  verb.add_option("--row-groups", options.row_groups,
                  "Rows come in groups of LINES that begin PITCH px apart")
      ->type_name("LINES:PITCH");
  verb.add_option("--col-groups", options.col_groups, "The same for columns")
      ->type_name("LINES:PITCH");
  verb.add_option("--blank-rows", options.blank_rows, "Rows that hold no cells")
      ->type_name("8,17-18");
  verb.add_option("--blank-cols", options.blank_cols, "Columns that hold no cells")
      ->type_name("8,17-18");
  verb.add_option("--angle", options.angle_degrees,
                  "Direction of a row, clockwise from the picture's, in degrees")
      ->capture_default_str();
  verb.add_option("--tolerance", options.tolerance_px,
                  "How many pixels a cell may lie from where all this says")
      ->capture_default_str();
  verb.add_option("--one", options.one, "Whether a 1 is dark or bright")
      ->check(CLI::IsMember({"dark", "bright"}))
      ->capture_default_str();
  verb.add_option("--confidence", options.confidence,
                  "Mark cells that are less likely than this to be right")
      ->capture_default_str();
  verb.add_option("--field", options.field, "Which field of a scan")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  verb.add_flag("--force", options.force, "Replace files that stand");
}

Result<RawLatticeGuess> guess_of(const LatticeOptions& options) {
  RawLatticeGuess guess;
  OSTRACON_TRY_ASSIGN(guess.origin, parse_pair(options.origin, "--origin", false));
  OSTRACON_TRY_ASSIGN(const auto pitch, parse_pair(options.pitch, "--pitch", true));
  guess.rows = {options.rows, pitch[0], 0, 0, {}};
  guess.cols = {options.cols, pitch[1], 0, 0, {}};
  OSTRACON_TRY(parse_groups(options.row_groups, "--row-groups", guess.rows));
  OSTRACON_TRY(parse_groups(options.col_groups, "--col-groups", guess.cols));
  OSTRACON_TRY(parse_blank(options.blank_rows, "--blank-rows", guess.rows));
  OSTRACON_TRY(parse_blank(options.blank_cols, "--blank-cols", guess.cols));
  guess.angle = options.angle_degrees * std::numbers::pi / 180;
  guess.tolerance_px = options.tolerance_px;
  guess.one_is_dark = options.one == "dark";
  guess.confidence = options.confidence;
  return guess;
}

}  // namespace ostracon::cli
