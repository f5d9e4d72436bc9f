#pragma once
// Stage 4 of 9: follows the lattice over the whole field, blind.
//
//   mean, LatticeSeed --> [ LatticeTracker ] --FieldLattice--> page finder, ModuleSampler

#include <optional>
#include <vector>

#include "core/result.hpp"
#include "core/view.hpp"
#include "pipeline/field.hpp"

namespace ostracon {

struct LatticeTrackerConfig {
  std::int32_t rows = 0, cols = 0;  ///< of the mean
  std::int32_t block_modules = 32;  ///< side of the blocks whose offset is measured
  float assumed_blur = 0.35F;       ///< sigma of the pulse in modules for the equalising filter
};

/// The lattice of a field, in module coordinates of its own.
struct FieldLattice {
  LatticeMap map;
  std::int32_t rows = 0, cols = 0;  ///< modules covered: [0, rows) x [0, cols)
  std::vector<std::int8_t> soft;    ///< [rows][cols] equalised brightness, 32 = one amplitude
  float residual_modules = 0;       ///< rms of block offsets about the smooth map, per axis
  float settled_fraction = 0;       ///< of blocks inside the image
};

class LatticeTracker {
 public:
  virtual ~LatticeTracker() = default;

  /// Maximises the sum of log cosh of the equalised image over the modules of a block: maximum
  /// likelihood for unknown equiprobable bits. From the best of several start blocks the settled
  /// region grows in rounds: every round tries all blocks that touch it, each within +-0.45 module
  /// of a plane through its settled neighbours, and settles the confident ones; the worst wait for
  /// more neighbours. Then offsets are measured again about a smooth map (local quadratics over
  /// 5 x 5 blocks) until it stands still.
  ///
  /// nullopt if no start block shows a lattice.
  virtual Result<std::optional<FieldLattice>> run(ImageView<const float> mean,
                                                  const LatticeSeed& seed) = 0;
};

}  // namespace ostracon
