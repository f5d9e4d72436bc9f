#pragma once
// The flattened pixels of all bands of a frame, and their spectra.

#include <memory>
#include <span>
#include <vector>

#include "kernels/core/fft.hpp"
#include "kernels/core/packed_floats.hpp"
#include "kernels/drift_bands.hpp"
#include "pipeline/field.hpp"

namespace ostracon::cuda {

/// Where a band is cut out of a frame, px.
struct DriftCrop {
  std::int32_t top, left;
  bool operator==(const DriftCrop&) const = default;
};

class DriftCrops {
 public:
  static Result<std::unique_ptr<DriftCrops>> create(const steps::BandPlan& plan, Device& device);

  /// Spectra of all bands of `frames`.
  ///   offsets  [frame][band], of every frame
  ///   spectra  DriftBands, on the device
  Result<> load(const FrameStack& stack, const FlatField& flat, std::span<const std::size_t> frames,
                std::span<const steps::CropOffset> offsets, Complex* spectra);

 private:
  DriftCrops(const steps::BandPlan& plan, Device& device, PackedFloats tables,
             Buffer<float> windows, Buffer<DriftCrop> crops, Buffer<float> pixels,
             std::unique_ptr<Fft> fft)
      : plan_(plan),
        device_(device),
        tables_(std::move(tables)),
        windows_(std::move(windows)),
        crops_(std::move(crops)),
        pixels_(std::move(pixels)),
        fft_(std::move(fft)) {}

  steps::BandPlan plan_;
  Device& device_;
  PackedFloats tables_;
  Buffer<float> windows_;        // [rows], [cols]
  Buffer<DriftCrop> crops_;      // [frame][band]
  Buffer<float> pixels_;         // [band][rows][cols], of one frame
  std::vector<DriftCrop> sent_;  // what crops_ holds
  std::unique_ptr<Fft> fft_;     // of the bands of one frame
};

}  // namespace ostracon::cuda
