#pragma once
// The lattice as a phase: the contrast image has a line at the lattice frequency; demodulated tile
// by tile, the phase of that line is the local offset of the lattice against the seed's straight
// one.

#include <array>
#include <complex>
#include <cstdint>
#include <optional>
#include <vector>

#include "pipeline/field.hpp"

namespace ostracon::steps {

/// Straight carriers: row = row_of . (y, x), col = col_of . (y, x), in cycles.
struct Carriers {
  std::array<float, 2> row_of{}, col_of{};
  static Carriers of(const LatticeSeed& seed);
};

/// (y, x) frequencies, cycles a pixel, of the row line and the column line and of what is measured
/// beside each: two turns a tile away, where the line itself leaves nothing.
std::array<std::array<float, 2>, 4> line_frequencies(const Carriers& carriers);

/// Demodulated tiles. Tile (i, j) covers tile_px x tile_px pixels and is centred on pixel
/// ((i + 1/2) * tile_px - 1/2, ...).
struct PhaseTiles {
  std::int32_t tile_px = 24;
  std::int32_t rows = 0, cols = 0;
  std::vector<std::complex<float>> row_line, col_line;  ///< [rows][cols], of noise 1

  std::size_t index(std::int32_t i, std::int32_t j) const {
    return static_cast<std::size_t>(i) * static_cast<std::size_t>(cols) +
           static_cast<std::size_t>(j);
  }
};

inline constexpr std::int32_t kLeastTilePx = 8;

/// Tiles of 8 modules for an image of rows x cols px, without lines; nullopt if it has fewer than 4
/// a side.
std::optional<PhaseTiles> plan_tiles(const LatticeSeed& seed, std::int32_t rows, std::int32_t cols);

/// The noise beside the lines is measured in tile rows 0, n, 2 n ... of this n.
std::int32_t noise_step(const PhaseTiles& tiles);

/// Offsets (y, x) against the pixel grid at which the contrast is formed: half pixels too where the
/// modules are small. The pixel grid itself comes last.
std::vector<std::array<float, 2>> contrast_offsets(float pitch_px);

/// One-dimensional MMSE equaliser for unit squares blurred by `blur` modules at `pitch` px,
/// sampled at (k - offset) px: about 4.5 modules long, odd, centred.
std::vector<float> equalising_taps(float pitch_px, float blur_modules, float offset_px);

/// Scales both lines to noise 1, which is the median power `beside` them. A tile that far outshines
/// the others is damage, and gets only its share of a say.
void scale_to_noise(const std::array<std::vector<std::complex<float>>, 2>& beside,
                    PhaseTiles& tiles);

/// Joins what two aspects say about the same lines, each weighed by its amplitude over its noise;
/// bright edges make the image darker where the contrast is stronger or the other way round, so the
/// sign of `other` is that of the correlation.
void join(PhaseTiles& tiles, const PhaseTiles& other);

}  // namespace ostracon::steps
