#pragma once
// Rules of soft cancellation: what a belief is worth as a mean, and what is left of a module once
// its neighbours are taken out.

#include "core/view.hpp"

namespace ostracon::rules {

/// Share of the new evidence in each round. Without damping neighbours talk each other into
/// swinging back and forth.
inline constexpr float kCancellationDamping = 0.7F;

/// A module's own beliefs came back to it through its neighbours, so what comes out is too sure;
/// measured on simulated pages at the thresholds of the rates.
inline constexpr float kCancellationScale = 0.8F;

/// Cancelled values further out than this many responses from 0 are taken for this far: beyond, the
/// quadratics of unequal variances turn back on themselves.
inline constexpr float kMostCancelled = 2.5F;

/// Variance of a class never falls below this share of the mean noise.
inline constexpr float kLeastNoiseShare = 0.3F;

/// The polynomials of tanh's continued fraction, cut at the seventh term (Lambert 1770): exact to
/// 1e-4 for |x| <= kMostHalfLlr, to which arguments are clipped.
inline constexpr float kMostHalfLlr = 4.9F;
inline constexpr float kTanhP[4] = {135135.0F, 17325.0F, 378.0F, 1.0F};
inline constexpr float kTanhQ[4] = {135135.0F, 62370.0F, 3150.0F, 28.0F};

/// Mean of a bit (+1 or -1) of LLR 2 x.
OSTRACON_HD inline float soft_mean(float half_llr) {
  const float low = half_llr < -kMostHalfLlr ? -kMostHalfLlr : half_llr;
  const float x = low > kMostHalfLlr ? kMostHalfLlr : low;
  const float s = x * x;
  const float p = x * (kTanhP[0] + s * (kTanhP[1] + s * (kTanhP[2] + s * kTanhP[3])));
  const float q = kTanhQ[0] + s * (kTanhQ[1] + s * (kTanhQ[2] + s * kTanhQ[3]));
  return p / q;
}

/// LLR of a module whose matched filter output is `rest` once the bias and the neighbours' means
/// are taken out, `around` those means' sum, `interference` the variance left of them, `level` the
/// local noise over the page's.
OSTRACON_HD inline float cancelled_llr(float rest, float around, float interference, float level,
                                       float own, float noise, float noise_own,
                                       float noise_around) {
  const float most = kMostCancelled * own;
  const float low = rest < -most ? -most : rest;
  const float x = low > most ? most : low;
  const float least = kLeastNoiseShare * noise;
  const float common = noise + noise_around * around;
  const float land_noise = common + noise_own, pit_noise = common - noise_own;
  const float land = level * (land_noise < least ? least : land_noise) + interference;
  const float pit = level * (pit_noise < least ? least : pit_noise) + interference;
  // ln(pit / land) by its odd series in (pit - land) / (pit + land), which stays below 0.4.
  const float t = (pit - land) / (pit + land);
  return 0.5F * ((x + own) * (x + own) / pit - (x - own) * (x - own) / land) +
         t * (1.0F + t * t * (1.0F / 3.0F));
}

}  // namespace ostracon::rules
