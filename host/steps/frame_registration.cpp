#include "host/steps/frame_registration.hpp"

#include <algorithm>
#include <cmath>

namespace ostracon::steps {
namespace {

constexpr float kStandsStill = 0.004F;  // px: no further round of the template
constexpr int kRounds = 3;
constexpr int kWeakRounds = 6;
constexpr double kWeakBand = 0.04;  // px^2, twice the variance of a weak band's shift
constexpr double kNothing = 1e6;    // px^2: the variance of a band without a top
constexpr float kMostLoss = 12.0F;  // px of a band lost to its shift before it is cut again
constexpr std::size_t kSeeds = 3;   // frames tried as the first
constexpr double kSure = 1.5;       // times the least significance: not by chance
constexpr int kSearches = 2;

bool is_weak(const TemplateWorth& worth) {
  return std::min(worth.curvature[0], worth.curvature[1]) < 1 / kWeakBand;
}

/// Noise alone gives a path of 3 to 4 sigmas in one band and about 1.2 more in each that follows.
double least_significance(std::size_t bands) {
  return 4.5 + 1.5 * std::sqrt(static_cast<double>(bands));
}

}  // namespace

FrameRegistration::FrameRegistration(const BandPlan& plan, BandSpectra& spectra)
    : plan_(plan),
      spectra_(spectra),
      bands_(plan.bands()),
      shift_(static_cast<std::size_t>(plan.field.frames), Path(bands_)),
      measured_(shift_.size()),
      significance_(shift_.size()),
      value_(shift_.size(), std::vector<double>(bands_)) {
  for (std::size_t b = 0; b < bands_; ++b)
    places_.push_back(static_cast<double>(plan.centre_y(b)) / plan.field.rows);
  for (auto& axes : measured_)
    for (BandTrack& track : axes) {
      track.shift.resize(bands_);
      track.variance.resize(bands_);
    }
}

Result<> FrameRegistration::load(const FrameStack& stack, const FlatField& flat) {
  offset_.assign(shift_.size() * bands_, CropOffset{});
  return spectra_.load(stack, flat, offset_);
}

/// Shift of a frame's content inside its crop.
Shift FrameRegistration::in_crop(std::size_t frame, std::size_t band) const {
  const Shift& shift = shift_[frame][band];
  const CropOffset& offset = offset_[frame * bands_ + band];
  return {shift[0] - static_cast<float>(offset.y), shift[1] - static_cast<float>(offset.x)};
}

/// [member][band]
std::vector<Shift> FrameRegistration::shifts_in_crops() const {
  std::vector<Shift> shifts;
  for (const std::size_t f : members_)
    for (std::size_t b = 0; b < bands_; ++b) shifts.push_back(in_crop(f, b));
  return shifts;
}

Result<> FrameRegistration::add(std::size_t frame, const Path& path) {
  members_.push_back(frame);
  shift_[frame] = path;
  return spectra_.add_to_sum(frame, path, 1.0F);
}

Result<> FrameRegistration::gather(std::size_t seed, const std::vector<std::size_t>& usable,
                                   bool take_all) {
  members_.clear();
  OSTRACON_TRY(spectra_.clear_sum());
  Path path(bands_, Shift{0, 0});
  significance_[seed] = 0;
  OSTRACON_TRY(add(seed, path));
  std::vector<std::size_t> waiting;
  for (const std::size_t f : usable)
    if (f != seed) waiting.push_back(f);
  // What does not match the first frames may match the sum of more.
  for (int pass = 0; pass < 2; ++pass) {
    std::vector<std::size_t> left;
    for (const std::size_t f : waiting) {
      OSTRACON_TRY_ASSIGN(significance_[f], spectra_.find(f, members_.size(), path));
      if (significance_[f] >= least_significance(bands_) || (take_all && pass == 1)) {
        OSTRACON_TRY(add(f, path));
      } else {
        left.push_back(f);
      }
    }
    waiting = std::move(left);
    if (waiting.empty()) break;
  }
  if (members_.size() > 1) significance_[seed] = significance_[members_[1]];
  return Ok{};
}

/// Frames that were not found surely, looked for once more against the sum of all others: the first
/// had only few frames to match.
Result<> FrameRegistration::search_again() {
  std::vector<std::size_t> unsure;
  for (const std::size_t f : members_)
    if (significance_[f] < kSure * least_significance(bands_)) unsure.push_back(f);
  for (int pass = 0; pass < kSearches; ++pass) {
    for (const std::size_t f : unsure) {
      OSTRACON_TRY(spectra_.add_to_sum(f, shift_[f], -1.0F));
      OSTRACON_TRY(spectra_.find(f, members_.size() - 1, shift_[f]));
      OSTRACON_TRY(spectra_.add_to_sum(f, shift_[f], 1.0F));
    }
  }
  return Ok{};
}

Result<> FrameRegistration::match(const FrameStack& stack, const FlatField& flat,
                                  const std::vector<std::size_t>& usable) {
  members_ = usable;
  has_cut_again_ = false;
  if (usable.size() < 2) return Ok{};
  for (std::size_t seed = 0; seed < std::min(kSeeds, usable.size()); ++seed) {
    OSTRACON_TRY(gather(usable[seed], usable, false));
    if (2 * members_.size() > usable.size()) break;
  }
  if (2 * members_.size() <= usable.size()) OSTRACON_TRY(gather(usable[0], usable, true));
  OSTRACON_TRY(search_again());
  centre();
  OSTRACON_TRY(cut_again(stack, flat));
  OSTRACON_TRY(sum_up());
  OSTRACON_TRY_ASSIGN(worth_, spectra_.worth(members_.size() - 1));
  const int rounds = is_weak(worth_) ? kWeakRounds : kRounds;
  for (int round = 0; round < rounds; ++round) {
    OSTRACON_TRY_ASSIGN(const float moved, refine_all());
    if (moved < kStandsStill) break;
    if (round + 1 < rounds) OSTRACON_TRY(sum_up());
  }
  return Ok{};
}

/// Bands of which a shift has moved a good part out of sight are cut out where their scene is.
Result<> FrameRegistration::cut_again(const FrameStack& stack, const FlatField& flat) {
  const float most_x =
      kMostLoss * static_cast<float>(plan_.shape.cols) / static_cast<float>(plan_.shape.rows);
  std::vector<std::size_t> frames;
  for (const std::size_t f : members_) {
    bool moved = false;
    for (std::size_t b = 0; b < bands_; ++b) {
      const Shift& shift = shift_[f][b];
      if (std::abs(shift[0]) < kMostLoss && std::abs(shift[1]) < most_x) continue;
      offset_[f * bands_ + b] =
          plan_.clamped(b, {static_cast<std::int32_t>(std::lround(shift[0])),
                            static_cast<std::int32_t>(std::lround(shift[1]))});
      moved = true;
    }
    if (moved) frames.push_back(f);
  }
  has_cut_again_ = !frames.empty();
  if (frames.empty()) return Ok{};
  return spectra_.cut_again(stack, flat, frames, offset_);
}

Result<> FrameRegistration::sum_up() { return spectra_.sum_up(members_, shifts_in_crops()); }

/// Every member against the sum of all others, once, and what follows for the tracks. Returns the
/// largest change of a shift.
Result<float> FrameRegistration::refine_all() {
  // The top that one weak band shows alone may be chance: it tells the slope where all bands
  // together have put the frame instead.
  const bool weak = is_weak(worth_);
  std::vector<CorrelationPeak> peaks(members_.size() * bands_);
  OSTRACON_TRY(spectra_.find_peaks(members_, shifts_in_crops(), weak ? 0 : kPeakSteps, peaks));
  for (std::size_t b = 0; b < bands_; ++b) measure(b, peaks, weak);
  const auto before = shift_;
  smooth();
  centre();
  float moved = 0;
  for (const std::size_t f : members_)
    for (std::size_t b = 0; b < bands_; ++b)
      for (std::size_t k = 0; k < 2; ++k)
        moved = std::max(moved, std::abs(shift_[f][b][k] - before[f][b][k]));
  return moved;
}

///   peaks  [member][band]
void FrameRegistration::measure(std::size_t b, const std::vector<CorrelationPeak>& peaks,
                                bool weak) {
  const auto others = static_cast<float>(members_.size() - 1);
  const std::array<const BandWindow*, 2> windows{&plan_.window_y, &plan_.window_x};
  for (std::size_t m = 0; m < members_.size(); ++m) {
    const std::size_t f = members_[m];
    const Shift start = in_crop(f, b);
    const CorrelationPeak& peak = peaks[m * bands_ + b];
    value_[f][b] = peak.value;
    for (std::size_t k = 0; k < 2; ++k) {
      float slope = 0;
      for (const std::size_t g : members_)
        if (g != f) slope += windows[k]->overlap_slope(start[k] - in_crop(g, b)[k]) / others;
      const double overlap = -std::max(peak.value, 0.0) * static_cast<double>(slope);
      const double curvature = weak ? worth_.curvature[k] : peak.curvature[k];
      const double step = weak ? std::clamp(peak.gradient[k] / curvature, -1.0, 1.0)
                               : static_cast<double>(peak.at[k] - start[k]);
      const double at =
          static_cast<double>(shift_[f][b][k]) + step + std::clamp(overlap / curvature, -0.2, 0.2);
      // J has half the likelihood's curvature, and noise as strong as the model's.
      const double variance = 0.5 * worth_.curvature[k] / (curvature * curvature);
      const bool known =
          curvature > 0 && std::abs(step) < 1.4 && std::isfinite(at) && std::isfinite(variance);
      BandTrack& track = measured_[f][k];
      track.shift[b] = known ? at : static_cast<double>(shift_[f][b][k]);
      track.variance[b] = known ? std::max(variance, 0.1 / worth_.curvature[k]) : kNothing;
    }
  }
}

void FrameRegistration::smooth() {
  double square = 0;
  for (std::size_t k = 0; k < 2; ++k) {
    std::vector<BandTrack> tracks;
    for (const std::size_t f : members_) tracks.push_back(measured_[f][k]);
    prior_[k] = bands_ < 2 ? MotionPrior{} : fit_motion(places_, tracks);
    for (const std::size_t f : members_) {
      const auto smoothed = smooth_track(places_, measured_[f][k], prior_[k], places_);
      for (std::size_t b = 0; b < bands_; ++b) {
        shift_[f][b][k] = static_cast<float>(smoothed[b]);
        if (measured_[f][k].variance[b] < kNothing)
          square += std::pow(measured_[f][k].shift[b] - smoothed[b], 2);
      }
    }
  }
  residual_ = std::sqrt(square / static_cast<double>(2 * members_.size() * bands_));
}

/// Takes the mean over the members off every band's shifts.
void FrameRegistration::centre() {
  for (std::size_t b = 0; b < bands_; ++b)
    for (std::size_t k = 0; k < 2; ++k) {
      float mean = 0;
      for (const std::size_t f : members_) mean += shift_[f][b][k];
      mean /= static_cast<float>(members_.size());
      for (const std::size_t f : members_) {
        shift_[f][b][k] -= mean;
        // Pixels near the largest float make spectra that are no numbers.
        if (!std::isfinite(shift_[f][b][k])) shift_[f][b][k] = 0;
      }
    }
}

std::vector<Shift> FrameRegistration::track(std::size_t frame,
                                            const std::vector<double>& places) const {
  std::vector<Shift> shifts(places.size());
  for (std::size_t k = 0; k < 2; ++k) {
    const auto values = smooth_track(places_, measured_[frame][k], prior_[k], places);
    for (std::size_t i = 0; i < places.size(); ++i)
      shifts[i][k] = std::isfinite(values[i]) ? static_cast<float>(values[i]) : 0.0F;
  }
  return shifts;
}

double FrameRegistration::amplitude(std::size_t member) const {
  double sum = 0;
  for (const double value : value_[member]) sum += value;
  return sum / (worth_.value * static_cast<double>(bands_));
}

}  // namespace ostracon::steps
