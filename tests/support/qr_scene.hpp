#pragma once
// Pictures of QR codes for tests and benches: any pitch, angle, blur, noise; one code or an array.

#include <array>
#include <cstdint>
#include <vector>

#include "format/qr/symbol.hpp"

namespace ostracon::test {

struct QrSceneOptions {
  std::int32_t rows = 512, cols = 512;
  double pitch_px = 4;
  double angle_deg = 0;     ///< of the codes' rows, clockwise in the picture
  double stretch = 0;       ///< columns are 1 + stretch times as wide as rows are high
  double shear = 0;         ///< modules to the right for each module down
  double bend = 0;          ///< modules that the middle of a code's border is shifted outwards
  double blur_modules = 0;  ///< sigma of a Gaussian
  double snr = 0;           ///< level difference / noise sigma of a pixel; 0: no noise
  bool inverted = false;    ///< dark modules bright, on a dark ground
  bool mirrored = false;    ///< left and right changed
  double light = 1, dark = 0;
  std::uint64_t seed = 1;  ///< of the noise
  int samples = 4;         ///< a pixel is the mean of samples x samples points
};

struct DrawnCode {
  format::qr::Matrix matrix;
  double y = 0, x = 0;  ///< pixel of its middle
};

struct QrScene {
  QrSceneOptions options;
  std::vector<DrawnCode> codes;
  std::vector<float> pixels;  ///< [rows][cols]

  /// Pixel (y, x) of the centre of a module of a code; fractions too.
  std::array<double, 2> place(const DrawnCode& code, double row, double col) const;
};

QrScene draw_qr_scene(const QrSceneOptions& options, std::vector<DrawnCode> codes);

/// A symbol as a scanner sees one: function modules and format information as they must be, data
/// modules random. (No codeword of any code: for stages that know none.)
format::qr::Matrix random_symbol(int version, std::uint64_t seed);

/// rows x cols random symbols, `step_modules` from one middle to the next, about the middle of the
/// picture; those that do not fit in whole are left out.
std::vector<DrawnCode> code_array(const QrSceneOptions& options, int version, int rows, int cols,
                                  double step_modules, std::uint64_t seed);

}  // namespace ostracon::test
