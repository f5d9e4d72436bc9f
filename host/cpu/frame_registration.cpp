#include "host/cpu/frame_registration.hpp"

#include <algorithm>
#include <cmath>

#include "host/parallel.hpp"

namespace ostracon::cpu {
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

bool is_weak(const TemplateWeights& weights) {
  return std::min(weights.curvature[0], weights.curvature[1]) < 1 / kWeakBand;
}

/// Noise alone gives a path of 3 to 4 sigmas in one band and about 1.2 more in each that follows.
double least_significance(std::size_t bands) {
  return 4.5 + 1.5 * std::sqrt(static_cast<double>(bands));
}

}  // namespace

FrameRegistration::FrameRegistration(const BandPlan& plan)
    : plan_(plan),
      work_(plan.bands(), BandWork(plan)),
      maps_(plan.bands(), CorrelationMap(plan.shape)),
      weights_(static_cast<std::size_t>(plan.field.frames)),
      shift_(static_cast<std::size_t>(plan.field.frames), std::vector<Shift>(plan.bands())),
      measured_(static_cast<std::size_t>(plan.field.frames)),
      significance_(static_cast<std::size_t>(plan.field.frames)),
      value_(static_cast<std::size_t>(plan.field.frames), std::vector<double>(plan.bands())) {
  // A copied matrix shares its pixels.
  for (BandWork& work : work_) work = BandWork(plan);
  for (std::size_t b = 0; b < plan.bands(); ++b)
    places_.push_back(static_cast<double>(plan.centre_y(b)) / plan.field.rows);
  for (auto& axes : measured_)
    for (steps::BandTrack& track : axes) {
      track.shift.resize(plan.bands());
      track.variance.resize(plan.bands());
    }
}

void FrameRegistration::load(const FrameStack& stack, const FlatField& flat) {
  parallel_for(static_cast<std::int64_t>(work_.size()), [&](std::int64_t band) {
    const auto b = static_cast<std::size_t>(band);
    for (std::size_t f = 0; f < shift_.size(); ++f)
      work_[b].transform(plan_, b, stack, flat, f, {0, 0});
  });
}

/// Where a frame matches the sum of the members best, and how surely.
double FrameRegistration::find(std::size_t frame, std::size_t others, std::vector<Shift>& path) {
  const TemplateWeights& weight = weights(others);
  parallel_for(static_cast<std::int64_t>(work_.size()), [&](std::int64_t b) {
    BandWork& work = work_[static_cast<std::size_t>(b)];
    cross_spectrum(active_, work.frames[frame], work.sum, weight.weight, work.product);
    coarse_map(active_, work.product, work.coarse, maps_[static_cast<std::size_t>(b)]);
  });
  const ShiftPath found = most_likely_path(maps_);
  parallel_for(static_cast<std::int64_t>(work_.size()), [&](std::int64_t band) {
    const auto b = static_cast<std::size_t>(band);
    path[b] = refine_peak(active_, work_[b].product, found.shift[b]).at;
  });
  return found.significance;
}

void FrameRegistration::add_to_sum(std::size_t frame, float sign) {
  parallel_for(static_cast<std::int64_t>(work_.size()), [&](std::int64_t band) {
    const auto b = static_cast<std::size_t>(band);
    add_shifted(active_, work_[b].frames[frame], shift_[frame][b], sign, work_[b].sum);
  });
}

void FrameRegistration::add(std::size_t frame, const std::vector<Shift>& path) {
  members_.push_back(frame);
  shift_[frame] = path;
  add_to_sum(frame, 1.0F);
}

void FrameRegistration::gather(std::size_t seed, const std::vector<std::size_t>& usable,
                               bool take_all) {
  members_.clear();
  for (BandWork& work : work_) work.sum = Spectrum(plan_.shape.size());
  std::vector<Shift> path(work_.size(), Shift{0, 0});
  significance_[seed] = 0;
  add(seed, path);
  std::vector<std::size_t> waiting;
  for (const std::size_t f : usable)
    if (f != seed) waiting.push_back(f);
  // What does not match the first frames may match the sum of more.
  for (int pass = 0; pass < 2; ++pass) {
    std::vector<std::size_t> left;
    for (const std::size_t f : waiting) {
      significance_[f] = find(f, members_.size(), path);
      if (significance_[f] >= least_significance(work_.size()) || (take_all && pass == 1)) {
        add(f, path);
      } else {
        left.push_back(f);
      }
    }
    waiting = std::move(left);
    if (waiting.empty()) break;
  }
  if (members_.size() > 1) significance_[seed] = significance_[members_[1]];
}

