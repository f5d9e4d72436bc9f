#pragma once
// Bit lattices drawn for tests, with everything known.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "pipeline/raw_lattice/raw_lattice.hpp"

namespace ostracon::test {

/// How a lattice is drawn. A 1 is a dark square of `mark` pitches a side on a ground of 100,
/// softened by `blur_px`; a 0 is the bare ground.
struct Drawing {
  RawLatticeGuess truth;  ///< where the cells really lie; tolerance and confidence are for reading
  double share_of_ones = 0.5;
  double contrast = 40;
  double mark = 0.6;
  double blur_px = 1;
  double noise = 0;    ///< standard deviation of a pixel
  double shading = 0;  ///< of the ground, from one corner to the opposite
  std::uint64_t seed = 1;
};

struct DrawnLattice {
  std::int32_t rows = 0, cols = 0;  ///< px
  std::vector<float> pixels;
  std::vector<std::uint8_t> bits;  ///< of the cells, blank lines left out
  std::vector<std::array<double, 2>> centres;

  std::size_t at(std::int32_t row, std::int32_t col) const {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(cols) +
           static_cast<std::size_t>(col);
  }
  ImageView<const float> view() const { return {pixels.data(), rows, cols, cols}; }
  /// Fills a rectangle of pixels, given by its middle.
  void cover(double y, double x, double height, double width, float level);
};

DrawnLattice draw(const Drawing& drawing);

/// A square lattice that starts 30 px from the upper left corner.
RawLatticeGuess square_lattice(std::int32_t rows, std::int32_t cols, double pitch);

struct Comparison {
  std::int64_t wrong = 0;        ///< bits whose LLR has the other sign, or is 0
  std::int64_t wrong_clear = 0;  ///< of those, not marked
  std::int64_t marked = 0;       ///< cells of low confidence
  double expected_wrong = 0;     ///< sum of the error probabilities that the LLRs state
  double worst_centre_px = 0;    ///< distance of a centre from the truth
};
Comparison compare(const RawLatticeReading& reading, const DrawnLattice& drawn);

}  // namespace ostracon::test
