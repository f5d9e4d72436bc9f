// steps::BandSpectra on the device. Spectra stay there; a field costs the host a copy down of its
// frames' energies, one of the power model, one of a band's shift for every frame found, and one of
// the tops of all correlations for every round of the template.

#include "kernels/drift_estimator.hpp"

#include <string>
#include <utility>
#include <vector>

#include "host/steps/drift_estimate.hpp"
#include "kernels/drift_crops.hpp"
#include "kernels/drift_match.hpp"
#include "kernels/drift_peaks.hpp"
#include "kernels/drift_power.hpp"

namespace ostracon::cuda {
namespace {

using steps::BandPlan;
using steps::CorrelationPeak;
using steps::CropOffset;
using steps::Shift;

constexpr std::int32_t kMostFrames = 512;
constexpr std::int32_t kLeastSide = 16, kMostRows = 1024, kMostCols = 8192;

Result<> check_limits(const BandPlan& plan) {
  const steps::BandShape& shape = plan.shape;
  if (plan.field.frames <= kMostFrames && shape.rows >= kLeastSide && shape.rows <= kMostRows &&
      shape.cols >= kLeastSide && shape.cols <= kMostCols)
    return Ok{};
  return Error{ErrorCode::kInvalidArgument,
               "drift estimator: no kernels for " + std::to_string(plan.field.frames) +
                   " frames with bands of " + std::to_string(shape.rows) + " x " +
                   std::to_string(shape.cols) + " px"};
}

/// Where spectra and what is said of them lie.
struct Places {
  Buffer<Complex> spectra;  // DriftBands
  Buffer<Complex> sum;      // [band][frequency]
  Buffer<MovedBand> moved;  // [member][band]
  Buffer<DriftPeak> peaks;  // [member][band] and one more
};

Result<Places> make_places(const BandPlan& plan, Memory& memory) {
  const auto frames = static_cast<std::size_t>(plan.field.frames);
  const std::size_t of_frame = plan.bands() * plan.shape.size();
  OSTRACON_TRY_ASSIGN(auto spectra, Buffer<Complex>::create(memory, frames * of_frame));
  OSTRACON_TRY_ASSIGN(auto sum, Buffer<Complex>::create(memory, of_frame));
  OSTRACON_TRY_ASSIGN(auto moved, Buffer<MovedBand>::create(memory, frames * plan.bands()));
  OSTRACON_TRY_ASSIGN(auto peaks, Buffer<DriftPeak>::create(memory, frames * plan.bands() + 1));
  return Places{std::move(spectra), std::move(sum), std::move(moved), std::move(peaks)};
}

class CudaBandSpectra final : public steps::BandSpectra {
 public:
  CudaBandSpectra(const BandPlan& plan, Device& device, Places places,
                  std::unique_ptr<DriftCrops> crops, std::unique_ptr<DriftPower> power,
                  std::unique_ptr<DriftMatch> match)
      : bands_(bands_of(plan)),
        device_(device),
        places_(std::move(places)),
        crops_(std::move(crops)),
        power_(std::move(power)),
        match_(std::move(match)) {}

  Result<> load(const FrameStack& stack, const FlatField& flat,
                std::span<const CropOffset> offsets) override {
    std::vector<std::size_t> all;
    for (std::int32_t f = 0; f < bands_.frames; ++f) all.push_back(static_cast<std::size_t>(f));
    return cut_again(stack, flat, all, offsets);
  }
  Result<> cut_again(const FrameStack& stack, const FlatField& flat,
                     std::span<const std::size_t> frames,
                     std::span<const CropOffset> offsets) override {
    return crops_->load(stack, flat, frames, offsets, places_.spectra.data());
  }

  Result<std::vector<steps::FrameEnergy>> energies() override {
    return power_->energies(places_.spectra.data());
  }
  Result<steps::PowerSummary> fit_power(std::span<const std::size_t> frames) override {
    return power_->fit(frames);
  }
  Result<steps::TemplateWorth> worth(std::size_t others) override { return power_->worth(others); }

  Result<> clear_sum() override {
    sum_is_empty_ = true;
    return Ok{};
  }
  Result<> add_to_sum(std::size_t frame, std::span<const Shift> shift, float sign) override {
    return add({&frame, 1}, shift, sign);
  }
  Result<> sum_up(std::span<const std::size_t> members, std::span<const Shift> shift) override {
    sum_is_empty_ = true;
    return add(members, shift, 1.0F);
  }

