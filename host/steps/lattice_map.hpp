#pragma once
// From demodulated tiles to the map of the lattice.

#include <optional>

#include "host/steps/lattice_growth.hpp"
#include "host/steps/lattice_phase.hpp"
#include "host/steps/lattice_refinement.hpp"
#include "pipeline/stages/lattice_tracker.hpp"

namespace ostracon::steps {

inline constexpr std::int32_t kNodeStep = 8;  ///< modules from node to node of the map

/// Rows or columns of the largest lattice that a backend makes memory for, on an image of rows x
/// cols px: modules of 1.5 px, and however they are turned, no more than fit along both sides.
std::size_t most_lattice_side(std::int32_t rows, std::int32_t cols);

/// kInvalidArgument if the image is smaller than 64 px.
Result<> check(const LatticeTrackerConfig& config);

/// Continuous phases of both lines, or nullopt where none is to be seen. Fields that ordinary doses
/// and bends leave clear need one growth. Errors: those of `fitter`.
Result<std::optional<SmoothPhase>> follow(const PhaseTiles& tiles, PhaseFitter& fitter);

/// The lattice that has this phase against the seed's, without its soft values; nullopt if its
/// modules cannot be counted. `image_rows` and `image_cols` are px.
std::optional<FieldLattice> map_lattice(const LatticeSeed& seed, const SmoothPhase& phase,
                                        std::int32_t tile_px, std::int32_t image_rows,
                                        std::int32_t image_cols);

}  // namespace ostracon::steps
