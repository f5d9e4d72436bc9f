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

/// Covariance of the motion, less its constant, at two places.
double covariance(const MotionPrior& prior, double a, double b) {
  const double m = std::min(a, b);
  const double walk = a * b * m - 0.5 * (a + b) * m * m + m * m * m / 3;
  const double slope = prior.slope * prior.slope + prior.bend * prior.bend;
  return slope * (a - 0.5) * (b - 0.5) + prior.bend * prior.bend * walk;
}

/// Generalised least squares of one track: what is left of it when its constant is taken off.
struct Fit {
  std::vector<double> pull;  ///< K^-1 (shift - constant)
  double constant = 0;
};

class Solver {
 public:
  explicit Solver(const std::vector<double>& places)
      : places_(places), n_(places.size()), factor_(n_ * n_) {}

  Fit fit(const BandTrack& track, const MotionPrior& prior) {
    Fit result;
    for (std::size_t i = 0; i < n_; ++i)
      for (std::size_t j = 0; j <= i; ++j) {
        double sum = covariance(prior, places_[i], places_[j]);
        if (i == j) sum += track.variance[i] + prior.jitter * prior.jitter;
        for (std::size_t k = 0; k < j; ++k) sum -= at(i, k) * at(j, k);
        if (i != j) {
          at(i, j) = sum / at(j, j);
        } else if (sum > 0) {
          at(i, i) = std::sqrt(sum);
        } else {
          return result;
        }
      }
    const std::vector<double> ones = solve(std::vector<double>(n_, 1.0));
    result.pull = solve(track.shift);
    double weight = 0, pulled = 0;
    for (std::size_t i = 0; i < n_; ++i) {
      weight += ones[i];
      pulled += result.pull[i];
    }
    result.constant = pulled / weight;
    for (std::size_t i = 0; i < n_; ++i) result.pull[i] -= result.constant * ones[i];
    return result;
  }

 private:
  double& at(std::size_t i, std::size_t j) { return factor_[i * n_ + j]; }

  std::vector<double> solve(std::vector<double> v) {
    for (std::size_t i = 0; i < n_; ++i) {
      for (std::size_t k = 0; k < i; ++k) v[i] -= at(i, k) * v[k];
      v[i] /= at(i, i);
    }
    for (std::size_t i = n_; i-- > 0;) {
      for (std::size_t k = i + 1; k < n_; ++k) v[i] -= at(k, i) * v[k];
      v[i] /= at(i, i);
    }
    return v;
  }

  const std::vector<double>& places_;
  std::size_t n_;
  std::vector<double> factor_;  // lower triangle of the Cholesky factor of K
};

/// Likelihoods of tracks under priors, kLanes tracks side by side in the lanes of vectors, since
/// one alone waits for every sum it needs next. Of K = c u u' + B, with c u u' the straight part of
/// the motion, only B is factored: what c adds to a quadratic form x' K^-1 y follows from B's.
class LikelihoodLanes {
 public:
  static constexpr std::size_t kLanes = 8;

  LikelihoodLanes(const std::vector<double>& places, std::span<const BandTrack> tracks)
      : n_(places.size()), count_(tracks.size()), walk_(n_ * n_), factor_(n_ * n_), ones_(n_) {
    for (std::size_t i = 0; i < n_; ++i)
      for (std::size_t j = 0; j <= i; ++j)
        walk_[i * n_ + j] = covariance({0, 1, 0}, places[i], places[j]) -
                            covariance({1, 0, 0}, places[i], places[j]);
    for (std::size_t i = 0; i < n_; ++i) {
      Lanes shift, variance;
      for (std::size_t l = 0; l < kLanes; ++l) {
        // Lanes without a track of their own do the last one's work again.
        const BandTrack& track = tracks[std::min(l, count_ - 1)];
        shift[l] = track.shift[i];
        variance[l] = track.variance[i];
      }
      shift_.push_back(shift);
      variance_.push_back(variance);
      line_.emplace_back().fill(places[i] - 0.5);
    }
  }

