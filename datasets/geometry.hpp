#pragma once
// Where a pixel of a motionless scan looks: affine map and smooth warp, and its inverse.

#include <array>
#include <cstdint>
#include <vector>

#include "datasets/profile.hpp"

namespace ostracon::sem {

/// (y, x) in pixels of a field, or (row, col) in modules of a page.
struct Point {
  double y = 0, x = 0;
};

struct PageShape {
  std::int32_t rows = 0, cols = 0;  ///< modules
  double pitch_nm = 0;
};

struct FieldSize {
  std::int32_t rows = 0, cols = 0;  ///< pixels
};

/// The field that shows the whole page whatever drift, warp and stage do: multiples of 8 pixels.
/// `field-rows` and `field-cols` of the profile overrule it.
FieldSize field_size(const Profile& profile, const PageShape& page);

class FieldMap {
 public:
  /// Stage error and warp are drawn from (seed, field).
  FieldMap(const Profile& profile, const PageShape& page, FieldSize size, std::uint64_t seed,
           std::uint64_t field);

  /// Module coordinates on the page (centres at integers) under pixel coordinates, and back.
  Point module_of(Point pixel) const;
  Point pixel_of(Point module) const;

  /// Page modules at the field's centre minus the page's centre, warp apart.
  Point stage_offset() const { return stage_offset_; }
  /// Unit vector of the image's +x direction in modules.
  Point image_x_direction() const;
  double warp_bound_modules() const { return warp_bound_; }

 private:
  struct Wave {
    double row_frequency, col_frequency, phase, row_amplitude, col_amplitude;
  };
  Point warp(Point module) const;

  std::array<double, 4> to_pixel_;  // row-major 2 x 2
  std::array<double, 4> to_module_;
  Point pixel_centre_, module_centre_, stage_offset_;
  std::vector<Wave> waves_;
  double warp_bound_ = 0;
};

/// FieldMap on a grid of kStep pixels, linear between the nodes. Error: peak warp * (2 pi kStep /
/// wavelength in pixels)^2 / 8, or 4e-4 module for a peak of 1 and 900 pixels.
class MapGrid {
 public:
  static constexpr std::int32_t kStep = 8;

  /// Covers `low` to `high` in pixels; `origin` is taken off the modules.
  MapGrid(const FieldMap& map, Point low, Point high, Point origin);

  /// Nodes of the line at pixel row `y`: `nodes()` values of module row and column, at pixel
  /// columns first_x() + kStep * k.
  void line(double y, float* rows, float* cols) const;
  std::int32_t nodes() const { return cols_; }
  double first_x() const { return low_.x; }

 private:
  Point low_;
  std::int32_t rows_ = 0, cols_ = 0;
  std::vector<float> module_row_, module_col_;
};

}  // namespace ostracon::sem
