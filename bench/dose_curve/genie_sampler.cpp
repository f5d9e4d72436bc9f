#include "bench/dose_curve/genie_sampler.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "datasets/converter.hpp"
#include "datasets/geometry.hpp"
#include "pipeline/rules/pulse.hpp"

namespace ostracon::bench {
namespace {

constexpr std::int32_t kNodeStep = 4;
constexpr double kReachSigmas = 3.2;  // beyond half a module and so many sigma the pulse is nothing

/// Mean signal of random bits, land 1.
double mean_signal(const sem::Optics& optics) {
  const double half_pits = optics.contrast * optics.pit_fill * optics.pit_fill / 2;
  return optics.inverted ? 1 - optics.contrast + half_pits : 1 - half_pits;
}

/// The pulse of one axis at 1/512 module.
class PulseLookup {
 public:
  explicit PulseLookup(double blur) : reach_(0.5 + kReachSigmas * blur) {
    for (std::int32_t i = 0; i <= static_cast<std::int32_t>(reach_ * kPerModule) + 1; ++i)
      values_.push_back(rules::pulse(static_cast<float>(i) / kPerModule, static_cast<float>(blur)));
  }
  double reach() const { return reach_; }
  float operator()(float modules) const {
    const auto i = static_cast<std::size_t>(std::abs(modules) * kPerModule + 0.5F);
    return i < values_.size() ? values_[i] : 0.0F;
  }

