#include "pipeline/raw_lattice/damage.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "pipeline/raw_lattice/phase_sets.hpp"
#include "pipeline/raw_lattice/quantile.hpp"

namespace ostracon::raw_lattice {
namespace {

constexpr std::int32_t kSide = 12;  // points across two pitches
constexpr std::int32_t kPoints = kSide * kSide;
constexpr std::int64_t kLeastCells = 48;  // of a set, for its percentiles
constexpr std::size_t kMostCells = 4096;  // that percentiles are taken of
constexpr std::size_t kBandCells = 40;    // at least, of a band: two lie below its 5th percentile
constexpr std::size_t kMostBands = 15;
constexpr float kMargin = 1.05F;        // of the distance of the percentiles
constexpr float kLeastDistance = 0.1F;  // of that of all points together
constexpr std::int32_t kLeastPoints = 2;
constexpr double kBeyondEdge = 0.5;  // pitches outside the outermost lines that are looked at

double place_of(std::int32_t index) { return 2 * (index + 0.5) / kSide - 1; }

std::size_t point(std::int32_t i, std::int32_t j) {
  return static_cast<std::size_t>(i) * kSide + static_cast<std::size_t>(j);
}

/// Whether a point lies in the cell's own square, along one axis.
bool own(std::int32_t index) { return std::abs(place_of(index)) < 0.5; }

bool beyond_edge(const Lines& lines, std::int32_t line, double place) {
  return (line == 0 && place < -kBeyondEdge) || (line + 1 == lines.count() && place > kBeyondEdge);
}

struct Bounds {
  float low = 0, high = 0;
};

/// `values` in the order of the cells, which is from the top of the lattice to its bottom.
Bounds usual_range(const std::vector<float>& values) {
  const std::size_t bands = std::clamp<std::size_t>(values.size() / kBandCells, 1, kMostBands);
  std::vector<float> lows, highs;
  for (std::size_t band = 0; band < bands; ++band) {
    const auto begin = static_cast<std::ptrdiff_t>(values.size() * band / bands);
    const auto end = static_cast<std::ptrdiff_t>(values.size() * (band + 1) / bands);
    const std::vector<float> part(values.begin() + begin, values.begin() + end);
    lows.push_back(quantile(part, 0.05));
    highs.push_back(quantile(part, 0.95));
  }
  return {quantile(lows, 0.5), quantile(highs, 0.5)};
}

}  // namespace

Damage find_damage(const Image& image, const Grid& grid) {
  const auto cells = static_cast<std::size_t>(grid.cells());
  Damage damage{std::vector<bool>(cells), std::vector<float>(cells)};
  const auto value_at = [&](std::int64_t cell, std::int32_t i, std::int32_t j) {
    return image.at(grid.at(static_cast<std::int32_t>(cell / grid.cols.count()),
                            static_cast<std::int32_t>(cell % grid.cols.count()), place_of(i),
                            place_of(j)));
  };
  for (const auto& set : phase_sets(grid, kLeastCells)) {
    const std::size_t stride = (set.size() + kMostCells - 1) / kMostCells;
    std::array<Bounds, kPoints> percentiles{};
    std::vector<float> values, all;
    for (std::int32_t i = 0; i < kSide; ++i)
      for (std::int32_t j = 0; j < kSide; ++j) {
        values.clear();
        for (std::size_t k = 0; k < set.size(); k += stride)
          values.push_back(value_at(set[k], i, j));
        percentiles[point(i, j)] = usual_range(values);
        if (own(i) && own(j)) all.insert(all.end(), values.begin(), values.end());
      }
    const float least = kLeastDistance * (quantile(all, 0.9) - quantile(all, 0.1));
    for (const std::int64_t cell : set) {
      const auto row = static_cast<std::int32_t>(cell / grid.cols.count());
      const auto col = static_cast<std::int32_t>(cell % grid.cols.count());
      std::int32_t near = 0, inside = 0;
      for (std::int32_t i = 0; i < kSide; ++i)
        for (std::int32_t j = 0; j < kSide; ++j) {
          if (beyond_edge(grid.rows, row, place_of(i)) || beyond_edge(grid.cols, col, place_of(j)))
            continue;
          const Bounds& usual = percentiles[point(i, j)];
          const float margin = kMargin * std::max(usual.high - usual.low, least);
          const float value = value_at(cell, i, j);
          if (value >= usual.low - margin && value <= usual.high + margin) continue;
          ++near;
          if (own(i) && own(j)) ++inside;
        }
      const auto at = static_cast<std::size_t>(cell);
      damage.near[at] = near >= kLeastPoints;
      if (damage.near[at]) damage.share[at] = static_cast<float>(inside) / (kPoints / 4.0F);
    }
  }
  return damage;
}

}  // namespace ostracon::raw_lattice
