// The prior of motion that drift estimation fits to what the bands of all frames say.

#include "host/steps/drift_tracks.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "datasets/random.hpp"

namespace ostracon::test {
namespace {

using steps::BandTrack;
using steps::MotionPrior;

/// Log-likelihood of a track under a prior, its constant marginalised, by plain elimination.
double direct_likelihood(const std::vector<double>& places, const BandTrack& track,
                         const MotionPrior& prior) {
  const std::size_t n = places.size();
  const double straight = prior.slope * prior.slope + prior.bend * prior.bend;
  std::vector<std::vector<double>> rows(n, std::vector<double>(n + 2));  // K, ones, shifts
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      const double a = places[i], b = places[j], m = std::min(a, b);
      rows[i][j] = straight * (a - 0.5) * (b - 0.5) +
                   prior.bend * prior.bend * (a * b * m - (a + b) * m * m / 2 + m * m * m / 3);
    }
    rows[i][i] += track.variance[i] + prior.jitter * prior.jitter;
    rows[i][n] = 1;
    rows[i][n + 1] = track.shift[i];
  }
  double log_determinant = 0, weight = 0, pulled = 0, square = 0;
  for (std::size_t k = 0; k < n; ++k) {
    const double pivot = rows[k][k];
    log_determinant += std::log(pivot);
    weight += rows[k][n] * rows[k][n] / pivot;
    pulled += rows[k][n] * rows[k][n + 1] / pivot;
    square += rows[k][n + 1] * rows[k][n + 1] / pivot;
    for (std::size_t i = k + 1; i < n; ++i) {
      const double share = rows[i][k] / pivot;
      for (std::size_t j = k; j < n + 2; ++j) rows[i][j] -= share * rows[k][j];
    }
  }
  return -0.5 * (log_determinant + std::log(weight) + square - pulled * pulled / weight);
}

/// Nats of all tracks; each kind of motion must gain two before it is believed.
double worth(const std::vector<double>& places, const std::vector<BandTrack>& tracks,
             const MotionPrior& prior) {
  double sum = -2.0 * ((prior.slope > 0 ? 1 : 0) + (prior.bend > 0 ? 1 : 0));
  for (const BandTrack& track : tracks) sum += direct_likelihood(places, track, prior);
  return sum;
}

struct Scene {
  std::vector<double> places;
  std::vector<BandTrack> tracks;
};

/// Tracks slope * y + bend * y^2 with noise of `sigma` px, every seventh band next to blind.
Scene make_scene(std::size_t bands, std::size_t frames, double slope, double bend, double sigma) {
  sem::Random random(sem::stream_seed(7, bands * 100 + frames, sem::Purpose::kPixels));
  Scene scene;
  for (std::size_t b = 0; b < bands; ++b)
    scene.places.push_back((static_cast<double>(b) + 0.5) / static_cast<double>(bands));
  for (std::size_t f = 0; f < frames; ++f) {
    BandTrack& track = scene.tracks.emplace_back();
    const double sign = f % 2 == 0 ? 1 : -1;
    for (std::size_t b = 0; b < bands; ++b) {
      const double y = scene.places[b];
      track.shift.push_back(sign * (slope * y + bend * y * y) + sigma * random.normal());
      track.variance.push_back((b + f) % 7 == 6 ? 1e6 : sigma * sigma);
    }
  }
  return scene;
}

TEST(MotionPriorTest, FindsTheKindsOfMotionThatThereAre) {
  const Scene still = make_scene(12, 6, 0, 0, 0.01);
  const MotionPrior none = steps::fit_motion(still.places, still.tracks);
  EXPECT_EQ(none.slope, 0);
  EXPECT_EQ(none.bend, 0);
  const Scene straight = make_scene(12, 6, 0.8, 0, 0.01);
  const MotionPrior line = steps::fit_motion(straight.places, straight.tracks);
  EXPECT_GT(line.slope, 0);
  EXPECT_EQ(line.bend, 0);
  const Scene bent = make_scene(12, 6, 0, 4, 0.01);
  EXPECT_GT(steps::fit_motion(bent.places, bent.tracks).bend, 0);
}

