#include "datasets/geometry.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "datasets/random.hpp"
#include "datasets/scan_motion.hpp"

namespace ostracon::sem {
namespace {

constexpr int kWaves = 8;
constexpr double kMarginPixels = 8.0;

using Matrix = std::array<double, 4>;

Point apply(const Matrix& m, Point p) { return {m[0] * p.y + m[1] * p.x, m[2] * p.y + m[3] * p.x}; }

Matrix times(const Matrix& a, const Matrix& b) {
  return {a[0] * b[0] + a[1] * b[2], a[0] * b[1] + a[1] * b[3], a[2] * b[0] + a[3] * b[2],
          a[2] * b[1] + a[3] * b[3]};
}

Matrix inverse(const Matrix& m) {
  const double determinant = m[0] * m[3] - m[1] * m[2];
  return {m[3] / determinant, -m[1] / determinant, -m[2] / determinant, m[0] / determinant};
}

Matrix pixels_from_modules(const Profile& profile) {
  const Geometry& geometry = profile.geometry;
  const double p = profile.scan.pixels_per_module;
  const double angle = geometry.rotation_deg * std::numbers::pi / 180.0;
  const double s = std::sin(angle), c = std::cos(angle);
  Matrix turn = {1, 0, 0, 1};  // by whole quarters, without rounding
  for (int quarter = 0; quarter < static_cast<int>(geometry.turn_deg) / 90; ++quarter)
    turn = times({0, 1, -1, 0}, turn);
  const double mirror = geometry.mirrored ? -1.0 : 1.0;
  const Matrix stretch = {p * (1 + geometry.scale_error), p * geometry.shear * mirror, 0,
                          p * (1 - geometry.scale_error / 2) * mirror};
  return times(times({c, s, -s, c}, turn), stretch);
}

double stage_error_modules(const Profile& profile, double pitch_nm) {
  return profile.geometry.stage_error_um * 1000.0 / pitch_nm;
}

std::int32_t round_up_to_8(double pixels) {
  return static_cast<std::int32_t>(std::ceil(pixels / 8.0)) * 8;
}

}  // namespace

FieldSize field_size(const Profile& profile, const PageShape& page) {
  const Matrix m = pixels_from_modules(profile);
  const double reach =
      3.0 * profile.geometry.warp_rms_modules + stage_error_modules(profile, page.pitch_nm);
  const double row_reach = page.rows / 2.0 + reach, col_reach = page.cols / 2.0 + reach;
  const double motion = motion_bound_px(profile.scan) + kMarginPixels;
  const double y = std::abs(m[0]) * row_reach + std::abs(m[1]) * col_reach + motion;
  const double x = std::abs(m[2]) * row_reach + std::abs(m[3]) * col_reach + motion;
  FieldSize size{round_up_to_8(2 * y), round_up_to_8(2 * x)};
  if (profile.geometry.field_rows > 0)
    size.rows = static_cast<std::int32_t>(profile.geometry.field_rows);
  if (profile.geometry.field_cols > 0)
    size.cols = static_cast<std::int32_t>(profile.geometry.field_cols);
  return size;
}

FieldMap::FieldMap(const Profile& profile, const PageShape& page, FieldSize size,
                   std::uint64_t seed, std::uint64_t field)
    : to_pixel_(pixels_from_modules(profile)), to_module_(inverse(to_pixel_)) {
  pixel_centre_ = {(size.rows - 1) / 2.0, (size.cols - 1) / 2.0};
  Random stage(stream_seed(seed, field, Purpose::kStage));
  const double error = stage_error_modules(profile, page.pitch_nm);
  stage_offset_.y = stage.uniform(-error, error);
  stage_offset_.x = stage.uniform(-error, error);
  module_centre_ = {(page.rows - 1) / 2.0 + stage_offset_.y,
                    (page.cols - 1) / 2.0 + stage_offset_.x};

  const Geometry& geometry = profile.geometry;
  if (geometry.warp_rms_modules == 0) return;
  Random random(stream_seed(seed, field, Purpose::kWarp));
  double row_power = 0, col_power = 0;
  for (int i = 0; i < kWaves; ++i) {
    const double direction = random.uniform(0, 2 * std::numbers::pi);
    waves_.push_back({std::sin(direction) / geometry.warp_wavelength_modules,
                      std::cos(direction) / geometry.warp_wavelength_modules,
                      random.uniform(0, 2 * std::numbers::pi), random.normal(), random.normal()});
    row_power += waves_.back().row_amplitude * waves_.back().row_amplitude / 2;
    col_power += waves_.back().col_amplitude * waves_.back().col_amplitude / 2;
  }
  double row_bound = 0, col_bound = 0;
  for (Wave& wave : waves_) {
    wave.row_amplitude *= geometry.warp_rms_modules / std::sqrt(row_power);
    wave.col_amplitude *= geometry.warp_rms_modules / std::sqrt(col_power);
    row_bound += std::abs(wave.row_amplitude);
    col_bound += std::abs(wave.col_amplitude);
  }
  warp_bound_ = std::max(row_bound, col_bound);
}

Point FieldMap::warp(Point module) const {
  Point sum;
  for (const Wave& wave : waves_) {
    const double value = std::sin(
        2 * std::numbers::pi * (wave.row_frequency * module.y + wave.col_frequency * module.x) +
        wave.phase);
    sum.y += wave.row_amplitude * value;
    sum.x += wave.col_amplitude * value;
  }
  return sum;
}

Point FieldMap::module_of(Point pixel) const {
  const Point plain = apply(to_module_, {pixel.y - pixel_centre_.y, pixel.x - pixel_centre_.x});
  const Point straight = {plain.y + module_centre_.y, plain.x + module_centre_.x};
  const Point bend = warp(straight);
  return {straight.y + bend.y, straight.x + bend.x};
}

Point FieldMap::pixel_of(Point module) const {
  Point straight =
      module;  // solves straight + warp(straight) = module; check() keeps warp a contraction
  for (int i = 0; i < 30 && !waves_.empty(); ++i) {
    const Point bend = warp(straight);
    straight = {module.y - bend.y, module.x - bend.x};
  }
  const Point pixel =
      apply(to_pixel_, {straight.y - module_centre_.y, straight.x - module_centre_.x});
  return {pixel.y + pixel_centre_.y, pixel.x + pixel_centre_.x};
}

Point FieldMap::image_x_direction() const {
  const Point step = apply(to_module_, {0, 1});
  const double length = std::hypot(step.y, step.x);
  return {step.y / length, step.x / length};
}

MapGrid::MapGrid(const FieldMap& map, Point low, Point high, Point origin) : low_(low) {
  rows_ = static_cast<std::int32_t>(std::ceil((high.y - low.y) / kStep)) + 2;
  cols_ = static_cast<std::int32_t>(std::ceil((high.x - low.x) / kStep)) + 2;
  const std::size_t count = static_cast<std::size_t>(rows_) * static_cast<std::size_t>(cols_);
  module_row_.reserve(count);
  module_col_.reserve(count);
  for (std::int32_t row = 0; row < rows_; ++row) {
    for (std::int32_t col = 0; col < cols_; ++col) {
      const Point module = map.module_of({low.y + kStep * row, low.x + kStep * col});
      module_row_.push_back(static_cast<float>(module.y - origin.y));
      module_col_.push_back(static_cast<float>(module.x - origin.x));
    }
  }
}

void MapGrid::line(double y, float* rows, float* cols) const {
  const double t = std::clamp((y - low_.y) / kStep, 0.0, rows_ - 1.001);
  const auto above = static_cast<std::ptrdiff_t>(t);
  const auto share = static_cast<float>(t - static_cast<double>(above));
  const float* row0 = module_row_.data() + above * cols_;
  const float* col0 = module_col_.data() + above * cols_;
  for (std::int32_t k = 0; k < cols_; ++k) {
    rows[k] = row0[k] + share * (row0[k + cols_] - row0[k]);
    cols[k] = col0[k] + share * (col0[k + cols_] - col0[k]);
  }
}

}  // namespace ostracon::sem
