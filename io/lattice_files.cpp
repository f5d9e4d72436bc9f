#include "io/lattice_files.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <numbers>

#include "io/pictures.hpp"
#include "io/png.hpp"

namespace ostracon::io {
namespace {

using Json = nlohmann::ordered_json;
using Colour = std::array<std::uint8_t, 3>;

constexpr Colour kZero{64, 160, 255};
constexpr Colour kOne{255, 160, 0};
constexpr Colour kLow{255, 0, 255};
constexpr double kLeastSquarePitch = 8;  // px; cells closer together get a dot
constexpr double kSquare = 0.35;         // pitches from a cell's centre to its square's sides

/// With the digits that `decimals` leave, and no more in the JSON text.
Json number(double value, int decimals) {
  return std::round(value * std::pow(10, decimals)) / std::pow(10, decimals);
}

char letter(CellState state) {
  switch (state) {
    case CellState::kClear:
      return 'c';
    case CellState::kUndecided:
      return 'u';
    case CellState::kUnlike:
      return 'x';
    case CellState::kDamaged:
      return 'd';
  }
  return '?';
}

struct Canvas {
  std::int32_t rows, cols;
  std::vector<std::uint8_t> rgb;

  void dot(std::int32_t row, std::int32_t col, const Colour& colour) {
    if (row < 0 || col < 0 || row >= rows || col >= cols) return;
    const auto at =
        3 * (static_cast<std::ptrdiff_t>(row) * cols + static_cast<std::ptrdiff_t>(col));
    std::copy(colour.begin(), colour.end(), rgb.begin() + at);
  }
  void square(std::int32_t row, std::int32_t col, std::int32_t down, std::int32_t right,
              const Colour& colour) {
    for (std::int32_t i = -down; i <= down; ++i) {
      dot(row + i, col - right, colour);
      dot(row + i, col + right, colour);
    }
    for (std::int32_t j = -right; j <= right; ++j) {
      dot(row - down, col + j, colour);
      dot(row + down, col + j, colour);
    }
  }
};

}  // namespace

std::string soft_bits_text(const RawLatticeReading& reading) {
  std::string text =
      "# Soft bits of " + std::to_string(reading.rows) + " rows of " +
      std::to_string(reading.cols) +
      " cells: ln(P(0) / P(1)).\n# Positive is 0, negative is 1, near 0 is of low confidence.\n";
  std::array<char, 32> number{};
  for (std::size_t i = 0; i < reading.llr.size(); ++i) {
    const bool last = (i + 1) % static_cast<std::size_t>(reading.cols) == 0;
    std::snprintf(number.data(), number.size(), "%.2f%c", static_cast<double>(reading.llr[i]),
                  last ? '\n' : ' ');
    text += number.data();
  }
  return text;
}

std::string bits_text(const RawLatticeReading& reading) {
  std::string text;
  for (std::size_t i = 0; i < reading.llr.size(); ++i) {
    text += reading.state[i] != CellState::kClear ? '?' : reading.llr[i] < 0 ? '1' : '0';
    if ((i + 1) % static_cast<std::size_t>(reading.cols) == 0) text += '\n';
  }
  return text;
}

std::string lattice_json(const RawLatticeReading& reading, const RawLatticeGuess& guess,
                         std::string_view input, std::string_view program_version) {
  const auto cols = static_cast<std::size_t>(reading.cols);
  const auto cells = static_cast<std::size_t>(reading.rows) * cols;
  Json json;
  json["format"] = "ostracon-lattice";
  json["version"] = 1;
  json["program_version"] = program_version;
  json["input"] = input;
  json["rows"] = reading.rows;
  json["cols"] = reading.cols;
  json["row_lines"] = reading.row_line;
  json["col_lines"] = reading.col_line;
  json["pitch_px"] = {number(reading.pitch_px[0], 4), number(reading.pitch_px[1], 4)};
  json["angle_degrees"] = number(reading.angle * 180 / std::numbers::pi, 4);
  for (const std::size_t corner : {std::size_t{0}, cols - 1, cells - cols, cells - 1})
    json["corners_px"].push_back({number(static_cast<double>(reading.centre[corner][0]), 3),
                                  number(static_cast<double>(reading.centre[corner][1]), 3)});
  json["shift_px"] = number(reading.shift_px, 3);
  json["one"] = guess.one_is_dark ? "dark" : "bright";
  json["confidence"] = guess.confidence;
  json["separation"] = number(reading.separation, 3);
  json["counts"] = {{"clear", reading.count(CellState::kClear)},
                    {"undecided", reading.count(CellState::kUndecided)},
                    {"unlike", reading.count(CellState::kUnlike)},
                    {"damaged", reading.count(CellState::kDamaged)}};
  for (std::size_t row = 0; row < cells; row += cols) {
    std::string states;
    Json llrs = Json::array();
    for (std::size_t i = row; i < row + cols; ++i) {
      states += letter(reading.state[i]);
      llrs.push_back(number(static_cast<double>(reading.llr[i]), 2));
    }
    json["states"].push_back(std::move(states));
    json["llr"].push_back(std::move(llrs));
  }
  std::string text;
  for (const auto& [key, value] : json.items()) {
    text += text.empty() ? "{\n" : ",\n";
    // Names of files need not be UTF-8: what is not is replaced.
    text += '"' + key + "\": " + value.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
  return text + "\n}\n";
}

Result<std::vector<std::uint8_t>> lattice_overlay(ImageView<const float> image,
                                                  const RawLatticeReading& reading) {
  std::vector<float> pixels;
  pixels.reserve(static_cast<std::size_t>(image.rows) * static_cast<std::size_t>(image.cols));
  for (std::int32_t row = 0; row < image.rows; ++row)
    for (std::int32_t col = 0; col < image.cols; ++col) pixels.push_back(image(row, col));
  Canvas canvas{image.rows, image.cols, {}};
  canvas.rgb.reserve(3 * pixels.size());
  for (const std::uint8_t grey : stretch_to_grey(pixels))
    canvas.rgb.insert(canvas.rgb.end(), 3, grey);
  const bool squares = std::min(reading.pitch_px[0], reading.pitch_px[1]) >= kLeastSquarePitch;
  const auto half = [&](std::size_t axis) {
    return squares ? static_cast<std::int32_t>(std::lround(kSquare * reading.pitch_px[axis])) : 0;
  };
  for (std::size_t i = 0; i < reading.llr.size(); ++i) {
    const Colour& colour = reading.state[i] != CellState::kClear ? kLow
                           : reading.llr[i] < 0                  ? kOne
                                                                 : kZero;
    canvas.square(static_cast<std::int32_t>(std::lround(reading.centre[i][0])),
                  static_cast<std::int32_t>(std::lround(reading.centre[i][1])), half(0), half(1),
                  colour);
  }
  return encode_png_rgb(canvas.rgb, image.rows, image.cols);
}

}  // namespace ostracon::io