  Result<double> find(std::size_t frame, std::size_t others, std::span<Shift> path) override {
    const auto bands = static_cast<std::size_t>(bands_.bands);
    const Complex* of_frame =
        places_.spectra.data() + bands_.spectrum(static_cast<std::int32_t>(frame), 0);
    OSTRACON_TRY_ASSIGN(const float* weight, power_->weights(others));
    DriftPeak* peaks = places_.peaks.data();
    sent_.clear();
    OSTRACON_TRY(match_->find(power_->active(), of_frame, places_.sum.data(), weight,
                              places_.moved.data(), &peaks[bands].value));
    // The path names frame 0, which of_frame is here.
    OSTRACON_TRY(climb_peaks(sum(), false, of_frame, places_.moved.data(), 1, weight,
                             steps::kPeakSteps, peaks, device_));
    std::vector<DriftPeak> found(bands + 1);
    OSTRACON_TRY(device_.memory().download(found.data(), peaks, found.size() * sizeof(DriftPeak)));
    for (std::size_t b = 0; b < bands; ++b) path[b] = {found[b].y, found[b].x};
    return found[bands].value;
  }

  Result<> find_peaks(std::span<const std::size_t> members, std::span<const Shift> start,
                      int most_steps, std::span<CorrelationPeak> peaks) override {
    OSTRACON_TRY(send(members, start));
    OSTRACON_TRY_ASSIGN(const float* weight, power_->weights(members.size() - 1));
    OSTRACON_TRY(climb_peaks(sum(), true, places_.spectra.data(), places_.moved.data(),
                             static_cast<std::int32_t>(members.size()), weight, most_steps,
                             places_.peaks.data(), device_));
    std::vector<DriftPeak> found(peaks.size());
    OSTRACON_TRY(device_.memory().download(found.data(), places_.peaks.data(),
                                           found.size() * sizeof(DriftPeak)));
    for (std::size_t i = 0; i < peaks.size(); ++i) {
      const DriftPeak& of = found[i];
      peaks[i] = {{of.y, of.x},
                  of.value,
                  {of.gradient[0], of.gradient[1]},
                  {of.curvature[0], of.curvature[1]}};
    }
    return Ok{};
  }

 private:
  DriftSum sum() const { return {places_.sum.data(), bands_, power_->active()}; }

  ///   shift  [member][band]
  Result<> send(std::span<const std::size_t> members, std::span<const Shift> shift) {
    const auto bands = static_cast<std::size_t>(bands_.bands);
    std::vector<MovedBand> moved;
    for (std::size_t i = 0; i < members.size() * bands; ++i)
      moved.push_back({shift[i][0], shift[i][1], static_cast<std::int32_t>(members[i / bands])});
    if (moved == sent_) return Ok{};
    OSTRACON_TRY(device_.memory().upload(places_.moved.data(), moved.data(),
                                         moved.size() * sizeof(MovedBand)));
    sent_ = std::move(moved);
    return Ok{};
  }
  Result<> add(std::span<const std::size_t> members, std::span<const Shift> shift, float sign) {
    OSTRACON_TRY(send(members, shift));
    const bool to_nothing = std::exchange(sum_is_empty_, false);
    return add_moved(sum(), to_nothing, places_.spectra.data(), places_.moved.data(),
                     static_cast<std::int32_t>(members.size()), sign, device_);
  }

  DriftBands bands_;
  Device& device_;
  Places places_;
  std::unique_ptr<DriftCrops> crops_;
  std::unique_ptr<DriftPower> power_;
  std::unique_ptr<DriftMatch> match_;
  std::vector<MovedBand> sent_;  // what places_.moved holds, where the host has sent it
  bool sum_is_empty_ = true;
};

}  // namespace

Result<std::unique_ptr<DriftEstimator>> make_drift_estimator(const DriftEstimatorConfig& config,
                                                             Device& device) {
  OSTRACON_TRY(steps::check(config));
  const BandPlan plan(config);
  OSTRACON_TRY(check_limits(plan));
  OSTRACON_TRY_ASSIGN(auto places, make_places(plan, device.memory()));
  OSTRACON_TRY_ASSIGN(auto crops, DriftCrops::create(plan, device));
  OSTRACON_TRY_ASSIGN(auto power, DriftPower::create(plan, device));
  OSTRACON_TRY_ASSIGN(auto match, DriftMatch::create(plan, device));
  return steps::make_drift_estimator(
      plan, std::make_unique<CudaBandSpectra>(plan, device, std::move(places), std::move(crops),
                                              std::move(power), std::move(match)));
}

}  // namespace ostracon::cuda
