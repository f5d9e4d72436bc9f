#pragma once
// Stage 4 of 9: follows the lattice over the whole field, blind.
//
//   mean, LatticeSeed --> [ LatticeTracker ] --FieldLattice--> MarkFinder, ModuleSampler

#include <optional>

#include "core/result.hpp"
#include "core/view.hpp"
#include "pipeline/field.hpp"

namespace ostracon {

struct LatticeTrackerConfig {
  std::int32_t rows = 0, cols = 0;  ///< of the mean
  float assumed_blur = 0.35F;       ///< sigma of the pulse in modules for the equalising filter
};

/// The lattice of a field, in module coordinates of its own.
struct FieldLattice {
  LatticeMap map;
  std::int32_t rows = 0, cols = 0;  ///< modules covered: [0, rows) x [0, cols)
  /// [rows][cols] equalised brightness, 32 = one amplitude, positive = bright. In the memory of the
  /// tracker's backend, until its next run.
  ImageView<const std::int8_t> soft;
  float residual_modules = 0;  ///< rms of block offsets about the smooth map, per axis
  float settled_fraction = 0;  ///< of blocks inside the image, before the rest was continued
};

class LatticeTracker {
 public:
  virtual ~LatticeTracker() = default;

  /// The contrast of the equalised image (about log cosh: maximum likelihood for unknown
  /// equiprobable bits) has a line at the lattice frequency along both axes; its phase in tiles of
  /// about 8 modules is the offset of the lattice there. Where the seed says that the image itself
  /// has lines (bright edges), those are joined to it. From the best of several start blocks of 32
  /// modules (48 or 64 where those settle too little) the settled region grows in rounds: every
  /// round tries all blocks that touch it against a plane through their settled neighbours, which
  /// leans on the neighbours' slopes as well as their phases, and settles the confident ones; the
  /// worst wait for more neighbours. What never settles continues the plane. Then two rounds of
  /// local quadratics about every tile smooth the phase. Where short blocks do not settle 92 % of
  /// the field, growth is repeated on what the first fit leaves, twice, and the fit is sharpened.
  /// What stands out by 5 rms is dirt and says nothing; a tile that far outshines the others is
  /// damage, and counts no more than they do.
  ///
  /// nullopt if no start block shows a lattice. Errors: kInvalidArgument for an image of another
  /// shape, and on a GPU for a seed of more than 16 px a module.
  virtual Result<std::optional<FieldLattice>> run(ImageView<const float> mean,
                                                  const LatticeSeed& seed) = 0;
};

}  // namespace ostracon
