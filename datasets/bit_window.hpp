#pragma once
// The part of a plate that one field can see, as written: page, gap, neighbours, blank land.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "datasets/plate_source.hpp"
#include "datasets/profile.hpp"

namespace ostracon::sem {

/// Sides of a pit relative to the centre of its module, in 1 / StepTable::kUnit module, less than
/// 4 modules; all 0 where there is no pit.
struct PitSides {
  std::int16_t top = 0, bottom = 0, left = 0, right = 0;
};

struct BitWindow {
  std::int64_t first_row = 0, first_col = 0;  ///< plate module of cell (0, 0)
  std::int32_t rows = 0, cols = 0;
  std::vector<std::uint8_t> bits;      ///< rows x cols, 1 = pit, write errors included
  std::vector<std::uint8_t> patterns;  ///< bit b of a cell = `bits` at column + b - 2
  std::vector<PitSides> pits;          ///< rows x cols if pits differ, else empty
  std::size_t write_errors = 0;

  std::size_t index(std::int32_t row, std::int32_t col) const {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(cols) +
           static_cast<std::size_t>(col);
  }
};

/// Rectangle of plate modules: first included, last excluded.
struct ModuleRectangle {
  std::int64_t first_row = 0, first_col = 0, last_row = 0, last_col = 0;
};

/// Positions of all pages and their common bounding box.
struct PlateMap {
  std::vector<PlateSource::Position> positions;
  ModuleRectangle bounds;
};
PlateMap make_plate_map(const PlateSource& source);

/// Reads every page in view (only `page` where the profile has no neighbours). Errors of the
/// source are passed on.
Result<BitWindow> make_window(const Profile& profile, PlateSource& source, const PlateMap& plate,
                              std::uint32_t page, const ModuleRectangle& view, std::uint64_t seed);

}  // namespace ostracon::sem
