#pragma once
// What the simulator needs to know of a plate: its pages and where they lie.

#include <cstdint>
#include <span>

#include "core/result.hpp"

namespace ostracon::sem {

class PlateSource {
 public:
  struct Position {
    std::int64_t row = 0, col = 0;
  };

  virtual ~PlateSource() = default;
  virtual std::uint32_t pages() const = 0;
  virtual std::int32_t page_rows() const = 0;  ///< modules, the same for every page
  virtual std::int32_t page_cols() const = 0;
  /// Upper left module of `page` in plate module coordinates.
  virtual Position position(std::uint32_t page) const = 0;
  virtual double pitch_nm() const = 0;
  virtual std::int32_t gap_modules() const = 0;
  /// Whether what no page covers has the pseudo-noise of gaps; else it is land.
  virtual bool writes_gaps() const { return true; }
  /// Fills page_rows() * page_cols() modules, row-major, one bit per byte (1 = pit).
  virtual Result<> read(std::uint32_t page, std::span<std::uint8_t> modules) = 0;
};

}  // namespace ostracon::sem
