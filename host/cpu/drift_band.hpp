#pragma once
// Row bands of a field: where they lie, and the spectra of every frame in one of them.

#include <opencv2/core.hpp>
#include <vector>

#include "host/cpu/drift_spectra.hpp"
#include "pipeline/stages/drift_estimator.hpp"

namespace ostracon::cpu {

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

/// Bands of a field, wide and low: motion goes from row to row, so a low band blurs it least. They
/// cover a field of up to 2^20 px whole and of a larger one an eighth, but at least 2^20 px.
struct BandPlan {
  explicit BandPlan(const DriftEstimatorConfig& config);

  std::size_t bands() const { return first_row.size(); }
  float centre_y(std::size_t band) const {
    return static_cast<float>(first_row[band]) + 0.5F * static_cast<float>(shape.rows - 1);
  }

  FieldShape field;
  BandShape shape;
  std::vector<std::int32_t> first_row;
  std::int32_t first_col = 0;
  BandWindow window_y, window_x;
};

/// Where a band is cut out of one frame, against its place in the plan.
struct CropOffset {
  std::int32_t y = 0, x = 0;
};

/// Everything one band needs, made once.
struct BandWork {
  explicit BandWork(const BandPlan& plan);

  /// Spectra of the flattened pixels of frame `f`, cut out at `offset` clamped into the frame.
  /// Columns kx = 0 and the highest are 0: what flickers from row to row lies there.
  void transform(const BandPlan& plan, std::size_t band, const FrameStack& stack,
                 const FlatField& flat, std::size_t f, CropOffset offset);

  /// Shift of a frame's content inside its crop.
  Shift residual(std::size_t f, Shift shift) const {
    return {shift[0] - static_cast<float>(offsets[f].y),
            shift[1] - static_cast<float>(offsets[f].x)};
  }

  std::vector<Spectrum> frames;
  std::vector<CropOffset> offsets;  // of every frame
  Spectrum sum, reference, product;
  cv::Mat pixels, transformed, coarse;
};

}  // namespace ostracon::cpu
