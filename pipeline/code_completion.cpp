#include "pipeline/code_completion.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "pipeline/local_code_map.hpp"

namespace ostracon {
namespace {

using Place = std::array<float, 2>;                  // (y, x), px; or (row, column), modules
using Cell = std::pair<std::int32_t, std::int32_t>;  // row and column of an array
constexpr std::size_t kFewestCodes = 6, kFewestInLine = 2;
constexpr std::size_t kMostCells = 3;  // of an array, for each of its codes
constexpr float kNearSides = 0.06F;    // a code, from where its neighbour expects it
constexpr std::int32_t kReach = 2;     // rows and columns of neighbours that count

float side_px(const LocatedCode& code) { return code.map.pitch_px() * (2 * code.map.middle + 1); }

float away(const Place& a, const Place& b) { return std::hypot(a[0] - b[0], a[1] - b[1]); }

/// Codes by where their middles are.
class Middles {
 public:
  Middles(std::span<const LocatedCode> codes, float cell) : codes_(codes), cell_(cell) {
    for (std::size_t k = 0; k < codes.size(); ++k) {
      const Place& middle = codes[k].map.terms[0];
      held_[key(index(middle[0]), index(middle[1]))].push_back(k);
    }
  }

  /// Calls body(k) for every code within `reach` of a place, and some others.
  template <class Body>
  void near(const Place& to, float reach, const Body& body) const {
    for (std::int64_t y = index(to[0] - reach); y <= index(to[0] + reach); ++y)
      for (std::int64_t x = index(to[1] - reach); x <= index(to[1] + reach); ++x) {
        const auto found = held_.find(key(y, x));
        if (found == held_.end()) continue;
        for (const std::size_t k : found->second) body(k);
      }
  }

  std::optional<std::size_t> nearest(const Place& to, float reach) const {
    std::optional<std::size_t> best;
    near(to, reach, [&](std::size_t k) {
      const float distance = away(codes_[k].map.terms[0], to);
      if (distance > reach || (distance == reach && best)) return;
      reach = distance;
      best = k;
    });
    return best;
  }

 private:
  std::int64_t index(float at) const { return static_cast<std::int64_t>(std::floor(at / cell_)); }
  static std::int64_t key(std::int64_t row, std::int64_t col) {
    return row * (std::int64_t{1} << 32) + col;
  }

