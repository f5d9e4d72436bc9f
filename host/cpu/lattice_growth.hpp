#pragma once
// From phases modulo a turn to a continuous phase: rounds of growth from a start block, confident
// blocks first, then local quadratics.

#include <cstdint>
#include <optional>
#include <vector>

#include "host/cpu/lattice_phase.hpp"

namespace ostracon::cpu {

/// Continuous phases of both lines on every tile, radians.
struct SmoothPhase {
  std::int32_t rows = 0, cols = 0;  ///< tiles
  std::vector<float> row, col;      ///< [rows][cols]
  float residual_modules = 0;       ///< rms of 4 x 4 tile blocks about it, per axis
  float settled_fraction = 0;
  std::int32_t block_tiles = 4;  ///< side of the blocks it grew by
};

/// nullopt if no start block is confident.
std::optional<SmoothPhase> unwrap(const PhaseTiles& tiles);

/// One pass: replaces `phase` by local quadratic fits, over tiles up to `reach_tiles` away, to what
/// every tile says its phase is (its own quadrature about the phase so far).
void refine(const PhaseTiles& tiles, std::int32_t reach_tiles, SmoothPhase& phase);

}  // namespace ostracon::cpu