 private:
  static constexpr float kPerModule = 512;
  double reach_;
  std::vector<float> values_;
};

/// (d row, d col) of a module per pixel (dy, dx), at a module of the map.
std::array<float, 4> modules_per_pixel(const LatticeMap& map, float row, float col) {
  constexpr float kHalf = 8;
  const auto up = map.at(row - kHalf, col), down = map.at(row + kHalf, col);
  const auto left = map.at(row, col - kHalf), right = map.at(row, col + kHalf);
  const float a = (down[0] - up[0]) / (2 * kHalf), b = (right[0] - left[0]) / (2 * kHalf);
  const float c = (down[1] - up[1]) / (2 * kHalf), d = (right[1] - left[1]) / (2 * kHalf);
  const float determinant = a * d - b * c;
  return {d / determinant, -b / determinant, -c / determinant, a / determinant};
}

/// Everything about one call that its modules share.
struct Scan {
  const SimulatedPage& page;
  PulseLookup pulse;
  std::vector<float> row_gain, col_gain;  // shading = level * (1 + row_gain * col_gain)
  float level;                            // counts of the mean signal at gain 1
  std::int32_t reach_px;
};

template <class Sample>
float sample_module(const Scan& scan, std::array<float, 2> at, std::array<float, 4> inverse) {
  const FieldShape& shape = scan.page.shape;
  const auto* samples = reinterpret_cast<const Sample*>(scan.page.frames.data());
  float sum = 0, square_sum = 0;
  for (std::int32_t f = 0; f < shape.frames; ++f) {
    const auto* motion =
        scan.page.truth.row_motion.data() + static_cast<std::size_t>(f * shape.rows);
    const auto middle =
        std::clamp(static_cast<std::int32_t>(std::lround(at[0])), 0, shape.rows - 1);
    const float about = at[0] + motion[middle][0];
    const auto first = static_cast<std::int32_t>(std::floor(about)) - scan.reach_px;
    for (std::int32_t y = std::max(first, 0);
         y <= std::min(first + 2 * scan.reach_px + 1, shape.rows - 1); ++y) {
      const float dy = static_cast<float>(y) - motion[y][0] - at[0];
      const float centre = at[1] + motion[y][1];
      const auto left = static_cast<std::int32_t>(std::floor(centre)) - scan.reach_px;
      const Sample* row =
          samples + (static_cast<std::size_t>(f) * static_cast<std::size_t>(shape.rows) +
                     static_cast<std::size_t>(y)) *
                        static_cast<std::size_t>(shape.cols);
      const float row_gain = scan.row_gain[static_cast<std::size_t>(y)];
      for (std::int32_t x = std::max(left, 0);
           x <= std::min(left + 2 * scan.reach_px + 1, shape.cols - 1); ++x) {
        const float dx = static_cast<float>(x) - centre;
        const float weight = scan.pulse(inverse[0] * dy + inverse[1] * dx) *
                             scan.pulse(inverse[2] * dy + inverse[3] * dx);
        const float shade =
            scan.level * (1 + row_gain * scan.col_gain[static_cast<std::size_t>(x)]);
        sum += weight * ((static_cast<float>(row[x]) - scan.page.black) / shade - 1);
        square_sum += weight * weight;
      }
    }
  }
  return square_sum > 0 ? sum / square_sum : 0.0F;
}

}  // namespace

double gain_at(const sem::Profile& profile, const FieldShape& shape, double y, double x) {
  return 1 + profile.background.shading * sem::shading_row(y / shape.rows) *
                 sem::shading_col(x / shape.cols);
}

TrueField true_field(const Point& point, const SimulatedPage& page, std::int32_t page_number) {
  const FieldShape& shape = page.shape;
  const sem::FieldMap map(
      point.profile, {point.rows, point.cols, format::PlateParameters{}.pitch_pm * 1e-3},
      {shape.rows, shape.cols}, point.seed, static_cast<std::uint64_t>(page_number));
  TrueField field;
  field.map.step = kNodeStep;
  field.map.first_row = field.map.first_col = -2 * kNodeStep;
  field.map.node_rows = point.rows / kNodeStep + 5;
  field.map.node_cols = point.cols / kNodeStep + 5;
  for (std::int32_t i = 0; i < field.map.node_rows; ++i)
    for (std::int32_t j = 0; j < field.map.node_cols; ++j) {
      const auto at = map.pixel_of({static_cast<double>(field.map.first_row + i * kNodeStep),
                                    static_cast<double>(field.map.first_col + j * kNodeStep)});
      field.map.nodes.push_back({static_cast<float>(at.y), static_cast<float>(at.x)});
    }
  field.drift.frames = shape.frames;
  for (std::int32_t y = 0; y < shape.rows; ++y)
    field.drift.band_centre_y.push_back(static_cast<float>(y));
  for (std::int32_t f = 0; f < shape.frames; ++f)
    for (std::int32_t y = 0; y < shape.rows; ++y) {
      const auto* shift = page.truth.row_shift.data() + static_cast<std::size_t>(f * shape.rows);
      // Content of common row y is met in the image row that its own motion takes it to.
      const auto seen = static_cast<std::int32_t>(std::lround(static_cast<float>(y) + shift[y][0]));
      field.drift.shift.push_back(shift[std::clamp(seen, 0, shape.rows - 1)]);
    }
  field.drift.pixel_noise = 0;
  const double level =
      page.truth.bright_electrons * page.truth.dn_per_electron * mean_signal(point.profile.optics);
  field.flat.cell_rows = (shape.rows + field.flat.cell_px - 1) / field.flat.cell_px;
  field.flat.cell_cols = (shape.cols + field.flat.cell_px - 1) / field.flat.cell_px;
  for (std::int32_t i = 0; i < field.flat.cell_rows; ++i)
    for (std::int32_t j = 0; j < field.flat.cell_cols; ++j)
      field.flat.shading.push_back(static_cast<float>(
          level * gain_at(point.profile, shape, (i + 0.5) * field.flat.cell_px - 0.5,
                          (j + 0.5) * field.flat.cell_px - 0.5)));
  field.flat.frames = shape.frames;
  field.flat.rows = shape.rows;
  field.flat.row_gain.assign(
      static_cast<std::size_t>(shape.frames) * static_cast<std::size_t>(shape.rows), 1.0F);
  return field;
}

void sample_by_truth(const Point& point, const SimulatedPage& page, const TrueField& field,
                     std::int32_t margin, ImageView<float> grid) {
  const sem::Profile& profile = point.profile;
  Scan scan{page,
            PulseLookup(profile.optics.blur_sigma_modules),
            {},
            {},
            static_cast<float>(page.truth.bright_electrons * page.truth.dn_per_electron *
                               mean_signal(profile.optics)),
            0};
  scan.reach_px = static_cast<std::int32_t>(
      std::ceil(scan.pulse.reach() * profile.scan.pixels_per_module * 1.05));
  for (std::int32_t y = 0; y < page.shape.rows; ++y)
    scan.row_gain.push_back(static_cast<float>(
        profile.background.shading * sem::shading_row(static_cast<double>(y) / page.shape.rows)));
  for (std::int32_t x = 0; x < page.shape.cols; ++x)
    scan.col_gain.push_back(
        static_cast<float>(sem::shading_col(static_cast<double>(x) / page.shape.cols)));
  for (std::int32_t i = 0; i < grid.rows; ++i)
    for (std::int32_t j = 0; j < grid.cols; ++j) {
      const auto row = static_cast<float>(i - margin), col = static_cast<float>(j - margin);
      const auto at = field.map.at(row, col);
      const auto inverse = modules_per_pixel(field.map, row, col);
      switch (page.shape.type) {
        case PixelType::kU8:
          grid(i, j) = sample_module<std::uint8_t>(scan, at, inverse);
          break;
        case PixelType::kU16:
          grid(i, j) = sample_module<std::uint16_t>(scan, at, inverse);
          break;
        default:
          grid(i, j) = sample_module<float>(scan, at, inverse);
      }
    }
}

}  // namespace ostracon::bench
