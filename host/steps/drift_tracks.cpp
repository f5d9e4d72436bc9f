#include "host/steps/drift_tracks.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>

namespace ostracon::steps {
namespace {

constexpr std::array<double, 6> kSlopes = {0, 0.05, 0.2, 0.8, 3, 12};
constexpr std::array<double, 7> kBends = {0, 0.3, 1, 3, 10, 30, 100};
constexpr std::array<double, 5> kJitters = {0, 0.02, 0.05, 0.12, 0.3};
constexpr double kOutlierSigmas = 4;
// Nats that a kind of motion must gain before it is believed: each costs variance if there is none.
constexpr double kWorthMoving = 2;

// The motion is a constant, a straight part c u u' (u the place less 1/2) and a bent one B: a
// random walk of the slope, at rest at place 0, seen through noise. What c adds to K^-1 = (c u u' +
// B)^-1 follows from u' B^-1 u and u' B^-1 x; a Kalman filter of value and slope gives the rest in
// a few steps a band, where a factor of B would take a multiple of bands^2 each.

/// The c of a prior: its slope's variance, and that of the slope with which its walk sets out.
double straightness(double slope, double bend) { return slope * slope + bend * bend; }

/// What the filter makes of a band.
struct Gain {
  double value, slope;  ///< of what the band is off
  double inverse;       ///< of the variance of that
};

/// Takes the covariance of (value, slope) on to the next band, `gap` on, and past it.
inline Gain pass_band(double gap, double bend2, double noise, double& vv, double& vs, double& ss) {
  vv += gap * (2 * vs + gap * (ss + bend2 * gap / 3));
  vs += gap * (ss + bend2 * gap / 2);
  ss += bend2 * gap;
  const double inverse = 1 / (vv + noise);
  const Gain gain{vv * inverse, vs * inverse, inverse};
  ss -= gain.slope * vs;
  vv *= noise * inverse;
  vs *= noise * inverse;
  return gain;
}

/// Takes value and slope on to the next band and past it; returns what `seen` was off.
inline double pass_value(const Gain& gain, double gap, double seen, double& value, double& slope) {
  value += gap * slope;
  const double off = seen - value;
  value += gain.value * off;
  slope += gain.slope * off;
  return off;
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

/// The expected motion of one track under a prior, anywhere.
class Motion {
 public:
  Motion(const std::vector<double>& places, const BandTrack& track, const MotionPrior& prior)
      : places_(places), bend2_(prior.bend * prior.bend) {
    double vv = 0, vs = 0, ss = 0;
    for (std::size_t i = 0; i < places.size(); ++i)
      gains_.push_back(
          pass_band(gap(i), bend2_, track.variance[i] + prior.jitter * prior.jitter, vv, vs, ss));
    std::vector<double> line;
    for (const double place : places) line.push_back(place - 0.5);
    const double c = straightness(prior.slope, prior.bend);
    const auto of_line = solve(line);
    const double gain = c / (1 + c * dot(line, of_line));
    const auto pull_of = [&](const std::vector<double>& values) {
      auto pull = solve(values);
      const double less = gain * dot(line, pull);
      for (std::size_t i = 0; i < pull.size(); ++i) pull[i] -= less * of_line[i];
      return pull;
    };
    const std::vector<double> one(places.size(), 1.0);
    const auto of_one = pull_of(one);
    auto pull = pull_of(track.shift);
    constant_ = dot(one, pull) / dot(one, of_one);
    for (std::size_t i = 0; i < pull.size(); ++i) pull[i] -= constant_ * of_one[i];
    slope_ = c * dot(line, pull);
    for (std::size_t i = 0; i < pull.size(); ++i) {
      std::array<double, 4> next = moments_.back();
      double power = pull[i];
      for (double& moment : next) {
        moment += power;
        power *= places[i];
      }
      moments_.push_back(next);
    }
  }

  double at(double place) const {
    const auto behind = std::upper_bound(places_.begin(), places_.end(), place) - places_.begin();
    const auto& before = moments_[static_cast<std::size_t>(behind)];
    const auto& all = moments_.back();
    // Of pulls at p: integral over u, up to min(place, p), of (place - u) (p - u).
    const double bent = place * before[2] / 2 - before[3] / 6 +
                        place * place * (all[1] - before[1]) / 2 -
                        place * place * place * (all[0] - before[0]) / 6;
    return constant_ + slope_ * (place - 0.5) + bend2_ * bent;
  }

 private:
  double gap(std::size_t i) const { return i == 0 ? places_[0] : places_[i] - places_[i - 1]; }

  /// B^-1 v: what each value is off, then what later bands make of it.
  std::vector<double> solve(std::vector<double> v) const {
    double value = 0, slope = 0;
    for (std::size_t i = 0; i < v.size(); ++i)
      v[i] = pass_value(gains_[i], gap(i), v[i], value, slope) * gains_[i].inverse;
    double of_value = 0, of_slope = 0;
    for (std::size_t i = v.size(); i-- > 0;) {
      v[i] -= gains_[i].value * of_value + gains_[i].slope * of_slope;
      of_value += v[i];
      of_slope += gap(i) * of_value;
    }
    return v;
  }

  const std::vector<double>& places_;
  double bend2_, constant_ = 0, slope_ = 0;
  std::vector<Gain> gains_;
  /// Sums of the pulls K^-1 (shift - constant) times powers of their places, over the first bands.
  std::vector<std::array<double, 4>> moments_{{}};
};

/// Likelihoods of tracks under priors, kLanes tracks side by side in the lanes of vectors.
class LikelihoodLanes {
 public:
  static constexpr std::size_t kLanes = 8;

  LikelihoodLanes(const std::vector<double>& places, std::span<const BandTrack> tracks)
      : places_(places), count_(tracks.size()) {
    for (std::size_t i = 0; i < places.size(); ++i) {
      Lanes shift, variance;
      for (std::size_t l = 0; l < kLanes; ++l) {
        // Lanes without a track of their own do the last one's work again.
        const BandTrack& track = tracks[std::min(l, count_ - 1)];
        shift[l] = track.shift[i];
        variance[l] = track.variance[i];
      }
      shift_.push_back(shift);
      variance_.push_back(variance);
    }
  }

  /// Filters all tracks by B.
  void set(double bend, double jitter) {
    log_determinant_.fill(0);
    for (Lanes* sum :
         {&one_one_, &one_line_, &one_shift_, &line_line_, &line_shift_, &shift_shift_})
      sum->fill(0);
    Lanes vv{}, vs{}, ss{}, inverse;
    std::array<Lanes, 3> value{}, slope{};
    double before = 0;
    for (std::size_t i = 0; i < places_.size(); ++i) {
      const double gap = places_[i] - before;
      before = places_[i];
      for (std::size_t l = 0; l < kLanes; ++l) {
        const Gain gain =
            pass_band(gap, bend * bend, variance_[i][l] + jitter * jitter, vv[l], vs[l], ss[l]);
        const double one = pass_value(gain, gap, 1, value[0][l], slope[0][l]);
        const double line = pass_value(gain, gap, before - 0.5, value[1][l], slope[1][l]);
        const double shift = pass_value(gain, gap, shift_[i][l], value[2][l], slope[2][l]);
        one_one_[l] += one * one * gain.inverse;
        one_line_[l] += one * line * gain.inverse;
        one_shift_[l] += one * shift * gain.inverse;
        line_line_[l] += line * line * gain.inverse;
        line_shift_[l] += line * shift * gain.inverse;
        shift_shift_[l] += shift * shift * gain.inverse;
        inverse[l] = gain.inverse;
      }
      for (std::size_t l = 0; l < kLanes; ++l) log_determinant_[l] -= std::log(inverse[l]);
    }
  }

  /// Sum over the tracks.
  double log_likelihood(double c) const {
    double sum = 0;
    for (std::size_t l = 0; l < count_; ++l) {
      const double gain = 1 + c * line_line_[l];
      const double weight = one_one_[l] - c * one_line_[l] * one_line_[l] / gain;
      const double pulled = one_shift_[l] - c * one_line_[l] * line_shift_[l] / gain;
      const double square = shift_shift_[l] - c * line_shift_[l] * line_shift_[l] / gain;
      sum += -0.5 * (log_determinant_[l] + std::log(gain) + std::log(weight) + square -
                     pulled * pulled / weight);
    }
    return sum;
  }

 private:
  using Lanes = std::array<double, kLanes>;

  const std::vector<double>& places_;
  std::size_t count_;
  std::vector<Lanes> shift_, variance_;
  // x' B^-1 y of the tracks.
  Lanes log_determinant_{}, one_one_{}, one_line_{}, one_shift_{}, line_line_{}, line_shift_{},
      shift_shift_{};
};

}  // namespace

MotionPrior fit_motion(const std::vector<double>& places, const std::vector<BandTrack>& tracks) {
  constexpr std::size_t kLanes = LikelihoodLanes::kLanes;
  std::array<std::array<std::array<double, kJitters.size()>, kBends.size()>, kSlopes.size()> sum{};
  for (std::size_t first = 0; first < tracks.size(); first += kLanes) {
    LikelihoodLanes lanes(places, {tracks.data() + first, std::min(kLanes, tracks.size() - first)});
    for (std::size_t b = 0; b < kBends.size(); ++b)
      for (std::size_t j = 0; j < kJitters.size(); ++j) {
        lanes.set(kBends[b], kJitters[j]);
        for (std::size_t s = 0; s < kSlopes.size(); ++s)
          sum[s][b][j] += lanes.log_likelihood(straightness(kSlopes[s], kBends[b]));
      }
  }
  MotionPrior best;
  double most = -std::numeric_limits<double>::infinity();
  for (std::size_t s = 0; s < kSlopes.size(); ++s)
    for (std::size_t b = 0; b < kBends.size(); ++b)
      for (std::size_t j = 0; j < kJitters.size(); ++j) {
        const double all = sum[s][b][j] - kWorthMoving * ((s > 0 ? 1 : 0) + (b > 0 ? 1 : 0));
        if (!(all > most)) continue;
        most = all;
        best = {kSlopes[s], kBends[b], kJitters[j]};
      }
  return best;
}

std::vector<double> smooth_track(const std::vector<double>& places, const BandTrack& track,
                                 const MotionPrior& prior, const std::vector<double>& wanted) {
  const Motion first(places, track, prior);
  BandTrack trusted = track;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const double expected = track.variance[i] + prior.jitter * prior.jitter;
    const double off = std::pow(track.shift[i] - first.at(places[i]), 2) /
                       (kOutlierSigmas * kOutlierSigmas * expected);
    trusted.variance[i] *= std::max(1.0, off * off);
  }
  const Motion motion(places, trusted, prior);
  std::vector<double> values;
  for (const double place : wanted) values.push_back(motion.at(place));
  return values;
}

}  // namespace ostracon::steps
