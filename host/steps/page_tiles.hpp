#pragma once
// What is decided from sums over square tiles of a page.

#include <cstdint>
#include <vector>

#include "core/view.hpp"

namespace ostracon::steps {

inline constexpr std::int32_t kLevelTile = 32;  ///< modules a side: local noise is measured here
inline constexpr std::int32_t kSlipTile = 64;   ///< modules a side: known bits are compared here

/// Tiles along `side` modules; the last may be smaller.
OSTRACON_HD constexpr std::int32_t tiles(std::int32_t side, std::int32_t tile) {
  return (side + tile - 1) / tile;
}

/// Squares summed over the usable modules of every kLevelTile, row-major.
struct LevelSums {
  LevelSums(std::int32_t page_rows, std::int32_t page_cols);
  std::int32_t rows, cols;        ///< of tiles
  std::vector<float> sum, count;  ///< of squares, of modules
};

/// The equaliser's mean squares over the page's own, smoothed over neighbouring tiles: 0.4 to 4.
std::vector<float> error_levels(const LevelSums& sums);

/// The canceller's mean squares over those of the modules it has learned from (`learned`: their
/// number in every tile), smoothed likewise: 0.5 to 3.
std::vector<float> noise_levels(const LevelSums& sums, const std::vector<float>& learned);

/// Weights of the background's Gaussian window (rules::kBackgroundSigma) along one axis: the middle
/// one and `reach` to one side.
std::vector<float> background_window(std::int32_t reach);

/// False where the known modules of a kSlipTile come out as they are, or are too few to tell.
///   agreement  sum of their values, signed so that +1 is right, each clipped to +-2
bool has_slipped(float agreement, std::int32_t known_modules);

}  // namespace ostracon::steps
