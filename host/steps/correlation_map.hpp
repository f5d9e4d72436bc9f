#pragma once
// Coarse correlation maps of all bands of a frame, and the shifts they make most likely together.

#include <span>
#include <vector>

#include "host/steps/drift_bands.hpp"
#include "pipeline/rules/shift_path.hpp"

namespace ostracon::steps {

/// Log-likelihood 2 J of every shift on a grid of 2 px, from frequencies up to a quarter per px.
struct CorrelationMap {
  /// Shifts up to 7/16 of the band, at most 64 px.
  explicit CorrelationMap(const BandShape& shape);

  /// Shift of a cell, moved to the top of the parabolas through it and its neighbours.
  Shift shift_of(std::size_t cell) const;

  rules::ShiftGrid grid;
  std::vector<float> value;  ///< [grid.rows()][grid.cols()]
  double variance = 0;       ///< mean square of `value`
};

struct ShiftPath {
  std::vector<Shift> shift;  ///< of every band
  double significance = 0;   ///< sum of the likelihoods along the path over its rms elsewhere
};

/// The most likely shifts of all bands together, from band to band by a step of about 2 px rms and
/// at most 4 px: what a band shows too weakly its neighbours decide.
ShiftPath most_likely_path(std::span<const CorrelationMap> maps);

}  // namespace ostracon::steps
