#pragma once
// Counting statistics of detected electrons, one random word a pixel.

#include <cstdint>
#include <span>

#include "datasets/profile.hpp"

namespace ostracon::sem {

struct PoissonTables;

/// Draws electrons for expectations `means`: Poisson (below kTableMean exact in mean and variance,
/// above it a Gaussian with the Poisson's skewness) plus Gaussian noise that brings the variance to
/// excess_factor * mean + detector_sigma^2; neighbours are correlated as Noise says.
class ElectronSampler {
 public:
  static constexpr float kTableMean = 32.0F;

  explicit ElectronSampler(const Noise& noise);
  /// One row: pixel x gets word x of `stream`. `electrons` has the size of `means`.
  void sample(std::span<const float> means, std::uint64_t stream, std::span<float> electrons) const;

 private:
  float draw(float mean, std::uint64_t word) const;
  float poisson(float mean, std::uint64_t word) const;
  float normal(std::uint64_t word) const;

  const PoissonTables* tables_;
  float excess_, detector_variance_, detector_sigma_, correlation_;
};

}  // namespace ostracon::sem
