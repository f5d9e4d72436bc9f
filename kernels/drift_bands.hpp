#pragma once
// The bands of a field as the drift estimator's kernels see them.

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/buffer.hpp"
#include "host/steps/drift_bands.hpp"

namespace ostracon::cuda {

/// Sizes of spectra, [frame][band][rows][half_cols].
struct DriftBands {
  std::int32_t rows, cols, half_cols, bands, frames;

  OSTRACON_HD std::ptrdiff_t frequencies() const {
    return static_cast<std::ptrdiff_t>(rows) * half_cols;
  }
  OSTRACON_HD std::ptrdiff_t spectrum(std::int32_t frame, std::int32_t band) const {
    return (static_cast<std::ptrdiff_t>(frame) * bands + band) * frequencies();
  }
  /// Radians per px of frequency 1.
  OSTRACON_HD double omega_y() const { return 6.283185307179586 / rows; }
  OSTRACON_HD double omega_x() const { return 6.283185307179586 / cols; }
  /// Half turns per px of a frequency; exact, since sizes are powers of two.
  OSTRACON_HD float half_turns_y(std::int32_t ky) const {
    return static_cast<float>(2 * ky) / static_cast<float>(rows);
  }
  OSTRACON_HD float half_turns_x(std::int32_t kx) const {
    return static_cast<float>(2 * kx) / static_cast<float>(cols);
  }
};

/// A table in the device's memory. (In .cu files Buffer::from does not compile: nvcc moves no local
/// Buffer into a Result unasked.)
template <class T>
Result<Buffer<T>> put_table(Memory& memory, const std::vector<T>& table) {
  OSTRACON_TRY_ASSIGN(auto buffer, Buffer<T>::create(memory, table.size()));
  OSTRACON_TRY(memory.upload(buffer.data(), table.data(), table.size() * sizeof(T)));
  return Result<Buffer<T>>(std::move(buffer));
}

inline DriftBands bands_of(const steps::BandPlan& plan) {
  return {plan.shape.rows, plan.shape.cols, plan.shape.half_cols(),
          static_cast<std::int32_t>(plan.bands()), plan.field.frames};
}

/// The part of a half plane that carries signal: rows 0 .. ky and -ky .. -1, columns 1 .. kx. The
/// columns 0 and half_cols - 1 of a spectrum count as 0, whatever stands there.
struct ActiveBand {
  std::int32_t ky, kx;

  OSTRACON_HD std::int32_t rows() const { return 2 * ky + 1; }
  OSTRACON_HD std::int32_t signed_ky(std::int32_t index) const {
    return index <= ky ? index : index - rows();
  }
  /// Where the spectra of `bands` have the row.
  OSTRACON_HD std::int32_t row(std::int32_t index, const DriftBands& bands) const {
    return index <= ky ? index : index - rows() + bands.rows;
  }
};

/// The shift of one band of a frame, px.
struct MovedBand {
  float y, x;
  std::int32_t frame;
  bool operator==(const MovedBand&) const = default;
};

/// steps::CorrelationPeak.
struct DriftPeak {
  float y, x;
  double value;
  double gradient[2], curvature[2];
};

}  // namespace ostracon::cuda
