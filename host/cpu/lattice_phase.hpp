#pragma once
// The lattice as a phase: the contrast image has a line at the lattice frequency; demodulated tile
// by tile, the phase of that line is the local offset of the lattice against the seed's straight
// one.

#include <array>
#include <complex>
#include <cstdint>
#include <vector>

#include "core/view.hpp"
#include "pipeline/field.hpp"

namespace ostracon::cpu {

/// Straight carriers: row = row_of . (y, x), col = col_of . (y, x), in cycles.
struct Carriers {
  std::array<float, 2> row_of{}, col_of{};
  static Carriers of(const LatticeSeed& seed);
};

/// Demodulated tiles. Tile (i, j) covers tile_px x tile_px pixels and is centred on pixel
/// ((i + 1/2) * tile_px - 1/2, ...).
struct PhaseTiles {
  std::int32_t tile_px = 24;
  std::int32_t rows = 0, cols = 0;
  std::vector<std::complex<float>> row_line, col_line;  ///< [rows][cols]
  float noise = 1;  ///< mean |tile|^2 at a frequency of the same length where there is no line

  std::size_t index(std::int32_t i, std::int32_t j) const {
    return static_cast<std::size_t>(i) * static_cast<std::size_t>(cols) +
           static_cast<std::size_t>(j);
  }
};

/// One-dimensional MMSE equaliser for unit squares blurred by `blur` modules at `pitch` px,
/// sampled at (k - offset) px: about 4.5 modules long, odd, centred.
std::vector<float> equalising_taps(float pitch_px, float blur_modules, float offset_px);

/// The image filtered by the separable equaliser at offset (oy, ox) px.
void equalise_image(ImageView<const float> image, float pitch_px, float blur_modules, float oy,
                    float ox, ImageView<float> out);

/// Adds the contrast of `equalised` (taken at offset (oy, ox) px of the pixel grid) to the tiles.
/// `scale` brings an amplitude to about 3; `level` is the image's mean contrast, taken off so that
/// it does not leak into the lines. Also adds to `off_line`, the noise measure [rows][cols].
void demodulate(ImageView<const float> equalised, float scale, float level, float oy, float ox,
                const Carriers& carriers, PhaseTiles& tiles,
                std::vector<std::complex<float>>& off_line);

}  // namespace ostracon::cpu
