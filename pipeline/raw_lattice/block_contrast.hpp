#pragma once
// How well the cells of a small block fall into two heaps, wherever they are moved to.

#include <cstdint>
#include <vector>

#include "pipeline/raw_lattice/flat_image.hpp"
#include "pipeline/raw_lattice/grid.hpp"

namespace ostracon::raw_lattice {

/// A rectangle of cells.
struct Block {
  std::int32_t row = 0, col = 0, rows = 0, cols = 0;
  double v = 0, u = 0;  ///< its middle, as terms_at takes it
};

/// At most 8 x 8 blocks of at most 16 x 16 cells, spread evenly.
std::vector<Block> choose_blocks(const Grid& grid);

/// What cells of this lattice plausibly show; beyond it is damage.
struct Range {
  float low = 0, high = 0;
};
/// The 2nd to 98th percentile of the blocks' cells and their surroundings, the median of all blocks
/// (damage is in few blocks, both values are in all), widened by its width on either side.
Range plausible_range(const Image& image, const Grid& grid, const std::vector<Block>& blocks);

class BlockContrast {
 public:
  BlockContrast(const Image& image, const Range& range) : image_(image), range_(range) {}

  /// The log likelihood that two values gain over one, for the cells of `block` moved by (dy, dx)
  /// px: n / 2 ln(total variance / variance within the heaps). The means of the places within a
  /// group are taken out before, and implausible cells count as nothing gained.
  double gain(const Grid& grid, const Block& block, double dy, double dx);

 private:
  void remove_phase_means(const Grid& grid, const Block& block);

  const Image& image_;
  Range range_;
  std::vector<float> values_;  // of the block, NaN where implausible
  std::vector<float> plausible_;
  std::vector<double> sum_, count_;
};

}  // namespace ostracon::raw_lattice
