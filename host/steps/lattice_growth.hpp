#pragma once
// From phases modulo a turn to a continuous phase: rounds of growth from a start block, confident
// blocks first, then local quadratics.

#include <cstdint>
#include <optional>
#include <vector>

#include "host/steps/lattice_phase.hpp"

namespace ostracon::steps {

/// Continuous phases of both lines on every tile, radians.
struct SmoothPhase {
  std::int32_t rows = 0, cols = 0;  ///< tiles
  std::vector<float> row, col;      ///< [rows][cols]
  float residual_modules = 0;       ///< rms of 4 x 4 tile blocks about it, per axis
  float settled_fraction = 0;
  std::int32_t block_tiles = 4;  ///< side of the blocks it grew by
};

/// Grows by blocks of at least `least_block` tiles a side. nullopt if no start block is confident.
std::optional<SmoothPhase> unwrap(const PhaseTiles& tiles, std::int32_t least_block = 0);

/// Grows anew on what is left of the tiles once `phase` is taken off, and adds that: bends within a
/// block no longer spoil its line, so that more blocks settle, and a region that `phase` has off by
/// a turn is reached from its better sides. False, and nothing done, if no start block is
/// confident.
bool regrow(const PhaseTiles& tiles, SmoothPhase& phase);

}  // namespace ostracon::steps
