#pragma once
// The image equalised, and its lines demodulated tile by tile (host/steps/lattice_phase.hpp).

#include <array>
#include <complex>
#include <cstdint>
#include <vector>

#include "core/view.hpp"
#include "host/steps/lattice_phase.hpp"

namespace ostracon::cpu {

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
  Demodulator(const steps::Carriers& carriers, steps::PhaseTiles& tiles);

  /// Adds `aspect` of scale * image, the image taken at offset (oy, ox) px of the pixel grid; scale
  /// makes its rms 3 for kContrast, 1 for kPlain. The mean is taken off, so that it does not leak
  /// into the lines; what stands out by 5 rms, and 4 px around it, says nothing.
  void add(ImageView<const float> image, Aspect aspect, float scale, float oy, float ox);

  /// Scales both lines to noise 1.
  void finish() { steps::scale_to_noise(beside_line_, tiles_); }

 private:
  steps::PhaseTiles& tiles_;
  std::int32_t noise_step_;                                      // tile rows
  std::array<std::array<float, 2>, 4> frequency_;                // row, col, beside row, beside col
  std::array<std::vector<std::complex<float>>, 2> beside_line_;  // of every noise_step_th tile row
};

}  // namespace ostracon::cpu
