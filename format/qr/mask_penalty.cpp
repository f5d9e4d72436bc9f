// The rules for choosing a mask: long runs, 2 x 2 blocks, what looks like a finder, and a share of
// dark modules far from a half, each with the points of table 11. Whole rows and columns at once,
// as bits: the modules are as good as random, and branches on them would be guessed wrong.

#include <array>
#include <bit>
#include <cstdlib>

#include "format/qr/encoder.hpp"

namespace ostracon::format::qr {
namespace {

constexpr int kRunPoints = 3;  // of 5 modules; one more for every further module
constexpr int kBlockPoints = 3;
constexpr int kFinderPoints = 40;
constexpr int kSharePoints = 10;  // for every whole 5 % away from a half

/// Modules of a row or a column, the first in the lowest bit of the first word.
template <std::size_t kWords>
struct Line {
  std::array<std::uint64_t, kWords> words{};

  void set(int i, bool dark) {
    words[static_cast<std::size_t>(i / 64)] |= std::uint64_t{dark ? 1U : 0U} << (i % 64);
  }
  int count() const {
    int ones = 0;
    for (const std::uint64_t word : words) ones += std::popcount(word);
    return ones;
  }
};

template <class L, class Rule>
L combine(const L& a, const L& b, const Rule& rule) {
  L result;
  for (std::size_t i = 0; i < result.words.size(); ++i) {
    result.words[i] = rule(a.words[i], b.words[i]);
  }
  return result;
}

template <class L>
L operator&(const L& a, const L& b) {
  return combine(a, b, [](auto x, auto y) { return x & y; });
}
template <class L>
L equal(const L& a, const L& b) {
  return combine(a, b, [](auto x, auto y) { return ~(x ^ y); });
}
template <class L>
L without(const L& a, const L& b) {
  return combine(a, b, [](auto x, auto y) { return x & ~y; });
}

/// Module i of the result is module i + steps, 1 to 63, of the line.
template <class L>
L ahead(const L& line, int steps) {
  L result;
  for (std::size_t i = 0; i < line.words.size(); ++i) {
    result.words[i] = line.words[i] >> steps;
    if (i + 1 < line.words.size()) result.words[i] |= line.words[i + 1] << (64 - steps);
  }
  return result;
}

template <class L>
L first_modules(int count) {
  L line;
  for (int i = 0; i < count; ++i) line.set(i, true);
  return line;
}

/// The masks of one side that keep what is behind the edge out.
template <class L>
struct Edges {
  L pairs, runs, windows;
  explicit Edges(int side)
      : pairs(first_modules<L>(side - 1)),
        runs(first_modules<L>(side - 4)),
        windows(first_modules<L>(side - 10)) {}
};

template <class L>
int run_points(const L& line, const Edges<L>& edges) {
  const L same = equal(line, ahead(line, 1));
  const L three = same & ahead(same, 1);
  const L five = three & ahead(three, 2) & edges.runs;  // five alike from here on
  // A run of n has n - 4 of them, and ends where the next is none.
  const int runs = without(five, ahead(five, 1)).count();
  return five.count() + (kRunPoints - 1) * runs;
}

/// 1:1:3:1:1 with four light modules before or behind it.
template <class L>
int finder_points(const L& line, const Edges<L>& edges) {
  constexpr unsigned kLightBefore = 0b10111010000;
  constexpr unsigned kLightBehind = 0b00001011101;
  L before = edges.windows;
  L behind = edges.windows;
  for (int i = 0; i < 11; ++i) {
    const L here = i == 0 ? line : ahead(line, i);
    before = (kLightBefore >> i & 1U) != 0 ? before & here : without(before, here);
    behind = (kLightBehind >> i & 1U) != 0 ? behind & here : without(behind, here);
  }
  return kFinderPoints * (before.count() + behind.count());
}

template <class L>
int block_points(const L& row, const L& below, const Edges<L>& edges) {
  const L down = equal(row, below);
  const L along = equal(row, ahead(row, 1));
  return kBlockPoints * (down & ahead(down, 1) & along & edges.pairs).count();
}

/// The rows of a symbol, or its columns.
template <std::size_t kWords>
using Lines = std::array<Line<kWords>, 64 * kWords>;

template <std::size_t kWords>
int lone(const Matrix& matrix) {
  using L = Line<kWords>;
  const int side = matrix.side;
  Lines<kWords> rows;
  for (int row = 0, module = 0; row < side; ++row)
    for (int column = 0; column < side; ++column, ++module)
      rows[static_cast<std::size_t>(row)].set(
          column, matrix.modules[static_cast<std::size_t>(module)] != 0);
  const L inner = first_modules<L>(side - 2);  // bit i: module i + 1
  int modules = 0;
  for (std::size_t i = 1; i + 1 < static_cast<std::size_t>(side); ++i) {
    const L own = ahead(rows[i], 1);
    L alone = without(inner, equal(own, rows[i]));
    alone = without(alone, equal(own, ahead(rows[i], 2)));
    alone = without(alone, equal(own, ahead(rows[i - 1], 1)));
    modules += without(alone, equal(own, ahead(rows[i + 1], 1))).count();
  }
  return modules;
}

template <std::size_t kWords>
int penalty(const Matrix& matrix) {
  using L = Line<kWords>;
  const int side = matrix.side;
  Lines<kWords> rows;
  Lines<kWords> columns;
  int dark = 0;
  for (int row = 0, module = 0; row < side; ++row) {
    for (int column = 0; column < side; ++column, ++module) {
      const bool is_dark = matrix.modules[static_cast<std::size_t>(module)] != 0;
      rows[static_cast<std::size_t>(row)].set(column, is_dark);
      columns[static_cast<std::size_t>(column)].set(row, is_dark);
    }
    dark += rows[static_cast<std::size_t>(row)].count();
  }
  const Edges<L> edges(side);
  int points = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(side); ++i) {
    points += run_points(rows[i], edges) + run_points(columns[i], edges);
    points += finder_points(rows[i], edges) + finder_points(columns[i], edges);
    if (i > 0) points += block_points(rows[i - 1], rows[i], edges);
  }
  const int twentieths = std::abs(20 * dark - 10 * side * side) / (side * side);
  return points + kSharePoints * twentieths;
}

}  // namespace

int mask_penalty(const Matrix& matrix) {
  static_assert(side_of(kMaxVersion) <= 3 * 64);
  return matrix.side <= 64 ? penalty<1>(matrix) : penalty<3>(matrix);
}

int lone_modules(const Matrix& matrix) {
  return matrix.side <= 64 ? lone<1>(matrix) : lone<3>(matrix);
}

}  // namespace ostracon::format::qr
