#include "host/steps/code_array.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "format/qr/symbol.hpp"
#include "host/steps/code_proposals.hpp"

namespace ostracon::steps {
namespace {

using Place = std::array<float, 2>;

constexpr float kAgree = 0.03F;          // of a pitch
constexpr float kNearModules = 1.5F;     // a peak, where it is expected
constexpr float kNeighbourSides = 2.5F;  // neighbours' middles are nearer, in sides of a code

float median(std::vector<float> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// The axes as those of a code that is not mirrored.
std::array<Place, 2> clockwise_axes(const LocatedCode& code) {
  if (code.mirrored) return {code.map.terms[2], code.map.terms[1]};
  return {code.map.terms[1], code.map.terms[2]};
}

/// Places by cells, for those near a place.
class Cells {
 public:
  explicit Cells(float cell) : cell_(cell) {}

  void add(Place place, std::size_t index) {
    held_.emplace(key(cell_of(place[0]), cell_of(place[1])), std::pair{place, index});
  }

  /// Calls body(place, index) for all within a cell of a place, and some beyond.
  template <class Body>
  void near(Place to, const Body& body) const {
    for (std::int64_t k = 0; k < 9; ++k) {
      const auto [first, last] =
          held_.equal_range(key(cell_of(to[0]) + k / 3 - 1, cell_of(to[1]) + k % 3 - 1));
      for (auto it = first; it != last; ++it) body(it->second.first, it->second.second);
    }
  }

  /// The nearest within `reach`, at most a cell.
  std::optional<std::size_t> nearest(Place to, float reach) const {
    std::optional<std::size_t> best;
    near(to, [&](Place place, std::size_t index) {
      const float away = std::hypot(place[0] - to[0], place[1] - to[1]);
      if (away > reach || (away == reach && best && *best < index)) return;
      reach = away;
      best = index;
    });
    return best;
  }

 private:
  std::int64_t cell_of(float at) const { return static_cast<std::int64_t>(std::floor(at / cell_)); }
  static std::int64_t key(std::int64_t row, std::int64_t col) {
    return (row << 32) ^ (col & 0xFFFFFFFF);
  }

  float cell_;
  std::unordered_multimap<std::int64_t, std::pair<Place, std::size_t>> held_;
};

Place moved(Place from, Place axis, float by) {
  return {from[0] + by * axis[0], from[1] + by * axis[1]};
}

float side_px(const LocatedCode& code) { return code.map.pitch_px() * (2 * code.map.middle + 1); }

/// The step, modules of the code itself, that most codes have to the nearest neighbour along their
/// columns (axis 0) or rows (1), of at least so many.
std::optional<Place> common_step(const std::vector<LocatedCode>& codes, const Cells& middles,
                                 std::size_t axis, std::size_t least) {
  std::vector<float> along, beside;
  for (const LocatedCode& code : codes) {
    const std::array<Place, 2> axes = clockwise_axes(code);
    const float side = 2 * code.map.middle + 1;
    // Two codes do not overlap, so that the next one is a side away at least.
    for (float away = side; away < kNeighbourSides * side; away += 0.5F * side) {
      const Place target = moved(code.map.terms[0], axes[axis], away + 0.25F * side);
      const auto next = middles.nearest(target, 0.3F * side_px(code));
      if (!next) continue;
      const Place there = codes[*next].map.terms[0], here = code.map.terms[0];
      const float dy = there[0] - here[0], dx = there[1] - here[1];
      const Place &a = axes[axis], &b = axes[1 - axis];
      const float area = a[0] * b[1] - a[1] * b[0];
      along.push_back((dy * b[1] - dx * b[0]) / area);
      beside.push_back((dx * a[0] - dy * a[1]) / area);
      break;
    }
  }
  if (along.size() < least) return std::nullopt;
  const Place step{median(along), median(beside)};
  std::size_t agree = 0;
  for (std::size_t k = 0; k < along.size(); ++k)
    if (std::hypot(along[k] - step[0], beside[k] - step[1]) < 1) ++agree;
  if (2 * agree < along.size()) return std::nullopt;
  return step;
}

}  // namespace

bool within(const LocatedCode& code, std::int32_t rows, std::int32_t cols) {
  const float last = 2 * code.map.middle;
  for (const float row : {0.0F, last})
    for (const float col : {0.0F, last}) {
      const Place corner = code.map.at(row, col);
      if (!(corner[0] >= 0) || !(corner[1] >= 0) || corner[0] > static_cast<float>(rows - 1) ||
          corner[1] > static_cast<float>(cols - 1))
        return false;
    }
  return true;
}

ArraySteps array_steps(const std::vector<LocatedCode>& codes) {
  float cell = 1;
  for (const LocatedCode& code : codes) cell = std::max(cell, side_px(code));
  Cells middles(cell);
  for (std::size_t k = 0; k < codes.size(); ++k) middles.add(codes[k].map.terms[0], k);
  return {common_step(codes, middles, 0, 2), common_step(codes, middles, 1, 2)};
}

bool agrees(const LocatedCode& code, const CodeLattice& lattice) {
  const auto [down, right] = clockwise_axes(code);
  const auto off = [](const Place& a, const Place& b) {
    return std::hypot(a[0] - b[0], a[1] - b[1]);
  };
  const float most = kAgree * std::hypot(lattice.down[0], lattice.down[1]);
  return off(down, lattice.down) <= most && off(right, lattice.right) <= most;
}

std::optional<CodeLattice> common_lattice(const std::vector<LocatedCode>& codes) {
  if (codes.size() < 2) return std::nullopt;
  CodeLattice lattice;
  std::array<std::array<std::vector<float>, 2>, 2> values;
  for (const LocatedCode& code : codes)
    for (std::size_t axis = 0; axis < 2; ++axis)
      for (std::size_t k = 0; k < 2; ++k) values[axis][k].push_back(clockwise_axes(code)[axis][k]);
  for (std::size_t k = 0; k < 2; ++k) {
    lattice.down[k] = median(values[0][k]);
    lattice.right[k] = median(values[1][k]);
  }
  std::size_t agree = 0, inverted = 0;
  std::map<std::int32_t, std::int32_t> seen;
  for (const LocatedCode& code : codes) {
    if (!agrees(code, lattice)) continue;
    ++agree;
    if (code.inverted) ++inverted;
    ++seen[code.version];
  }
  if (agree < 2 || 3 * agree < 2 * codes.size()) return std::nullopt;
  lattice.inverted = 2 * inverted > agree;
  for (const auto& [version, count] : seen) lattice.versions.push_back(version);
  std::stable_sort(lattice.versions.begin(), lattice.versions.end(),
                   [&](std::int32_t a, std::int32_t b) { return seen[a] > seen[b]; });
  return lattice;
}

std::vector<LocatedCode> codes_on_lattice(const std::vector<FinderPeak>& peaks,
                                          const CodeLattice& lattice) {
  const float pitch = std::hypot(lattice.right[0], lattice.right[1]);
  const float reach = kNearModules * pitch;
  Cells cells(reach);
  for (std::size_t k = 0; k < peaks.size(); ++k) cells.add({peaks[k].y, peaks[k].x}, k);
  std::vector<bool> used(peaks.size(), false);
  std::vector<LocatedCode> codes;
  for (const std::int32_t version : lattice.versions) {
    const auto arm = static_cast<float>(format::qr::side_of(version) - 7);
    for (std::size_t k = 0; k < peaks.size(); ++k) {
      const Place corner{peaks[k].y, peaks[k].x};
      const auto right = cells.nearest(moved(corner, lattice.right, arm), reach);
      const auto down = right ? cells.nearest(moved(corner, lattice.down, arm), reach) : right;
      if (!down || used[k] || used[*right] || used[*down]) continue;
      LocatedCode code = code_through(version, corner, {peaks[*right].y, peaks[*right].x},
                                      {peaks[*down].y, peaks[*down].x}, lattice.inverted);
      used[k] = used[*right] = used[*down] = true;
      codes.push_back(code);
    }
  }
  return codes;
}

std::vector<LocatedCode> missing_neighbours(const std::vector<LocatedCode>& codes,
                                            std::int32_t rows, std::int32_t cols) {
  if (codes.size() < 4) return {};
  float cell = 1;
  for (const LocatedCode& code : codes) cell = std::max(cell, side_px(code));
  Cells middles(cell);
  for (std::size_t k = 0; k < codes.size(); ++k) middles.add(codes[k].map.terms[0], k);
  const std::array steps{common_step(codes, middles, 0, 3), common_step(codes, middles, 1, 3)};
  std::vector<LocatedCode> missing;
  for (const LocatedCode& code : codes)
    for (std::size_t axis = 0; axis < 2; ++axis)
      for (const float way : {-1.0F, 1.0F}) {
        if (!steps[axis]) continue;
        const std::array<Place, 2> axes = clockwise_axes(code);
        LocatedCode next = code;
        next.map.terms[0] = moved(moved(code.map.terms[0], axes[axis], way * (*steps[axis])[0]),
                                  axes[1 - axis], way * (*steps[axis])[1]);
        if (middles.nearest(next.map.terms[0], 0.5F * side_px(code)) || !within(next, rows, cols))
          continue;
        middles.add(next.map.terms[0], codes.size() + missing.size());
        if (next.mirrored) {  // as code_through gives them
          std::swap(next.map.terms[1], next.map.terms[2]);
          std::swap(next.map.terms[3], next.map.terms[5]);
          next.mirrored = false;
        }
        missing.push_back(next);
      }
  return missing;
}

std::vector<LocatedCode> best_apart(std::vector<LocatedCode> codes, std::size_t most) {
  const auto place = [](const LocatedCode& code) { return code.map.terms[0]; };
  std::stable_sort(codes.begin(), codes.end(), [&](const LocatedCode& a, const LocatedCode& b) {
    return a.score != b.score ? a.score > b.score : place(a) < place(b);
  });
  float cell = 1;
  for (const LocatedCode& code : codes) cell = std::max(cell, side_px(code));
  Cells middles(cell);  // of two that overlap one holds the other's middle: within 0.71 sides
  std::vector<LocatedCode> kept;
  for (const LocatedCode& code : codes) {
    if (kept.size() >= most) break;
    bool hidden = false;
    middles.near(place(code),
                 [&](Place, std::size_t k) { hidden = hidden || overlap(kept[k], code); });
    if (hidden) continue;
    middles.add(place(code), kept.size());
    kept.push_back(code);
  }
  std::sort(kept.begin(), kept.end(),
            [&](const LocatedCode& a, const LocatedCode& b) { return place(a) < place(b); });
  return kept;
}

}  // namespace ostracon::steps
