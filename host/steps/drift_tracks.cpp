#include "host/steps/drift_tracks.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

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
  double log_likelihood = -std::numeric_limits<double>::infinity();
};

class Solver {
 public:
  explicit Solver(const std::vector<double>& places)
      : places_(places), n_(places.size()), factor_(n_ * n_) {}

  Fit fit(const BandTrack& track, const MotionPrior& prior) {
    Fit result;
    double log_determinant = 0;
    for (std::size_t i = 0; i < n_; ++i)
      for (std::size_t j = 0; j <= i; ++j) {
        double sum = covariance(prior, places_[i], places_[j]);
        if (i == j) sum += track.variance[i] + prior.jitter * prior.jitter;
        for (std::size_t k = 0; k < j; ++k) sum -= at(i, k) * at(j, k);
        if (i != j) {
          at(i, j) = sum / at(j, j);
        } else if (sum > 0) {
          at(i, i) = std::sqrt(sum);
          log_determinant += std::log(sum);
        } else {
          return result;
        }
      }
    const std::vector<double> ones = solve(std::vector<double>(n_, 1.0));
    result.pull = solve(track.shift);
    double weight = 0, pulled = 0, square = 0;
    for (std::size_t i = 0; i < n_; ++i) {
      weight += ones[i];
      pulled += result.pull[i];
      square += result.pull[i] * track.shift[i];
    }
    result.constant = pulled / weight;
    for (std::size_t i = 0; i < n_; ++i) result.pull[i] -= result.constant * ones[i];
    result.log_likelihood =
        -0.5 * (log_determinant + std::log(weight) + square - pulled * result.constant);
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

}  // namespace

MotionPrior fit_motion(const std::vector<double>& places, const std::vector<BandTrack>& tracks) {
  MotionPrior best;
  double most = -std::numeric_limits<double>::infinity();
  Solver solver(places);
  for (const double slope : kSlopes)
    for (const double bend : kBends)
      for (const double jitter : kJitters) {
        const MotionPrior prior{slope, bend, jitter};
        double sum = -kWorthMoving * ((slope > 0 ? 1 : 0) + (bend > 0 ? 1 : 0));
        for (const BandTrack& track : tracks) sum += solver.fit(track, prior).log_likelihood;
        if (sum > most) {
          most = sum;
          best = prior;
        }
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
