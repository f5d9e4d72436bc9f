#pragma once
// Power of the spectra of a field: energies of its frames, its model of signal and noise, and the
// weights that follow.

#include <memory>
#include <span>
#include <vector>

#include "host/steps/band_spectra.hpp"
#include "kernels/core/fft.hpp"
#include "kernels/drift_bands.hpp"

namespace ostracon::cuda {

class DriftPower {
 public:
  static Result<std::unique_ptr<DriftPower>> create(const steps::BandPlan& plan, Device& device);

  /// Of every frame; what fit() goes by.
  ///   spectra  DriftBands, on the device
  Result<std::vector<steps::FrameEnergy>> energies(const Complex* spectra);
  /// The power model of the mean over `frames`.
  Result<steps::PowerSummary> fit(std::span<const std::size_t> frames);

  ActiveBand active() const { return active_; }
  steps::TemplateWorth worth(std::size_t others) const { return worth_[others - 1]; }
  /// rules::drift_weight per frequency, on the device.
  Result<const float*> weights(std::size_t others);

 private:
  struct Memories {
    Buffer<std::uint8_t> row_kind, ring_of;    // [rows], [frequency]
    Buffer<std::int32_t> of_ring, ring_first;  // frequencies, and where a ring's begin
    Buffer<float> power;                       // [frame][frequency], summed over bands
    Buffer<double> energies;                   // [frame]: all, noise
    Buffer<std::int32_t> frames;               // those that are usable
    Buffer<double> mean, rings;                // [frequency], [ring]
    Buffer<float> noise, signal, weight;       // [half_cols], [frequency], [frequency]
    Buffer<double> summary;                    // kSummary, then 3 for every number of others
  };
  static Result<Memories> make_memories(const steps::BandPlan& plan, Memory& memory);
  DriftPower(const steps::BandPlan& plan, Device& device, Memories memories)
      : bands_(bands_of(plan)),
        noise_rows_(noise_rows(plan.shape)),
        least_kx_(least_kx(plan.shape)),
        device_(device),
        of_(std::move(memories)) {}
  static std::int32_t noise_rows(const steps::BandShape& shape);
  static std::int32_t least_kx(const steps::BandShape& shape);

  DriftBands bands_;
  std::int32_t noise_rows_, least_kx_;
  Device& device_;
  Memories of_;
  ActiveBand active_{};
  std::vector<steps::TemplateWorth> worth_;  // [others - 1]
  std::size_t weighed_for_ = 0;              // others of `weight`, 0: none
};

}  // namespace ostracon::cuda