  std::span<const LocatedCode> codes_;
  float cell_;
  std::unordered_map<std::int64_t, std::vector<std::size_t>> held_;
};

bool is_sane(const LocatedCode& code) {
  const Place& middle = code.map.terms[0];
  return code.map.pitch_px() > 0 && std::abs(middle[0]) < 1e6F && std::abs(middle[1]) < 1e6F;
}

std::vector<LocatedCode> of_one_kind(std::span<const LocatedCode> codes) {
  const auto kind = [](const LocatedCode& code) {
    return std::tuple(code.version, code.mirrored, code.inverted);
  };
  std::map<std::tuple<std::int32_t, bool, bool>, std::size_t> seen;
  for (const LocatedCode& code : codes)
    if (is_sane(code)) ++seen[kind(code)];
  const auto most = std::max_element(
      seen.begin(), seen.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  std::vector<LocatedCode> kept;
  if (most == seen.end()) return kept;
  for (const LocatedCode& code : codes)
    if (is_sane(code) && kind(code) == most->first) kept.push_back(code);
  return kept;
}

float median(std::vector<float> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// (rows, columns), modules, from most codes to the next one in their column (axis 0) or row (1).
std::optional<Place> common_step(std::span<const LocatedCode> codes, const Middles& middles,
                                 std::size_t axis) {
  std::vector<float> steps[2];
  for (const LocatedCode& code : codes) {
    const float side = 2 * code.map.middle + 1;
    const Place &down = code.map.terms[1], &right = code.map.terms[2], &here = code.map.terms[0];
    const float area = down[0] * right[1] - down[1] * right[0];
    Place next{};
    float least = 2.5F * side;
    middles.near(here, 2.5F * side_px(code), [&](std::size_t k) {
      const Place& there = codes[k].map.terms[0];
      const float dy = there[0] - here[0], dx = there[1] - here[1];
      const Place step{(dy * right[1] - dx * right[0]) / area,
                       (dx * down[0] - dy * down[1]) / area};
      if (step[axis] < 0.9F * side || step[axis] > least || std::abs(step[1 - axis]) > 0.3F * side)
        return;
      least = step[axis];
      next = step;
    });
    if (least >= 2.5F * side) continue;
    steps[0].push_back(next[0]);
    steps[1].push_back(next[1]);
  }
  if (steps[0].size() < 3) return std::nullopt;
  const Place step{median(steps[0]), median(steps[1])};
  std::size_t agree = 0;
  for (std::size_t k = 0; k < steps[0].size(); ++k)
    if (away({steps[0][k], steps[1][k]}, step) < 1) ++agree;
  if (2 * agree < steps[0].size()) return std::nullopt;
  return step;
}

using Array = std::map<Cell, std::size_t>;  // which code stands where

/// Codes that are neighbours of each other, directly or with one between them missing.
std::vector<Array> arrays_of(std::span<const LocatedCode> codes, const Middles& middles,
                             const CodeSteps& steps) {
  constexpr std::array<Cell, 12> kWays = {{{-1, 0},
                                           {1, 0},
                                           {0, -1},
                                           {0, 1},
                                           {-1, -1},
                                           {-1, 1},
                                           {1, -1},
                                           {1, 1},
                                           {-2, 0},
                                           {2, 0},
                                           {0, -2},
                                           {0, 2}}};
  std::vector<bool> taken(codes.size(), false);
  std::vector<Array> arrays;
  for (std::size_t first = 0; first < codes.size(); ++first) {
    if (taken[first]) continue;
    taken[first] = true;
    Array array{{{0, 0}, first}};
    std::vector<std::pair<Cell, std::size_t>> open{{{0, 0}, first}};
    for (std::size_t k = 0; k < open.size(); ++k) {
      const auto [cell, index] = open[k];
      const LocatedCode& code = codes[index];
      for (const auto& [rows, cols] : kWays) {
        const auto r = static_cast<float>(rows), c = static_cast<float>(cols);
        const Place move = step_px(
            code.map, {r * steps[0][0] + c * steps[1][0], r * steps[0][1] + c * steps[1][1]});
        const Place& here = code.map.terms[0];
        const auto next =
            middles.nearest({here[0] + move[0], here[1] + move[1]}, kNearSides * side_px(code));
        const Cell there{cell.first + rows, cell.second + cols};
        if (!next || taken[*next] || array.contains(there)) continue;
        taken[*next] = true;
        array.emplace(there, *next);
        open.emplace_back(there, *next);
      }
    }
    arrays.push_back(std::move(array));
  }
  return arrays;
}

/// The map of a cell as the codes about it have it; none if there is no such code.
std::optional<CodeMap> map_at(const Cell& cell, const Array& array,
                              std::span<const LocatedCode> codes, const CodeSteps& steps) {
  LocalCodeMap local(steps);
  for (std::int32_t r = -kReach; r <= kReach; ++r)
    for (std::int32_t c = -kReach; c <= kReach; ++c) {
      const auto at = array.find({cell.first + r, cell.second + c});
      if (at != array.end()) local.add(codes[at->second].map, r, c);
    }
  return local.map();
}

bool within(const CodeMap& map, std::int32_t rows, std::int32_t cols) {
  for (const float row : {0.0F, 2 * map.middle})
    for (const float col : {0.0F, 2 * map.middle}) {
      const Place corner = map.at(row, col);
      if (!(corner[0] >= 0 && corner[1] >= 0 && corner[0] <= static_cast<float>(rows - 1) &&
            corner[1] <= static_cast<float>(cols - 1)))
        return false;
    }
  return true;
}

/// Cells of an array without a code.
std::vector<Cell> empty_cells(const Array& array) {
  std::map<std::int32_t, std::size_t> of_row, of_col;
  for (const auto& [cell, index] : array) {
    ++of_row[cell.first];
    ++of_col[cell.second];
  }
  std::vector<Cell> cells;
  std::erase_if(of_row, [](const auto& row) { return row.second < kFewestInLine; });
  std::erase_if(of_col, [](const auto& col) { return col.second < kFewestInLine; });
  if (of_row.size() * of_col.size() > kMostCells * array.size()) return cells;
  for (const auto& [row, in_row] : of_row)
    for (const auto& [col, in_col] : of_col)
      if (!array.contains({row, col})) cells.emplace_back(row, col);
  return cells;
}

}  // namespace

bool share_place(const LocatedCode& a, const LocatedCode& b) {
  return away(a.map.terms[0], b.map.terms[0]) < 0.5F * std::min(side_px(a), side_px(b));
}

std::vector<LocatedCode> unread_places(std::span<const LocatedCode> read, std::int32_t rows,
                                       std::int32_t cols) {
  if (read.size() < kFewestCodes) return {};
  const std::vector<LocatedCode> codes = of_one_kind(read);
  if (codes.size() < kFewestCodes) return {};
  std::vector<float> sides;
  for (const LocatedCode& code : codes) sides.push_back(side_px(code));
  const Middles middles(codes, median(sides));
  const auto down = common_step(codes, middles, 0), right = common_step(codes, middles, 1);
  if (!down || !right) return {};
  const CodeSteps steps{*down, *right};
  std::vector<LocatedCode> places;
  for (const Array& array : arrays_of(codes, middles, steps)) {
    if (array.size() < kFewestCodes) continue;
    for (const Cell& cell : empty_cells(array)) {
      const auto map = map_at(cell, array, codes, steps);
      if (!map || !within(*map, rows, cols)) continue;
      LocatedCode place = codes.front();
      place.map = *map;
      place.score = 0;
      places.push_back(place);
    }
  }
  return places;
}

}  // namespace ostracon
