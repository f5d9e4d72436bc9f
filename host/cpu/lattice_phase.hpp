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
  std::vector<std::complex<float>> row_line, col_line;  ///< [rows][cols], of noise 1

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

/// What of an image is looked at for lines.
enum class Aspect {
  kContrast,  ///< of the equalised image: rules::lattice_contrast
  kPlain      ///< the image itself, bounded to +-3 of its scale
};

/// Demodulates an image tile by tile into the lines, and in some tiles beside them: the mean square
/// there is the noise.
class Demodulator {
 public:
  /// All tiles 0; `tiles` has its sizes set already.
  Demodulator(const Carriers& carriers, PhaseTiles& tiles);

  /// Adds `aspect` of scale * image, the image taken at offset (oy, ox) px of the pixel grid; scale
  /// makes its rms 3 for kContrast, 1 for kPlain. The mean is taken off, so that it does not leak
  /// into the lines; what stands out by 5 rms, and 4 px around it, says nothing.
  void add(ImageView<const float> image, Aspect aspect, float scale, float oy, float ox);

  /// Scales both lines to noise 1.
  void finish();

 private:
  PhaseTiles& tiles_;
  std::int32_t noise_step_;                                      // tile rows
  std::array<std::array<float, 2>, 4> frequency_;                // row, col, beside row, beside col
  std::array<std::vector<std::complex<float>>, 2> beside_line_;  // of every noise_step_th tile row
};

/// Joins what two aspects say about the same lines, each weighed by its amplitude over its noise;
/// bright edges make the image darker where the contrast is stronger or the other way round, so the
/// sign of `other` is that of the correlation.
void join(PhaseTiles& tiles, const PhaseTiles& other);

}  // namespace ostracon::cpu