/// Frames that were not found surely, looked for once more against the sum of all others: the first
/// had only few frames to match.
void FrameRegistration::search_again() {
  std::vector<std::size_t> unsure;
  for (const std::size_t f : members_)
    if (significance_[f] < kSure * least_significance(work_.size())) unsure.push_back(f);
  std::vector<Shift> path(work_.size());
  for (int pass = 0; pass < kSearches; ++pass) {
    for (const std::size_t f : unsure) {
      add_to_sum(f, -1.0F);
      find(f, members_.size() - 1, path);
      shift_[f] = path;
      add_to_sum(f, 1.0F);
    }
  }
}

void FrameRegistration::match(const FrameStack& stack, const FlatField& flat,
                              const PowerModel& model, const std::vector<std::size_t>& usable) {
  model_ = &model;
  active_ = {plan_.shape, model.active_ky, model.active_kx};
  for (TemplateWeights& of : weights_) of.weight.clear();
  // The last field's active band may have been wider, and whole vectors are read beyond this one.
  for (BandWork& work : work_) work.product = Spectrum(plan_.shape.size());
  members_ = usable;
  if (usable.size() < 2) return;
  for (std::size_t seed = 0; seed < std::min(kSeeds, usable.size()); ++seed) {
    gather(usable[seed], usable, false);
    if (2 * members_.size() > usable.size()) break;
  }
  if (2 * members_.size() <= usable.size()) gather(usable[0], usable, true);
  search_again();
  centre();
  cut_again(stack, flat);
  sum_up();
  const int rounds = is_weak(weights(members_.size() - 1)) ? kWeakRounds : kRounds;
  for (int round = 0; round < rounds; ++round) {
    if (refine_all() < kStandsStill) break;
    if (round + 1 < rounds) sum_up();
  }
}

/// Bands of which a shift has moved a good part out of sight are cut out where their scene is.
void FrameRegistration::cut_again(const FrameStack& stack, const FlatField& flat) {
  const float most_x =
      kMostLoss * static_cast<float>(plan_.shape.cols) / static_cast<float>(plan_.shape.rows);
  parallel_for(static_cast<std::int64_t>(work_.size()), [&](std::int64_t band) {
    const auto b = static_cast<std::size_t>(band);
    for (const std::size_t f : members_) {
      const Shift& shift = shift_[f][b];
      if (std::abs(shift[0]) < kMostLoss && std::abs(shift[1]) < most_x) continue;
      work_[b].transform(plan_, b, stack, flat, f,
                         {static_cast<std::int32_t>(std::lround(shift[0])),
                          static_cast<std::int32_t>(std::lround(shift[1]))});
    }
  });
}

void FrameRegistration::sum_up() {
  parallel_for(static_cast<std::int64_t>(work_.size()), [&](std::int64_t band) {
    const auto b = static_cast<std::size_t>(band);
    BandWork& work = work_[b];
    work.sum = Spectrum(plan_.shape.size());
    for (const std::size_t f : members_)
      add_shifted(active_, work.frames[f], work.residual(f, shift_[f][b]), 1.0F, work.sum);
  });
}

/// Every member against the sum of all others, once, and what follows for the tracks. Returns the
/// largest change of a shift.
float FrameRegistration::refine_all() {
  weights(members_.size() - 1);
  parallel_for(static_cast<std::int64_t>(work_.size()),
               [&](std::int64_t b) { measure(static_cast<std::size_t>(b)); });
  const auto before = shift_;
  smooth();
  centre();
  float moved = 0;
  for (const std::size_t f : members_)
    for (std::size_t b = 0; b < work_.size(); ++b)
      for (std::size_t k = 0; k < 2; ++k)
        moved = std::max(moved, std::abs(shift_[f][b][k] - before[f][b][k]));
  return moved;
}

