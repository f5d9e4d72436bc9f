#include "pipeline/raw_lattice/grid.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>

namespace ostracon::raw_lattice {
namespace {

constexpr double kLeastPitch = 2;
constexpr double kMostPixels = 1 << 20;  // of any length in a guess
constexpr std::int32_t kMostLines = 1 << 20;

std::string text_of(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.6g", value);
  return text.data();
}

Error wrong(const std::string& what) {
  return Error{ErrorCode::kInvalidArgument, "the lattice: " + what};
}

Result<> check_axis(const LatticeAxis& axis, const std::string& noun) {
  if (axis.lines < 1 || axis.lines > kMostLines)
    return wrong(std::to_string(axis.lines) + " " + noun + "; expected 1 to " +
                 std::to_string(kMostLines));
  if (!(axis.pitch >= kLeastPitch && axis.pitch <= kMostPixels))
    return wrong("a pitch of " + text_of(axis.pitch) + " px between " + noun +
                 "; expected at least " + text_of(kLeastPitch));
  if (axis.group < 0) return wrong("groups of " + std::to_string(axis.group) + " " + noun);
  if (axis.group > 0 &&
      !(axis.group_pitch >= axis.pitch * (axis.group - 0.5) && axis.group_pitch <= kMostPixels))
    return wrong("groups of " + std::to_string(axis.group) + " " + noun + " at a pitch of " +
                 text_of(axis.pitch) + " px do not fit into " + text_of(axis.group_pitch) +
                 " px a group");
  std::int32_t last = -1;
  for (const std::int32_t blank : axis.blank) {
    if (blank <= last || blank >= axis.lines)
      return wrong("blank line " + std::to_string(blank) + " of " + std::to_string(axis.lines) +
                   " " + noun + "; they must ascend from 0");
    last = blank;
  }
  if (static_cast<std::int32_t>(axis.blank.size()) == axis.lines)
    return wrong("all " + std::to_string(axis.lines) + " " + noun + " are blank");
  return Ok{};
}

Lines lines_of(const LatticeAxis& axis) {
  Lines lines;
  const std::int32_t group = axis.group > 1 ? axis.group : 1;
  const double group_pitch = axis.group > 0 ? axis.group_pitch : axis.pitch;
  lines.phases = group;
  lines.pitch = axis.group == 1 ? group_pitch : axis.pitch;
  auto blank = axis.blank.begin();
  for (std::int32_t i = 0; i < axis.lines; ++i) {
    if (blank != axis.blank.end() && *blank == i) {
      ++blank;
      continue;
    }
    const std::int32_t phase = i % group, groups_before = i / group;
    lines.line.push_back(i);
    lines.phase.push_back(phase);
    lines.offset.push_back(groups_before * group_pitch + phase * axis.pitch);
    lines.in_group.push_back(group > 1 ? 2.0 * phase / (group - 1) - 1 : 0);
  }
  lines.middle = 0.5 * (lines.offset.front() + lines.offset.back());
  lines.half = std::max(0.5 * (lines.offset.back() - lines.offset.front()), lines.pitch);
  return lines;
}

}  // namespace

Terms terms_at(double v, double u) { return {1, v, u, v * v, u * v, u * u}; }

std::array<double, 2> Grid::at(std::int32_t row, std::int32_t col, double down,
                               double right) const {
  const auto i = static_cast<std::size_t>(row);
  const auto j = static_cast<std::size_t>(col);
  const double a = rows.offset[i] + down * rows.pitch;
  const double b = cols.offset[j] + right * cols.pitch;
  const double a_in_group = a + rows.in_group[i] * in_group_px[0];
  const double b_in_group = b + cols.in_group[j] * in_group_px[1];
  std::array<double, 2> place{origin[0] + cosine * a_in_group + sine * b_in_group,
                              origin[1] - sine * a_in_group + cosine * b_in_group};
  const Terms terms = terms_at((a - rows.middle) / rows.half, (b - cols.middle) / cols.half);
  for (std::size_t k = 0; k < kTerms; ++k) {
    place[0] += warp[0][k] * terms[k];
    place[1] += warp[1][k] * terms[k];
  }
  return place;
}

Result<Grid> make_grid(const RawLatticeGuess& guess) {
  OSTRACON_TRY(check_axis(guess.rows, "rows"));
  OSTRACON_TRY(check_axis(guess.cols, "columns"));
  if (!(std::abs(guess.origin[0]) <= kMostPixels && std::abs(guess.origin[1]) <= kMostPixels))
    return wrong("an origin of (" + text_of(guess.origin[0]) + ", " + text_of(guess.origin[1]) +
                 ") px");
  if (!(std::abs(guess.angle) <= 4))
    return wrong("an angle of " + text_of(guess.angle) + " radians");
  if (!(guess.tolerance_px >= 0 && guess.tolerance_px <= kMostPixels))
    return wrong("a tolerance of " + text_of(guess.tolerance_px) + " px");
  if (!(guess.confidence > 0.5 && guess.confidence < 1))
    return wrong("a confidence of " + text_of(guess.confidence) +
                 "; expected more than 0.5 and less than 1");
  Grid grid;
  grid.rows = lines_of(guess.rows);
  grid.cols = lines_of(guess.cols);
  grid.origin = guess.origin;
  grid.cosine = std::cos(guess.angle);
  grid.sine = std::sin(guess.angle);
  if (grid.cells() < kLeastRawCells || grid.cells() > kMostRawCells)
    return wrong(std::to_string(grid.rows.count()) + " x " + std::to_string(grid.cols.count()) +
                 " cells; expected " + std::to_string(kLeastRawCells) + " to " +
                 std::to_string(kMostRawCells));
  return grid;
}

Result<> check_inside(const Grid& grid, std::int32_t image_rows, std::int32_t image_cols) {
  for (const bool down : {true, false}) {
    // Of a single line, whose pitch places no cell, too: blur and templates reach as far as it.
    const double pitch = down ? grid.rows.pitch : grid.cols.pitch;
    if (pitch > std::max(image_rows, image_cols))
      return wrong("a pitch of " + text_of(pitch) + " px between " + (down ? "rows" : "columns") +
                   " in an image of " + std::to_string(image_rows) + " x " +
                   std::to_string(image_cols) + " px");
  }
  for (const std::int32_t row : {0, grid.rows.count() - 1})
    for (const std::int32_t col : {0, grid.cols.count() - 1}) {
      const auto place = grid.at(row, col);
      if (place[0] >= 0 && place[1] >= 0 && place[0] <= image_rows - 1 &&
          place[1] <= image_cols - 1)
        continue;
      return wrong("the cell in row " +
                   std::to_string(grid.rows.line[static_cast<std::size_t>(row)]) + ", column " +
                   std::to_string(grid.cols.line[static_cast<std::size_t>(col)]) + " lies at (" +
                   text_of(place[0]) + ", " + text_of(place[1]) + "), outside the image of " +
                   std::to_string(image_rows) + " x " + std::to_string(image_cols) + " px");
    }
  return Ok{};
}

}  // namespace ostracon::raw_lattice
