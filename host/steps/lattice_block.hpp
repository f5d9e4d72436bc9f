#pragma once
// How well a plane of phase fits a line over a block of tiles.

#include <array>
#include <complex>
#include <cstdint>
#include <vector>

#include "host/steps/lattice_phase.hpp"

namespace ostracon::steps {

/// Value and slope per tile of one phase at a block's centre, radians.
struct Plane {
  float value = 0, slope_i = 0, slope_j = 0;
};

struct SlopeSearch {
  std::int32_t steps = 0;  ///< each way, at most PlaneScan::kMostSteps
  float step = 0;          ///< radians a tile
  float doubt = 0;         ///< nats taken off for each (radian a tile)^2 of departure
};

/// Tries planes on blocks of one size: all slopes about a guess.
class PlaneScan {
 public:
  static constexpr std::int32_t kMostSide = 8;    ///< tiles
  static constexpr std::int32_t kMostSteps = 10;  ///< each way

  /// `side` is even.
  PlaneScan(std::int32_t side, const SlopeSearch& search);

  /// The plane, of slopes about those of `about` and any value, that the block from tile (i, j)
  /// fits best: best gets its slopes and its value next to that of `about`. Returns the sum of the
  /// line over the block against it; |sum|^2 / side^2 is its power over the noise.
  std::complex<float> run(const PhaseTiles& tiles, const std::vector<std::complex<float>>& line,
                          std::int32_t i, std::int32_t j, const Plane& about, Plane& best) const;

 private:
  struct Value {
    float re = 0, im = 0;
  };
  static constexpr std::size_t kMostSlopes = 2 * kMostSteps + 1;
  using Tiles = std::array<Value, kMostSide>;
  using Slopes = std::array<Value, kMostSlopes>;

  static Value times(Value a, Value b) {
    return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
  }
  Tiles turns(float slope) const;
  void against_slopes(const Tiles& tiles, Slopes& sums) const;

  std::size_t side_, steps_;
  SlopeSearch search_;
  // [step][half tiles from the middle]
  std::array<std::array<float, kMostSide / 2>, kMostSteps + 1> cosine_{}, sine_{};
};

/// Values at the centres of blocks of `side` tiles, `stride` tiles apart, interpolated linearly to
/// all tiles; beyond the outermost centres the line goes on.
std::vector<float> spread(const PhaseTiles& tiles, std::int32_t side, std::int32_t stride,
                          const std::vector<float>& values);

}  // namespace ostracon::steps
