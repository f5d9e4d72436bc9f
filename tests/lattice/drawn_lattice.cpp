#include "tests/lattice/drawn_lattice.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace ostracon::test {
namespace {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  double uniform() {  // splitmix64
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return static_cast<double>((z ^ (z >> 31)) >> 11) / 9007199254740992.0;
  }
  double normal() {
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
  }

 private:
  std::uint64_t state_;
};

std::vector<double> offsets_of(const LatticeAxis& axis) {
  std::vector<double> offsets;
  for (std::int32_t i = 0; i < axis.lines; ++i) {
    if (std::find(axis.blank.begin(), axis.blank.end(), i) != axis.blank.end()) continue;
    const std::int32_t group = axis.group > 0 ? axis.group : axis.lines;
    const std::int32_t groups_before = i / group;
    offsets.push_back(groups_before * axis.group_pitch + (i % group) * axis.pitch);
  }
  return offsets;
}

/// How much of [-half, half], softened by a Gaussian, is seen at `x`.
double edge(double x, double half, double blur) {
  const double scale = 1 / (std::numbers::sqrt2 * blur);
  return 0.5 * (std::erf((x + half) * scale) - std::erf((x - half) * scale));
}

}  // namespace

void DrawnLattice::cover(double y, double x, double height, double width, float level) {
  for (std::int32_t row = 0; row < rows; ++row)
    for (std::int32_t col = 0; col < cols; ++col)
      if (std::abs(row - y) <= height / 2 && std::abs(col - x) <= width / 2)
        pixels[at(row, col)] = level;
}

RawLatticeGuess square_lattice(std::int32_t rows, std::int32_t cols, double pitch) {
  RawLatticeGuess guess;
  guess.rows = {rows, pitch, 0, 0, {}};
  guess.cols = {cols, pitch, 0, 0, {}};
  guess.origin = {30, 30};
  return guess;
}

DrawnLattice draw(const Drawing& drawing) {
  const RawLatticeGuess& truth = drawing.truth;
  Random random(drawing.seed);
  DrawnLattice drawn;
  const double cosine = std::cos(truth.angle), sine = std::sin(truth.angle);
  double bottom = 0, right = 0;
  for (const double a : offsets_of(truth.rows))
    for (const double b : offsets_of(truth.cols)) {
      drawn.bits.push_back(random.uniform() < drawing.share_of_ones ? 1 : 0);
      drawn.centres.push_back(
          {truth.origin[0] + cosine * a + sine * b, truth.origin[1] - sine * a + cosine * b});
      bottom = std::max(bottom, drawn.centres.back()[0]);
      right = std::max(right, drawn.centres.back()[1]);
    }
  drawn.rows = static_cast<std::int32_t>(bottom) + 30;
  drawn.cols = static_cast<std::int32_t>(right) + 30;
  const double sign = truth.one_is_dark ? -1 : 1;
  std::vector<double> ink(drawn.at(drawn.rows, 0), 0);
  const double half_down = drawing.mark / 2 * truth.rows.pitch;
  const double half_right = drawing.mark / 2 * truth.cols.pitch;
  const int reach = static_cast<int>(std::ceil(half_down + half_right + 4 * drawing.blur_px));
  for (std::size_t i = 0; i < drawn.bits.size(); ++i) {
    if (drawn.bits[i] == 0) continue;
    const auto [y, x] = drawn.centres[i];
    for (int row = static_cast<int>(y) - reach; row <= static_cast<int>(y) + reach; ++row)
      for (int col = static_cast<int>(x) - reach; col <= static_cast<int>(x) + reach; ++col) {
        if (row < 0 || col < 0 || row >= drawn.rows || col >= drawn.cols) continue;
        const double a = cosine * (row - y) - sine * (col - x);
        const double b = sine * (row - y) + cosine * (col - x);
        ink[drawn.at(row, col)] +=
            edge(a, half_down, drawing.blur_px) * edge(b, half_right, drawing.blur_px);
      }
  }
  for (std::int32_t row = 0; row < drawn.rows; ++row)
    for (std::int32_t col = 0; col < drawn.cols; ++col) {
      const double place =
          static_cast<double>(row) / drawn.rows + static_cast<double>(col) / drawn.cols - 1;
      const double light = 1 + drawing.shading / 2 * place;
      const double level = 100 + sign * drawing.contrast * ink[drawn.at(row, col)];
      drawn.pixels.push_back(static_cast<float>(light * level + drawing.noise * random.normal()));
    }
  return drawn;
}

Comparison compare(const RawLatticeReading& reading, const DrawnLattice& drawn) {
  Comparison result;
  for (std::size_t i = 0; i < drawn.bits.size(); ++i) {
    const auto llr = static_cast<double>(reading.llr[i]);
    const bool right = drawn.bits[i] == 1 ? llr < 0 : llr > 0;
    const bool clear = reading.state[i] == CellState::kClear;
    result.wrong += !right;
    result.wrong_clear += !right && clear;
    result.marked += !clear;
    result.expected_wrong += 1 / (1 + std::exp(std::abs(llr)));
    const auto [y, x] = reading.centre[i];
    result.worst_centre_px =
        std::max(result.worst_centre_px, std::hypot(static_cast<double>(y) - drawn.centres[i][0],
                                                    static_cast<double>(x) - drawn.centres[i][1]));
  }
  return result;
}

}  // namespace ostracon::test