TEST(MotionPriorTest, NoOtherPriorIsLikelier) {
  // One frame, as many as go side by side, and more.
  for (const std::size_t frames : {1U, 8U, 11U})
    for (const double motion : {0.0, 1.0, 5.0}) {
      const Scene scene = make_scene(9, frames, motion, motion / 2, 0.03);
      const MotionPrior best = steps::fit_motion(scene.places, scene.tracks);
      const double most = worth(scene.places, scene.tracks, best);
      for (const double slope : {0.0, 0.2, 0.8, 3.0})
        for (const double bend : {0.0, 0.3, 1.0, 10.0})
          for (const double jitter : {0.0, 0.02, 0.12})
            EXPECT_LE(worth(scene.places, scene.tracks, {slope, bend, jitter}), most + 1e-6)
                << frames << " frames, motion " << motion;
    }
}

/// K^-1 v by plain elimination.
std::vector<double> solve(std::vector<std::vector<double>> rows, std::vector<double> v) {
  const std::size_t n = v.size();
  for (std::size_t k = 0; k < n; ++k)
    for (std::size_t i = 0; i < n; ++i) {
      if (i == k) continue;
      const double share = rows[i][k] / rows[k][k];
      for (std::size_t j = k; j < n; ++j) rows[i][j] -= share * rows[k][j];
      v[i] -= share * v[k];
    }
  for (std::size_t k = 0; k < n; ++k) v[k] /= rows[k][k];
  return v;
}

TEST(SmoothTrackTest, IsTheExpectedTrackUnderThePrior) {
  for (const std::size_t bands : {1U, 2U, 11U})
    for (const MotionPrior& prior : {MotionPrior{0, 0, 0.3}, MotionPrior{0.8, 0, 0},
                                     MotionPrior{0.2, 3, 0.02}, MotionPrior{12, 100, 0.3}}) {
      const Scene scene = make_scene(bands, 1, 0.3, 0.2, 0.02);
      const BandTrack& track = scene.tracks[0];
      const auto covariance = [&](double a, double b) {
        const double m = std::min(a, b);
        return (prior.slope * prior.slope + prior.bend * prior.bend) * (a - 0.5) * (b - 0.5) +
               prior.bend * prior.bend * (a * b * m - (a + b) * m * m / 2 + m * m * m / 3);
      };
      std::vector<std::vector<double>> k(bands, std::vector<double>(bands));
      for (std::size_t i = 0; i < bands; ++i) {
        for (std::size_t j = 0; j < bands; ++j)
          k[i][j] = covariance(scene.places[i], scene.places[j]);
        k[i][i] += track.variance[i] + prior.jitter * prior.jitter;
      }
      const auto ones = solve(k, std::vector<double>(bands, 1.0));
      const auto pull = solve(k, track.shift);
      double weight = 0, pulled = 0;
      for (std::size_t i = 0; i < bands; ++i) {
        weight += ones[i];
        pulled += pull[i];
      }
      const std::vector<double> wanted{0, scene.places[0], 0.37, 0.5, 1};
      const auto found = steps::smooth_track(scene.places, track, prior, wanted);
      ASSERT_EQ(found.size(), wanted.size());
      for (std::size_t w = 0; w < wanted.size(); ++w) {
        double expected = pulled / weight;
        for (std::size_t i = 0; i < bands; ++i)
          expected +=
              covariance(wanted[w], scene.places[i]) * (pull[i] - pulled / weight * ones[i]);
        EXPECT_NEAR(found[w], expected, 1e-7) << bands << " bands, place " << wanted[w];
      }
    }
}

TEST(SmoothTrackTest, ABandFarOutsideCountsLittle) {
  Scene scene = make_scene(12, 1, 0, 0, 0.01);
  scene.tracks[0].shift[4] += 1;
  const auto found =
      steps::smooth_track(scene.places, scene.tracks[0], {0.2, 0.3, 0}, scene.places);
  for (const double shift : found) EXPECT_NEAR(shift, 0, 0.03);
}

}  // namespace
}  // namespace ostracon::test
