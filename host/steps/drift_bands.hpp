#pragma once
// Row bands of a field: where they lie, how they fade out, and the frequencies they have.

#include <array>
#include <cstdint>
#include <vector>

#include "pipeline/stages/drift_estimator.hpp"

namespace ostracon::steps {

using Shift = std::array<float, 2>;  ///< (y, x) px

/// Sizes of the half plane of a rows x cols real transform.
struct BandShape {
  std::int32_t rows = 0, cols = 0;
  std::int32_t half_cols() const { return cols / 2 + 1; }
  std::size_t size() const {
    return static_cast<std::size_t>(rows) * static_cast<std::size_t>(half_cols());
  }
  /// Angular frequency of row index ky, in (-pi, pi].
  float omega_y(std::int32_t ky) const;
  float omega_x(std::int32_t kx) const;
};

/// One axis of the window that fades a band out at its edges.
struct BandWindow {
  explicit BandWindow(std::int32_t count);

  /// d ln W / d shift of W, the window's correlation with itself: two bands that lie `shift` apart
  /// share less of the scene, which pulls the top of their correlation towards 0 by this slope.
  float overlap_slope(float shift) const;

  std::vector<float> weight;
  double power = 0;  ///< sum of weight^2

 private:
  std::vector<float> slope_;  // at shift 0, 1, 2, ...
};

/// Where a band is cut out of one frame, against its place in the plan.
struct CropOffset {
  std::int32_t y = 0, x = 0;
};

/// Bands of a field, wide and low: motion goes from row to row, so a low band blurs it least. They
/// cover a field of up to 2^20 px whole and of a larger one an eighth, but at least 2^20 px.
struct BandPlan {
  explicit BandPlan(const DriftEstimatorConfig& config);

  std::size_t bands() const { return first_row.size(); }
  float centre_y(std::size_t band) const {
    return static_cast<float>(first_row[band]) + 0.5F * static_cast<float>(shape.rows - 1);
  }
  /// `offset`, or the next one that leaves the band within the field.
  CropOffset clamped(std::size_t band, CropOffset offset) const;

  FieldShape field;
  BandShape shape;
  std::vector<std::int32_t> first_row;
  std::int32_t first_col = 0;
  BandWindow window_y, window_x;
};

}  // namespace ostracon::steps
