#include "host/steps/drift_estimate.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "host/steps/frame_registration.hpp"

namespace ostracon::steps {
namespace {

constexpr float kNodeStep = 64;           // rows between the nodes of a track
constexpr double kUsualEnergy = 8;        // times the median, or one part of it
constexpr double kLeastAmplitude = 0.35;  // of the median: less and a frame only adds noise
constexpr double kEqualWeights = 0.25;    // frames that differ by less are worth the same

/// Of those that are numbers; 0 if none is.
double median(std::vector<double> values) {
  std::erase_if(values, [](double value) { return !std::isfinite(value); });
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

class SteppedDriftEstimator final : public DriftEstimator {
 public:
  SteppedDriftEstimator(const BandPlan& plan, std::unique_ptr<BandSpectra> spectra)
      : shape_(plan.field),
        plan_(plan),
        spectra_(std::move(spectra)),
        registration_(plan_, *spectra_) {}

  Result<DriftField> run(const FrameStack& frames, const FlatField& flat) override {
    if (!(frames.shape == shape_))
      return Error{ErrorCode::kInvalidArgument, "DriftEstimator: field has another shape"};
    OSTRACON_TRY(registration_.load(frames, flat));
    OSTRACON_TRY_ASSIGN(energy_, spectra_->energies());
    const std::vector<std::size_t> usable = frames_with_a_picture();
    OSTRACON_TRY_ASSIGN(const PowerSummary power, spectra_->fit_power(usable));
    OSTRACON_TRY(registration_.match(frames, flat, usable));
    if (registration_.has_cut_again()) {
      OSTRACON_TRY_ASSIGN(energy_, spectra_->energies());
    }
    weigh(usable, power);

    DriftField drift;
    drift.frames = shape_.frames;
    // Noise power per frequency over the power of the window.
    drift.pixel_noise =
        static_cast<float>(power.noise / (plan_.window_y.power * plan_.window_x.power));
    drift.residual_px = static_cast<float>(registration_.residual());
    drift.weight = weight_;
    if (std::any_of(fault_.begin(), fault_.end(),
                    [](FrameFault f) { return f != FrameFault::kNone; }))
      drift.fault = fault_;
    lay_tracks(drift);
    return drift;
  }

 private:
  /// Marks frames whose spectra hold next to nothing, or more than any picture, as blank.
  std::vector<std::size_t> frames_with_a_picture() {
    fault_.assign(energy_.size(), FrameFault::kNone);
    std::vector<double> energy;
    for (const FrameEnergy& of : energy_) energy.push_back(of.all);
    std::vector<std::size_t> all, usable;
    const double usual = median(energy);
    for (std::size_t f = 0; f < energy.size(); ++f) {
      all.push_back(f);
      if (energy[f] * kUsualEnergy > usual && energy[f] < usual * kUsualEnergy) usable.push_back(f);
    }
    if (usable.empty()) return all;
    for (const std::size_t f : all) fault_[f] = FrameFault::kBlank;
    for (const std::size_t f : usable) fault_[f] = FrameFault::kNone;
    return usable;
  }

  /// Frames that match the others worse than most are left out; the rest count by amplitude over
  /// noise, as a matched filter has it, where that differs at all.
  void weigh(const std::vector<std::size_t>& usable, const PowerSummary& power) {
    weight_.clear();
    const auto& members = registration_.members();
    for (const std::size_t f : usable)
      if (std::find(members.begin(), members.end(), f) == members.end())
        fault_[f] = shows_little(f, power) ? FrameFault::kBlurred : FrameFault::kDifferent;
    std::vector<double> worth(fault_.size(), 0.0);
    if (members.size() > 1) {
      std::vector<double> amplitude, noise;
      for (const std::size_t f : members) {
        amplitude.push_back(registration_.amplitude(f));
        noise.push_back(energy_[f].noise);
      }
      const double usual_amplitude = median(amplitude);
      const double usual_noise = median(noise);
      for (std::size_t m = 0; m < members.size(); ++m) {
        const double relative = amplitude[m] / usual_amplitude;
        if (relative < kLeastAmplitude) {
          fault_[members[m]] = FrameFault::kBlurred;
        } else {
          worth[members[m]] = relative / (noise[m] / usual_noise);
        }
      }
    } else {
      for (const std::size_t f : members) worth[f] = 1;
    }
    if (std::all_of(worth.begin(), worth.end(),
                    [](double w) { return std::abs(w - 1) < kEqualWeights; }))
      return;
    for (const double w : worth)
      weight_.push_back(std::abs(w - 1) < kEqualWeights ? 1.0F
                                                        : static_cast<float>(std::min(w, 4.0)));
  }

  /// Less than half the pattern of a usual frame above its own noise.
  bool shows_little(std::size_t f, const PowerSummary& power) const {
    std::vector<double> energy, noise;
    for (const std::size_t m : registration_.members()) {
      energy.push_back(energy_[m].all);
      noise.push_back(energy_[m].noise);
    }
    const double signal = power.signal * static_cast<double>(plan_.bands());
    const double noise_alone = (median(energy) - signal) * energy_[f].noise / median(noise);
    return energy_[f].all - noise_alone < 0.5 * signal;
  }

  void lay_tracks(DriftField& drift) const {
    const std::size_t nodes =
        plan_.bands() == 1
            ? 1
            : 2 + static_cast<std::size_t>(static_cast<float>(shape_.rows - 1) / kNodeStep);
    std::vector<double> places;
    for (std::size_t i = 0; i < nodes; ++i) {
      const float y = nodes == 1 ? plan_.centre_y(0)
                                 : static_cast<float>(shape_.rows - 1) * static_cast<float>(i) /
                                       static_cast<float>(nodes - 1);
      drift.band_centre_y.push_back(y);
      places.push_back(static_cast<double>(y) / shape_.rows);
    }
    drift.shift.assign(fault_.size() * nodes, {0.0F, 0.0F});
    std::vector<std::size_t> taking_part;
    for (const std::size_t f : registration_.members())
      if (fault_[f] == FrameFault::kNone) taking_part.push_back(f);
    if (taking_part.size() < 2) return;
    for (const std::size_t f : taking_part) {
      const auto track = registration_.track(f, places);
      std::copy(track.begin(), track.end(),
                drift.shift.begin() + static_cast<std::ptrdiff_t>(f * nodes));
    }
    for (std::size_t i = 0; i < nodes; ++i)
      for (std::size_t k = 0; k < 2; ++k) {
        double mean = 0;
        for (const std::size_t f : taking_part)
          mean += static_cast<double>(drift.shift[f * nodes + i][k]);
        mean /= static_cast<double>(taking_part.size());
        for (const std::size_t f : taking_part)
          drift.shift[f * nodes + i][k] -= static_cast<float>(mean);
      }
  }

  FieldShape shape_;
  BandPlan plan_;
  std::unique_ptr<BandSpectra> spectra_;
  FrameRegistration registration_;
  std::vector<FrameEnergy> energy_;
  std::vector<FrameFault> fault_;
  std::vector<float> weight_;
};

}  // namespace

Result<> check(const DriftEstimatorConfig& config) {
  const FieldShape& shape = config.shape;
  if (shape.frames <= 0 || shape.rows < 32 || shape.cols < 32)
    return Error{ErrorCode::kInvalidArgument, "a field of " + std::to_string(shape.rows) + " x " +
                                                  std::to_string(shape.cols) +
                                                  " px is too small to hold a page"};
  return Ok{};
}

std::unique_ptr<DriftEstimator> make_drift_estimator(const BandPlan& plan,
                                                     std::unique_ptr<BandSpectra> spectra) {
  return std::make_unique<SteppedDriftEstimator>(plan, std::move(spectra));
}

}  // namespace ostracon::steps
