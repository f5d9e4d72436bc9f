#pragma once
// From demodulated tiles to the map of the lattice.

#include <optional>

#include "host/steps/lattice_growth.hpp"
#include "host/steps/lattice_phase.hpp"
#include "host/steps/lattice_refinement.hpp"
#include "pipeline/rules/phase_field.hpp"
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

/// The field that `phase` is of, with its values at `row` and `col`, on the host or on a device.
rules::PhaseField phase_field(const LatticeSeed& seed, const SmoothPhase& phase,
                              std::int32_t tile_px, const float* row, const float* col);

/// A lattice whose nodes are not known yet, and no soft values.
struct PlannedLattice {
  FieldLattice lattice;
  float row0 = 0, col0 = 0;  ///< module of the phase field that is module (0, 0) of the lattice
  rules::Point middle{};     ///< of the image
};

/// The lattice that has this phase against the seed's; nullopt if its modules cannot be counted.
/// `image_rows` and `image_cols` are px.
std::optional<PlannedLattice> plan_lattice(const LatticeSeed& seed, const SmoothPhase& phase,
                                           std::int32_t tile_px, std::int32_t image_rows,
                                           std::int32_t image_cols);

/// The nodes of its map.
void fill_nodes(const rules::PhaseField& field, PlannedLattice& plan);

}  // namespace ostracon::steps