  /// Factors B.
  void set(double bend, double jitter) {
    log_determinant_.fill(0);
    for (std::size_t i = 0; i < n_; ++i)
      for (std::size_t j = 0; j <= i; ++j) {
        Lanes sum;
        sum.fill(bend * bend * walk_[i * n_ + j]);
        if (i == j)
          for (std::size_t l = 0; l < kLanes; ++l) sum[l] += variance_[i][l] + jitter * jitter;
        for (std::size_t k = 0; k < j; ++k) take_off(at(i, k), at(j, k), sum);
        for (std::size_t l = 0; i == j && l < kLanes; ++l) {
          log_determinant_[l] += std::log(sum[l]);
          sum[l] = std::sqrt(sum[l]);  // no number, and no likelihood, where it is below 0
        }
        if (i != j) divide(sum, at(j, j));
        at(i, j) = sum;
      }
    for (Lanes& one : ones_) one.fill(1);
    const auto ones = forward(ones_), line = forward(line_), shift = forward(shift_);
    one_one_ = dot(ones, ones);
    one_line_ = dot(ones, line);
    one_shift_ = dot(ones, shift);
    line_line_ = dot(line, line);
    line_shift_ = dot(line, shift);
    shift_shift_ = dot(shift, shift);
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

  Lanes& at(std::size_t i, std::size_t j) { return factor_[i * n_ + j]; }
  static void take_off(const Lanes& a, const Lanes& b, Lanes& from) {
    for (std::size_t l = 0; l < kLanes; ++l) from[l] -= a[l] * b[l];
  }
  static void divide(Lanes& lanes, const Lanes& by) {
    for (std::size_t l = 0; l < kLanes; ++l) lanes[l] /= by[l];
  }
  static Lanes dot(const std::vector<Lanes>& a, const std::vector<Lanes>& b) {
    Lanes sum{};
    for (std::size_t i = 0; i < a.size(); ++i)
      for (std::size_t l = 0; l < kLanes; ++l) sum[l] += a[i][l] * b[i][l];
    return sum;
  }
  /// L^-1 v, so that dots of two such vectors are quadratic forms of B^-1.
  std::vector<Lanes> forward(std::vector<Lanes> v) {
    for (std::size_t i = 0; i < n_; ++i) {
      Lanes sum = v[i];
      for (std::size_t k = 0; k < i; ++k) take_off(at(i, k), v[k], sum);
      divide(sum, at(i, i));
      v[i] = sum;
    }
    return v;
  }

  std::size_t n_, count_;
  std::vector<double> walk_;   // lower triangle of the covariance of a walk of unit bend
  std::vector<Lanes> factor_;  // lower triangles of the Cholesky factors of B
  std::vector<Lanes> shift_, variance_, line_, ones_;
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
          sum[s][b][j] += lanes.log_likelihood(kSlopes[s] * kSlopes[s] + kBends[b] * kBends[b]);
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
  Solver solver(places);
  const auto value_at = [&](const Fit& fit, double place) {
    double value = fit.constant;
    for (std::size_t i = 0; i < fit.pull.size(); ++i)
      value += covariance(prior, place, places[i]) * fit.pull[i];
    return value;
  };
  Fit fit = solver.fit(track, prior);
  BandTrack trusted = track;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const double expected = track.variance[i] + prior.jitter * prior.jitter;
    const double off = std::pow(track.shift[i] - value_at(fit, places[i]), 2) /
                       (kOutlierSigmas * kOutlierSigmas * expected);
    trusted.variance[i] *= std::max(1.0, off * off);
  }
  fit = solver.fit(trusted, prior);
  std::vector<double> values;
  for (const double place : wanted) values.push_back(value_at(fit, place));
  return values;
}

}  // namespace ostracon::steps
