#include "datasets/surface.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace ostracon::sem {
namespace {

/// Share of the beam that falls into pits, and its gradient (per module) in the edge's blur.
struct Depth {
  float share = 0, slope_row = 0, slope_col = 0;
};

struct Place {
  std::size_t cell;                     // nearest module
  std::int32_t row_phase, col_phase;    // of PulseTable
  std::int32_t row_offset, col_offset;  // from its centre, in 1 / StepTable::kUnit module
};

/// Pits that are all alike: separable, five modules of a row at once by their pattern.
class EqualPits {
 public:
  EqualPits(const SurfaceTables& tables, const BitWindow& window)
      : tables_(tables), patterns_(window.patterns.data()), width_(std::size_t(window.cols)) {}

  template <bool kEdges>
  Depth at(const Place& place) const {
    const std::uint8_t* pattern = patterns_ + (place.cell - 2 * width_);
    Depth depth;
    depth.share =
        sum(tables_.pulse.weights(place.row_phase), tables_.pulse.sums(place.col_phase), pattern);
    if constexpr (kEdges) {
      const PulseTable &h = *tables_.edge_pulse, &slope = *tables_.edge_slope;
      depth.slope_row = sum(slope.weights(place.row_phase), h.sums(place.col_phase), pattern);
      depth.slope_col = sum(h.weights(place.row_phase), slope.sums(place.col_phase), pattern);
    }
    return depth;
  }

 private:
  float sum(const float* weights, const float* sums, const std::uint8_t* pattern) const {
    return weights[0] * sums[pattern[0]] + weights[1] * sums[pattern[width_]] +
           weights[2] * sums[pattern[2 * width_]] + weights[3] * sums[pattern[3 * width_]] +
           weights[4] * sums[pattern[4 * width_]];
  }

  const SurfaceTables& tables_;
  const std::uint8_t* patterns_;
  std::size_t width_;
};

/// Each pit with its own sides: 5 x 5 products, without a branch on the bits, which no processor
/// could predict; where there is no pit its sides coincide and give 0.
class UnequalPits {
 public:
  UnequalPits(const SurfaceTables& tables, const BitWindow& window)
      : tables_(tables), pits_(window.pits.data()), width_(window.cols) {}

  template <bool kEdges>
  Depth at(const Place& place) const {
    Depth depth;
    const auto reach = static_cast<std::int32_t>(tables_.pit_reach * StepTable::kUnit);
    for (std::int32_t a = -2; a <= 2; ++a) {
      const std::int32_t y = place.row_offset - a * StepTable::kUnit;
      if (std::abs(y) > reach) continue;
      const PitSides* pit = pits_ + (static_cast<std::ptrdiff_t>(place.cell) + a * width_ - 2);
      for (std::int32_t b = -2; b <= 2; ++b, ++pit) {
        const std::int32_t x = place.col_offset - b * StepTable::kUnit;
        depth.share += inside(*tables_.step, y, pit->top, pit->bottom) *
                       inside(*tables_.step, x, pit->left, pit->right);
        if constexpr (kEdges) {
          const StepTable& edge = *tables_.edge_step;
          depth.slope_row +=
              slope(edge, y, pit->top, pit->bottom) * inside(edge, x, pit->left, pit->right);
          depth.slope_col +=
              inside(edge, y, pit->top, pit->bottom) * slope(edge, x, pit->left, pit->right);
        }
      }
    }
    return depth;
  }

 private:
  static float inside(const StepTable& table, std::int32_t x, std::int32_t low, std::int32_t high) {
    return table.step(x - low) - table.step(x - high);
  }
  static float slope(const StepTable& table, std::int32_t x, std::int32_t low, std::int32_t high) {
    return table.slope(x - low) - table.slope(x - high);
  }

  const SurfaceTables& tables_;
  const PitSides* pits_;
  std::ptrdiff_t width_;
};

class RowPainter {
 public:
  RowPainter(const Optics& optics, const SurfaceTables& tables, const Scene& scene)
      : scene_(scene),
        base_(optics.inverted ? static_cast<float>(1 - optics.contrast) : 1.0F),
        depth_gain_(static_cast<float>(optics.inverted ? optics.contrast : -optics.contrast)),
        edge_gain_(static_cast<float>(optics.edge_peak * tables.edge_sigma *
                                      std::sqrt(2 * std::numbers::pi))),
        detector_row_(static_cast<float>(scene.detector.y * optics.edge_asymmetry)),
        detector_col_(static_cast<float>(scene.detector.x * optics.edge_asymmetry)) {}

  template <bool kEdges, class Pits>
  void paint(const Pits& pits, const float* rows, const float* cols, double first_node,
             std::span<float> signal) const {
    const auto start = static_cast<float>(first_node);
    for (std::size_t x = 0; x < signal.size(); ++x) {
      const float t = start + static_cast<float>(static_cast<int>(x)) / MapGrid::kStep;
      const auto node = static_cast<int>(t);
      const float share = t - static_cast<float>(node);
      const float row = rows[node] + share * (rows[node + 1] - rows[node]);
      const float col = cols[node] + share * (cols[node + 1] - cols[node]);
      signal[x] = value<kEdges>(pits, row, col);
    }
  }

