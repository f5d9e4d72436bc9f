#pragma once
// How the codewords of a zone share its modules: colour = (column + step row) mod n, counted from
// the zone's upper left corner; codeword = colour. All zones use one n and one step.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "format/page_layout.hpp"

namespace ostracon::format {

/// A zone: rows [row, row + rows), columns [col, col + cols) of the page.
struct Zone {
  std::int32_t row, col, rows, cols;
};

/// Zone (i, j) of zone_rows x zone_cols begins at row floor(i rows / zone_rows), column likewise.
std::vector<Zone> zones_of(const PageGeometry& geometry);

/// Modules of every zone that are not kData, as (row, col) counted from the zone's corner.
struct ZoneHoles {
  Zone zone;
  std::vector<ModulePosition> holes;
  std::int64_t data_modules() const;
};
std::vector<ZoneHoles> holes_of(const PageGeometry& geometry, std::span<const ModuleKind> kinds);

/// Data modules of each of `colours` colours in a zone.
std::vector<std::int32_t> colour_counts(const ZoneHoles& zone, std::int32_t colours,
                                        std::int32_t step);

/// True if every colour of every zone has at least `length` data modules.
bool lattice_holds(std::span<const ZoneHoles> zones, std::int32_t colours, std::int32_t step,
                   std::int32_t length);

/// Square of the smallest distance between two modules of one colour.
std::int32_t squared_distance(std::int32_t colours, std::int32_t step);

struct Lattice {
  std::int32_t colours = 0;  ///< n: codewords in a zone
  std::int32_t step = 0;     ///< b: 1 .. n - 1, or 0 if n = 1
};

/// The writer's choice: the largest n, and for it the step of largest distance (then the smallest
/// step), such that lattice_holds; steps below 0.75 of the best distance of their n do not count.
/// Empty if not even n = 1 holds. Readers take n and step from the header instead.
std::optional<Lattice> choose_lattice(std::span<const ZoneHoles> zones, std::int32_t length);

}  // namespace ostracon::format
