#pragma once
// Sampling by a reader that is told where every pixel looked.

#include <vector>

#include "bench/dose_curve/page_trial.hpp"
#include "core/view.hpp"
#include "pipeline/field.hpp"

namespace ostracon::bench {

/// What is true of a rendered page, in the terms of the pipeline's stages.
struct TrueField {
  LatticeMap map;    ///< nodes every 4 modules, from 8 modules beyond the page to 8 beyond it
  DriftField drift;  ///< a band for every row, jitter and mains apart
  FlatField flat;    ///< gain of the shading times the mean signal; flicker is not told
};

TrueField true_field(const Point& point, const SimulatedPage& page, std::int32_t page_number);

/// Gain of the shading at a pixel: 1 at the dose asked for.
double gain_at(const sem::Profile& profile, const FieldShape& shape, double y, double x);

/// The matched filter of ModuleSampler for modules (-margin, -margin) onwards, but with the motion
/// of every single row, jitter and mains included, the pulse turned with the lattice, and the gain
/// at every pixel. `grid` is (rows + 2 margin) x (cols + 2 margin); a module outside the frames
/// reads 0.
void sample_by_truth(const Point& point, const SimulatedPage& page, const TrueField& field,
                     std::int32_t margin, ImageView<float> grid);

}  // namespace ostracon::bench
