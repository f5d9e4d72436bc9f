#include "format/zone_lattice.hpp"

#include <algorithm>
#include <cstddef>

namespace ostracon::format {

std::vector<Zone> zones_of(const PageGeometry& geometry) {
  std::vector<Zone> zones;
  for (std::int32_t i = 0; i < geometry.zone_rows; ++i) {
    const std::int32_t row = i * geometry.rows / geometry.zone_rows;
    const std::int32_t row_end = (i + 1) * geometry.rows / geometry.zone_rows;
    for (std::int32_t j = 0; j < geometry.zone_cols; ++j) {
      const std::int32_t col = j * geometry.cols / geometry.zone_cols;
      const std::int32_t col_end = (j + 1) * geometry.cols / geometry.zone_cols;
      zones.push_back({row, col, row_end - row, col_end - col});
    }
  }
  return zones;
}

std::int64_t ZoneHoles::data_modules() const {
  return std::int64_t{zone.rows} * zone.cols - static_cast<std::int64_t>(holes.size());
}

std::vector<ZoneHoles> holes_of(const PageGeometry& geometry, std::span<const ModuleKind> kinds) {
  std::vector<ZoneHoles> result;
  for (const Zone& zone : zones_of(geometry)) {
    ZoneHoles holes{zone, {}};
    for (std::int32_t row = 0; row < zone.rows; ++row) {
      const auto line = kinds.subspan(
          static_cast<std::size_t>(zone.row + row) * static_cast<std::size_t>(geometry.cols) +
              static_cast<std::size_t>(zone.col),
          static_cast<std::size_t>(zone.cols));
      for (std::int32_t col = 0; col < zone.cols; ++col) {
        if (line[static_cast<std::size_t>(col)] != ModuleKind::kData) {
          holes.holes.push_back({row, col});
        }
      }
    }
    result.push_back(std::move(holes));
  }
  return result;
}

std::vector<std::int32_t> colour_counts(const ZoneHoles& zone, std::int32_t colours,
                                        std::int32_t step) {
  // Count the whole rectangle row by row without touching its modules, then take out the holes:
  // a row holds every colour floor(cols / n) times and (cols mod n) successive ones once more.
  const std::int32_t every = zone.zone.cols / colours * zone.zone.rows;
  const std::int32_t more = zone.zone.cols % colours;
  std::vector<std::int32_t> change(static_cast<std::size_t>(colours) + 1, 0);
  std::int32_t first = 0;
  for (std::int32_t row = 0; row < zone.zone.rows; ++row) {
    const std::int32_t end = first + more;
    ++change[static_cast<std::size_t>(first)];
    --change[static_cast<std::size_t>(std::min(end, colours))];
    if (end > colours) {
      ++change[0];
      --change[static_cast<std::size_t>(end - colours)];
    }
    first = (first + step) % colours;
  }
  std::vector<std::int32_t> counts(static_cast<std::size_t>(colours));
  std::int32_t extra = 0;
  for (std::size_t colour = 0; colour < counts.size(); ++colour) {
    extra += change[colour];
    counts[colour] = every + extra;
  }
  for (const ModulePosition& hole : zone.holes) {
    --counts[static_cast<std::size_t>((hole.col + step * hole.row) % colours)];
  }
  return counts;
}

bool lattice_holds(std::span<const ZoneHoles> zones, std::int32_t colours, std::int32_t step,
                   std::int32_t length) {
  return std::all_of(zones.begin(), zones.end(), [&](const ZoneHoles& zone) {
    const auto counts = colour_counts(zone, colours, step);
    return *std::min_element(counts.begin(), counts.end()) >= length;
  });
}

std::int32_t squared_distance(std::int32_t colours, std::int32_t step) {
  std::int32_t best = colours * colours;  // along a row
  for (std::int32_t row = 1; row * row < best; ++row) {
    const std::int32_t ahead = step * row % colours;
    const std::int32_t col = std::min(ahead, colours - ahead);
    best = std::min(best, row * row + col * col);
  }
  return best;
}

std::optional<Lattice> choose_lattice(std::span<const ZoneHoles> zones, std::int32_t length) {
  std::int64_t least = zones.front().data_modules();
  for (const ZoneHoles& zone : zones) least = std::min(least, zone.data_modules());
  for (auto n = static_cast<std::int32_t>(least / length); n > 1; --n) {
    struct Candidate {
      std::int32_t distance, step;
    };
    std::vector<Candidate> candidates;
    for (std::int32_t step = 1; step < n; ++step) {
      candidates.push_back({squared_distance(n, step), step});
    }
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](Candidate a, Candidate b) { return a.distance > b.distance; });
    const std::int32_t best = candidates.front().distance;
    for (const Candidate& candidate : candidates) {
      if (16 * candidate.distance < 9 * best) break;
      if (lattice_holds(zones, n, candidate.step, length)) return Lattice{n, candidate.step};
    }
  }
  if (least >= length) return Lattice{1, 0};
  return std::nullopt;
}

}  // namespace ostracon::format