 private:
  static constexpr std::int32_t kPhases = PulseTable::kPhases;

  template <bool kEdges, class Pits>
  float value(const Pits& pits, float row, float col) const {
    // The window is larger than the view, so the clamps never bite but on a bug's worth of motion.
    const float y = std::clamp(row + 0.5F, 2.0F, static_cast<float>(scene_.window.rows - 3));
    const float x = std::clamp(col + 0.5F, 2.0F, static_cast<float>(scene_.window.cols - 3));
    const auto fine_y = static_cast<std::int32_t>(y * kPhases);
    const auto fine_x = static_cast<std::int32_t>(x * kPhases);
    if (!scene_.damage.cells.empty()) {
      const Dirt dirt = scene_.damage.cells[static_cast<std::size_t>(fine_y / (kPhases / 2)) *
                                                static_cast<std::size_t>(scene_.damage.cols) +
                                            static_cast<std::size_t>(fine_x / (kPhases / 2))];
      if (dirt != Dirt::kNone) return dirt == Dirt::kDark ? kDarkDirt : kBrightDirt;
    }
    const std::int32_t module_row = fine_y / kPhases, module_col = fine_x / kPhases;
    const Place place{scene_.window.index(module_row, module_col), fine_y % kPhases,
                      fine_x % kPhases, offset_in_units(y, module_row),
                      offset_in_units(x, module_col)};
    const Depth depth = pits.template at<kEdges>(place);
    float signal = base_ + depth_gain_ * depth.share;
    if constexpr (kEdges)
      signal += edge_gain_ *
                (std::sqrt(depth.slope_row * depth.slope_row + depth.slope_col * depth.slope_col) +
                 detector_row_ * depth.slope_row + detector_col_ * depth.slope_col);
    return signal;
  }

  static std::int32_t offset_in_units(float edge_distance, std::int32_t module) {
    return static_cast<std::int32_t>((edge_distance - static_cast<float>(module)) *
                                     StepTable::kUnit) -
           StepTable::kUnit / 2;
  }

  const Scene& scene_;
  float base_, depth_gain_, edge_gain_, detector_row_, detector_col_;
};

}  // namespace

SurfaceTables::SurfaceTables(const Optics& optics, double pitch_nm)
    : edge_sigma(std::hypot(optics.blur_sigma_modules, optics.edge_width_modules)),
      pit_reach(optics.pit_fill / 2 * (1 + 4 * optics.pit_size_spread) +
                4 * optics.placement_error_nm / pitch_nm +
                4 * std::max(optics.blur_sigma_modules, optics.edge_peak > 0 ? edge_sigma : 0)),
      pulse(optics.blur_sigma_modules, optics.pit_fill, false) {
  const bool edges = optics.edge_peak > 0;
  if (edges) {
    edge_pulse = std::make_unique<PulseTable>(edge_sigma, optics.pit_fill, false);
    edge_slope = std::make_unique<PulseTable>(edge_sigma, optics.pit_fill, true);
  }
  if (optics.pit_size_spread > 0 || optics.placement_error_nm > 0) {
    step = std::make_unique<StepTable>(optics.blur_sigma_modules);
    if (edges) edge_step = std::make_unique<StepTable>(edge_sigma);
  }
}

void surface_row(const Optics& optics, const SurfaceTables& tables, const Scene& scene,
                 std::int32_t row, Shift shift, std::vector<float>& scratch,
                 std::span<float> signal) {
  const auto nodes = static_cast<std::size_t>(scene.grid.nodes());
  scratch.resize(2 * nodes);
  float* rows = scratch.data();
  float* cols = scratch.data() + nodes;
  scene.grid.line(row - static_cast<double>(shift.y), rows, cols);
  const double first_node = (-static_cast<double>(shift.x) - scene.grid.first_x()) / MapGrid::kStep;
  const RowPainter painter(optics, tables, scene);
  const bool edges = optics.edge_peak > 0;
  if (scene.window.pits.empty()) {
    const EqualPits pits(tables, scene.window);
    edges ? painter.paint<true>(pits, rows, cols, first_node, signal)
          : painter.paint<false>(pits, rows, cols, first_node, signal);
  } else {
    const UnequalPits pits(tables, scene.window);
    edges ? painter.paint<true>(pits, rows, cols, first_node, signal)
          : painter.paint<false>(pits, rows, cols, first_node, signal);
  }
}

void add_charging(double amplitude, double length_px, double level, std::span<float> signal) {
  const auto keep = static_cast<float>(std::exp(-1 / length_px));
  const auto mean = static_cast<float>(level), gain = static_cast<float>(amplitude);
  float charge = 0;
  for (float& value : signal) {
    const float excess = value - mean;
    value -= gain * charge;
    charge = keep * charge + (1 - keep) * excess;
  }
}

}  // namespace ostracon::sem
