#pragma once

#include <complex>

#include "core/buffer.hpp"
#include "host/steps/lattice_refinement.hpp"
#include "kernels/core/device.hpp"

namespace ostracon::cuda {

/// The host's local quadratics (host/steps/lattice_refinement.cpp) with a thread a tile; they agree
/// but for the order of sums. Must not outlive its device.
class DevicePhaseFitter final : public steps::PhaseFitter {
 public:
  /// For at most `tiles` tiles. Errors: kOutOfMemory; kDevice.
  static Result<DevicePhaseFitter> create(std::size_t tiles, Device& device);

  Result<> fit(const steps::PhaseTiles& tiles, std::span<const steps::FitPass> passes,
               steps::SmoothPhase& phase) override;
  /// The phase that the last fit left, [axis][tile], row line first.
  const float* phase() const { return phase_.data(); }

 private:
  using Complex = std::complex<float>;
  DevicePhaseFitter(Device& device, Buffer<Complex> lines, Buffer<Complex> turned,
                    Buffer<float> phase, Buffer<float> evidence, Buffer<float> sums);

  Device* device_;
  Buffer<Complex> lines_;   // [axis][tile]
  Buffer<Complex> turned_;  // [axis][tile]: against the phase; at the end sums over blocks
  Buffer<float> phase_;     // [axis][tile]
  Buffer<float> evidence_;  // [axis][phase, weight][tile]
  Buffer<float> sums_;      // [axis][power][tile]: along the rows
};

}  // namespace ostracon::cuda
