#pragma once
// Where a frame matches the sum of others: coarse maps of all bands, and the likeliest path
// through them.

#include <memory>

#include "kernels/core/fft.hpp"
#include "kernels/drift_bands.hpp"
#include "pipeline/rules/shift_path.hpp"

namespace ostracon::cuda {

class DriftMatch {
 public:
  static Result<std::unique_ptr<DriftMatch>> create(const steps::BandPlan& plan, Device& device);

  /// steps::most_likely_path of coarse maps of `frame` * conj(sum) * weight. All on the device:
  ///   frame, sum    [band][frequency]
  ///   path          [band], gets the shifts
  ///   significance  gets that of the path
  Result<> find(const ActiveBand& active, const Complex* frame, const Complex* sum,
                const float* weight, MovedBand* path, double* significance);

 private:
  DriftMatch(const steps::BandPlan& plan, const rules::ShiftGrid& grid, Device& device,
             Buffer<Complex> coarse, Buffer<float> maps, Buffer<double> variance,
             Buffer<std::uint8_t> steps, Buffer<std::int32_t> cells, std::unique_ptr<Fft> fft)
      : bands_(bands_of(plan)),
        grid_(grid),
        device_(device),
        coarse_(std::move(coarse)),
        maps_(std::move(maps)),
        variance_(std::move(variance)),
        steps_(std::move(steps)),
        cells_(std::move(cells)),
        fft_(std::move(fft)) {}

  DriftBands bands_;
  rules::ShiftGrid grid_;
  Device& device_;
  Buffer<Complex> coarse_;      // [band][rows / 2][cols / 2]
  Buffer<float> maps_;          // [band][cell]
  Buffer<double> variance_;     // [band]
  Buffer<std::uint8_t> steps_;  // [band][cell]
  Buffer<std::int32_t> cells_;  // [band]
  std::unique_ptr<Fft> fft_;
};

}  // namespace ostracon::cuda