void FrameRegistration::measure(std::size_t b) {
  BandWork& work = work_[b];
  const TemplateWeights& weight = weights_[members_.size() - 2];
  const auto others = static_cast<float>(members_.size() - 1);
  const std::array<const BandWindow*, 2> windows{&plan_.window_y, &plan_.window_x};
  for (const std::size_t f : members_) {
    const Shift start = work.residual(f, shift_[f][b]);
    work.reference = work.sum;
    add_shifted(active_, work.frames[f], start, -1.0F, work.reference);
    cross_spectrum(active_, work.frames[f], work.reference, weight.weight, work.product);
    // The top that one weak band shows alone may be chance: it tells the slope where all bands
    // together have put the frame instead.
    const bool weak = is_weak(weight);
    const CorrelationPeak peak = refine_peak(active_, work.product, start, weak ? 0 : 6);
    value_[f][b] = peak.value;
    for (std::size_t k = 0; k < 2; ++k) {
      float slope = 0;
      for (const std::size_t g : members_)
        if (g != f)
          slope += windows[k]->overlap_slope(start[k] - work.residual(g, shift_[g][b])[k]) / others;
      const double overlap = -std::max(peak.value, 0.0) * static_cast<double>(slope);
      const double curvature = weak ? weight.curvature[k] : peak.curvature[k];
      const double step = weak ? std::clamp(peak.gradient[k] / curvature, -1.0, 1.0)
                               : static_cast<double>(peak.at[k] - start[k]);
      const double at =
          static_cast<double>(shift_[f][b][k]) + step + std::clamp(overlap / curvature, -0.2, 0.2);
      // J has half the likelihood's curvature, and noise as strong as the model's.
      const double variance = 0.5 * weight.curvature[k] / (curvature * curvature);
      const bool known =
          curvature > 0 && std::abs(step) < 1.4 && std::isfinite(at) && std::isfinite(variance);
      steps::BandTrack& track = measured_[f][k];
      track.shift[b] = known ? at : static_cast<double>(shift_[f][b][k]);
      track.variance[b] = known ? std::max(variance, 0.1 / weight.curvature[k]) : kNothing;
    }
  }
}

void FrameRegistration::smooth() {
  double square = 0;
  for (std::size_t k = 0; k < 2; ++k) {
    std::vector<steps::BandTrack> tracks;
    for (const std::size_t f : members_) tracks.push_back(measured_[f][k]);
    prior_[k] = work_.size() < 2 ? steps::MotionPrior{} : steps::fit_motion(places_, tracks);
    for (const std::size_t f : members_) {
      const auto smoothed = steps::smooth_track(places_, measured_[f][k], prior_[k], places_);
      for (std::size_t b = 0; b < work_.size(); ++b) {
        shift_[f][b][k] = static_cast<float>(smoothed[b]);
        if (measured_[f][k].variance[b] < kNothing)
          square += std::pow(measured_[f][k].shift[b] - smoothed[b], 2);
      }
    }
  }
  residual_ = std::sqrt(square / static_cast<double>(2 * members_.size() * work_.size()));
}

/// Takes the mean over the members off every band's shifts; returns the largest.
float FrameRegistration::centre() {
  float most = 0;
  for (std::size_t b = 0; b < work_.size(); ++b)
    for (std::size_t k = 0; k < 2; ++k) {
      float mean = 0;
      for (const std::size_t f : members_) mean += shift_[f][b][k];
      mean /= static_cast<float>(members_.size());
      most = std::max(most, std::abs(mean));
      for (const std::size_t f : members_) {
        shift_[f][b][k] -= mean;
        // Pixels near the largest float make spectra that are no numbers.
        if (!std::isfinite(shift_[f][b][k])) shift_[f][b][k] = 0;
      }
    }
  return most;
}

std::vector<Shift> FrameRegistration::track(std::size_t frame,
                                            const std::vector<double>& places) const {
  std::vector<Shift> shifts(places.size());
  for (std::size_t k = 0; k < 2; ++k) {
    const auto values = steps::smooth_track(places_, measured_[frame][k], prior_[k], places);
    for (std::size_t i = 0; i < places.size(); ++i)
      shifts[i][k] = std::isfinite(values[i]) ? static_cast<float>(values[i]) : 0.0F;
  }
  return shifts;
}

double FrameRegistration::amplitude(std::size_t member) const {
  double sum = 0;
  for (const double value : value_[member]) sum += value;
  return sum / (weights_[members_.size() - 2].value * static_cast<double>(work_.size()));
}

}  // namespace ostracon::cpu
