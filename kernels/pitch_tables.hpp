#pragma once
// What the pitch finder's kernels look up, and the memory they work in.

#include <array>
#include <cstdint>
#include <vector>

#include "host/steps/pitch_search.hpp"
#include "kernels/core/fft.hpp"
#include "kernels/core/packed_floats.hpp"

namespace ostracon::cuda {

/// Addresses are of the device. A bin is (ky + highest) * (highest + 1) + kx.
struct PitchTables {
  std::int32_t crop, highest;
  float lowest;              ///< radius of the longest wavelength looked for, cycles a crop
  const float* window;       ///< Hann, of crop samples
  const float* fine_window;  ///< of 2 * crop
  const float *fine[2], *coarse[2], *gradient;  ///< Gaussians at the frequencies of a crop
  const float* radius;                          ///< [bin] cycles a crop
  /// Bins by radius: those of at least R and less than R + 1 are order[radius_start[R]] on.
  const std::int32_t* order;
  const std::int32_t* radius_start;  ///< [highest + 1]

  OSTRACON_HD std::int32_t bins() const { return (2 * highest + 1) * (highest + 1); }
  OSTRACON_HD std::int32_t fine_side() const { return 2 * crop; }
};

/// A line and the bin of its peak.
struct FoundLine {
  steps::Line line;
  std::int32_t bin;
};

/// Sums of a bounded size, and of the window where it is within bounds.
struct LevelSums {
  double size, weight;
};

/// Scratch of a crop.
struct PitchScratch {
  float* pixels;       ///< [crop][crop]
  Complex* half;       ///< [crop][crop / 2 + 1]: the crop's spectrum
  Complex* field;      ///< [2 crop][2 crop]
  float* sizes;        ///< [2 crop][2 crop]
  Complex* fine_half;  ///< [2 crop][crop + 1]
  float* limits;       ///< [2]: of the crop, or of the two channels of a field
  LevelSums* sums;     ///< [channel][block]
  float* levels;       ///< [source][ring]
  float* power;        ///< [source][bin], over the level of the surroundings
  float* kept;         ///< [source][bin], summed over crops
  std::uint32_t* found_count;
  FoundLine* found;  ///< [bin]
};

/// Tables on the device.
class PitchPlan {
 public:
  static Result<PitchPlan> create(const PitchFinderConfig& config, Memory& memory);
  const PitchTables& tables() const { return tables_; }

 private:
  PitchPlan(PackedFloats floats, Buffer<std::int32_t> integers, const PitchTables& tables)
      : floats_(std::move(floats)), integers_(std::move(integers)), tables_(tables) {}

  PackedFloats floats_;
  Buffer<std::int32_t> integers_;
  PitchTables tables_;
};

}  // namespace ostracon::cuda
