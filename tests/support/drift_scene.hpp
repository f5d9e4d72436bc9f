#pragma once
// Frames that drift, what the drift estimator says of them, and how far that is from the truth.

#include <algorithm>
#include <cmath>
#include <vector>

#include "tests/datasets/memory_plate.hpp"
#include "tests/support/field_on_backend.hpp"

namespace ostracon::test {

constexpr std::int32_t kDriftSide = 512;

/// Frames of `electrons` a module each, in a field of kDriftSide px square, sigma 0.4.
inline sem::Profile drifting_frames(double frames, double electrons) {
  sem::Profile profile;
  profile.noise.electrons_per_module = frames * electrons;
  profile.optics.blur_sigma_modules = 0.4;
  profile.scan.frames = frames;
  profile.scan.linear_drift = 0;
  profile.scan.drift_px = 3;
  profile.geometry.field_rows = profile.geometry.field_cols = kDriftSide;
  return profile;
}

inline Result<DriftField> estimate_drift(Backend& backend, const FieldShape& shape,
                                         std::span<const std::byte> bytes) {
  OSTRACON_TRY_ASSIGN(const auto field, upload_field(backend, shape, bytes));
  OSTRACON_TRY_ASSIGN(auto flattener, backend.make_flattener({shape}));
  OSTRACON_TRY_ASSIGN(const FlatField flat, flattener->run(field.stack()));
  OSTRACON_TRY_ASSIGN(auto estimator, backend.make_drift_estimator({.shape = shape}));
  return estimator->run(field.stack(), flat);
}

/// Root mean square over the frames that take part, axes and rows, px, of the estimate against the
/// simulated motion less its mean over these frames.
inline double motion_error(const DriftField& drift, const sem::Rendered& seen) {
  std::vector<std::int32_t> taking_part;
  for (std::int32_t f = 0; f < seen.shape.frames; ++f)
    if (drift.weight_of(f) > 0) taking_part.push_back(f);
  double square = 0;
  int count = 0;
  for (std::int32_t y = 0; y < seen.shape.rows; y += 8)
    for (std::size_t axis = 0; axis < 2; ++axis) {
      const auto error = [&](std::int32_t f) {
        return static_cast<double>(
            drift.at(f, static_cast<float>(y))[axis] -
            seen.truth.row_shift[static_cast<std::size_t>(f * seen.shape.rows + y)][axis]);
      };
      double mean = 0;
      for (const std::int32_t f : taking_part)
        mean += error(f) / static_cast<double>(taking_part.size());
      for (const std::int32_t f : taking_part) {
        square += std::pow(error(f) - mean, 2);
        ++count;
      }
    }
  return std::sqrt(square / count);
}

/// Least rms error, px an axis, of the shift of one frame of `profile` against a known template in
/// white noise: sqrt(noise variance of a pixel / sum of squared gradients), electrons alone.
inline double cramer_rao_px(sem::Profile profile, sem::PlateSource& plate) {
  const double frames = profile.scan.frames;
  const double electrons =
      profile.noise.electrons_per_module / frames / std::pow(profile.scan.pixels_per_module, 2);
  profile.scan.frames = 1;
  profile.scan.drift_px = 0;
  profile.adc.bits = 32;
  profile.noise.electrons_per_module = 1e8;
  const sem::Rendered clean = sem::render(profile, plate);
  double gradients = 0, level = 0;
  for (std::int32_t y = 1; y + 1 < clean.shape.rows; ++y)
    for (std::int32_t x = 1; x + 1 < clean.shape.cols; ++x) {
      const double gy = (clean.level(0, y + 1, x) - clean.level(0, y - 1, x)) / 2;
      const double gx = (clean.level(0, y, x + 1) - clean.level(0, y, x - 1)) / 2;
      gradients += (gy * gy + gx * gx) / 2;
      level += clean.level(0, y, x);
    }
  const double pixels = static_cast<double>(clean.shape.rows - 2) * (clean.shape.cols - 2);
  return std::sqrt(level / pixels / electrons / gradients);
}

}  // namespace ostracon::test
