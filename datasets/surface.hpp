#pragma once
// The signal of the plate's surface along one row of pixels, before any noise.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "datasets/bit_window.hpp"
#include "datasets/damage_mask.hpp"
#include "datasets/geometry.hpp"
#include "datasets/profile.hpp"
#include "datasets/scan_motion.hpp"
#include "datasets/tables.hpp"

namespace ostracon::sem {

/// Tables that depend on the profile alone.
struct SurfaceTables {
  SurfaceTables(const Optics& optics, double pitch_nm);

  double edge_sigma;  ///< modules: blur and line width together
  double pit_reach;   ///< modules: farther from its centre no pit is felt
  PulseTable pulse;
  std::unique_ptr<PulseTable> edge_pulse, edge_slope;  ///< null without bright edges
  std::unique_ptr<StepTable> step, edge_step;          ///< null where pits are all alike
};

/// What lies in view of a field.
struct Scene {
  MapGrid grid;  ///< module coordinates relative to the window
  BitWindow window;
  DamageMask damage;
  Point detector;  ///< unit vector of the image's +x in modules
};

/// Signal of row `row` seen with content moved by `shift`: land 1, pits 1 - contrast (exchanged
/// where inverted), bright edges and dirt included. One value a pixel.
/// `scratch`: any vector of the caller's, kept between rows.
void surface_row(const Optics& optics, const SurfaceTables& tables, const Scene& scene,
                 std::int32_t row, Shift shift, std::vector<float>& scratch,
                 std::span<float> signal);

/// Takes `amplitude` times the running mean of the signal's excess over `level` off the row: a dark
/// tail of decay length `length_px` after everything bright.
void add_charging(double amplitude, double length_px, double level, std::span<float> signal);

}  // namespace ostracon::sem
