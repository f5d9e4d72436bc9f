#pragma once
// How well a plane of phase fits a line over a block of tiles.

#include <array>
#include <cstdint>
#include <vector>

#include "host/steps/lattice_phase.hpp"

namespace ostracon::steps {

/// Value and slope per tile of one phase at a block's centre, radians.
struct Plane {
  float value = 0, slope_i = 0, slope_j = 0;
};

using Planes = std::array<Plane, 2>;  ///< of the row line, of the column line

struct SlopeSearch {
  std::int32_t steps = 0;  ///< each way
  float step = 0;          ///< radians a tile
  float doubt = 0;         ///< nats taken off for each (radian a tile)^2 of departure
};

/// Tries planes on blocks of one size: all slopes about a guess. Two blocks go side by side, with
/// two lines each: the four lanes of a vector.
class PlaneScan {
 public:
  static constexpr std::size_t kBlocks = 2;
  struct Block {
    std::int32_t i = 0, j = 0;  ///< its first tile
    Planes about;
  };
  struct Fit {
    Planes planes;
    float power = 0;  ///< of the weaker line's sum over the block, over what noise gives
  };

  /// Sizes that there are: sides of 4 tiles with 2 or 5 steps, 6 with 3 or 10, 8 with 4 or 10.
  PlaneScan(std::int32_t side, const SlopeSearch& search);

  /// For each block the planes, of slopes about those of `about` and any value, that fit it best:
  /// their slopes, and their values next to those of `about`.
  std::array<Fit, kBlocks> run(const PhaseTiles& tiles,
                               const std::array<Block, kBlocks>& blocks) const;

 private:
  static constexpr std::size_t kMostSide = 8;  // tiles
  static constexpr std::size_t kMostSteps = 10;

  template <std::size_t kSide, std::size_t kSteps>
  std::array<Fit, kBlocks> run_sized(const PhaseTiles& tiles,
                                     const std::array<Block, kBlocks>& blocks) const;
  template <std::size_t kSide, std::size_t kSteps, class Tiles, class Slopes>
  void against_slopes(const Tiles& tiles, Slopes& sums) const;

  std::int32_t side_;
  SlopeSearch search_;
  // [step][half tiles from the middle]
  std::array<std::array<float, kMostSide / 2>, kMostSteps + 1> cosine_{}, sine_{};
};

/// Values at the centres of blocks of `side` tiles, `stride` tiles apart, interpolated linearly to
/// all tiles; beyond the outermost centres the line goes on.
std::vector<float> spread(const PhaseTiles& tiles, std::int32_t side, std::int32_t stride,
                          const std::vector<float>& values);

}  // namespace ostracon::steps
