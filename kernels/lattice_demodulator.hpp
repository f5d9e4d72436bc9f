#pragma once

#include <complex>
#include <cstdint>

#include "core/buffer.hpp"
#include "host/steps/lattice_phase.hpp"
#include "kernels/core/device.hpp"
#include "kernels/lattice_filter.hpp"

namespace ostracon::cuda {

/// Demodulates images of one size tile by tile into the lines of the lattice, and in some tiles
/// beside them. As host/cpu/lattice_demodulator.cpp does it. Must not outlive its device.
class LatticeDemodulator {
 public:
  /// Errors: kOutOfMemory; kDevice.
  static Result<LatticeDemodulator> create(std::int32_t rows, std::int32_t cols, Device& device);

  /// Starts anew: `tiles` has its sizes set.
  void begin(const steps::Carriers& carriers, const steps::PhaseTiles& tiles);
  /// Adds the aspect of `image`, taken at offset (oy, ox) px of the pixel grid; `filter` has its
  /// scale and its dirt.
  Result<> add(ImageView<const float> image, const LatticeFilter& filter, LatticeAspect aspect,
               float oy, float ox);
  /// Waits for the lines, and puts them into `tiles` scaled to noise 1.
  Result<> finish(steps::PhaseTiles& tiles);

 private:
  using Complex = std::complex<float>;
  LatticeDemodulator(std::int32_t rows, std::int32_t cols, Device& device,
                     Buffer<rules::Turn> turns, Buffer<rules::Turn> lines);

  std::int32_t rows_, cols_;
  Device* device_;
  Buffer<rules::Turn> turns_;  // [of y, then of x][pixel][line]
  Buffer<rules::Turn> lines_;  // row line, col line [tile]; beside them [noise tile]
  std::array<std::array<float, 2>, 4> frequency_{};
  std::int32_t tile_px_ = 0, tile_rows_ = 0, tile_cols_ = 0, noise_step_ = 1;
  bool first_ = true;
};

}  // namespace ostracon::cuda
