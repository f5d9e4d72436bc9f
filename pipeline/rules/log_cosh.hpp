#pragma once
// Rules of blind lattice tracking.

#include <math.h>  // in device code too

#include <cstdint>

#include "core/view.hpp"

namespace ostracon::rules {

/// The contrast function whose sum over module centres is largest on the lattice. log cosh is the
/// log likelihood of an unknown equiprobable bit; sqrt(1 + x^2) - 1 has its parabola at 0 and its
/// slope at infinity and costs one square root. `x` is clipped: damage must not outvote data.
OSTRACON_HD inline float lattice_contrast(float x) {
  const float clipped = x < -8.0F ? -8.0F : (x > 8.0F ? 8.0F : x);
  return sqrtf(1.0F + clipped * clipped) - 1.0F;
}

/// The image itself where it is looked at for lines, in units of its rms.
OSTRACON_HD inline float bounded_detail(float x) {
  return x < -3.0F ? -3.0F : (3.0F < x ? 3.0F : x);
}

// Brightness that no module has, 5 rms: of the equalised image scaled to rms 3, and of the image
// itself scaled to rms 1. It says nothing, nor do the cells next to it.
inline constexpr float kMostContrast = 15.0F, kMostDetail = 5.0F;
inline constexpr std::int32_t kDirtCell = 4;  ///< px a side

struct Turn {
  float re, im;
};

/// exp(-2 pi i frequency * at), in double: a field has a thousand turns.
OSTRACON_HD inline Turn carrier(float frequency, double at) {
  const double angle = -2 * 3.14159265358979323846 * static_cast<double>(frequency) * at;
  return {static_cast<float>(cos(angle)), static_cast<float>(sin(angle))};
}

/// Catmull-Rom weights of the four samples about a place `t` in [0, 1) beyond the second.
OSTRACON_HD inline void cubic_weights(float t, float* w) {
  w[0] = t * (-0.5F + t * (1 - 0.5F * t));
  w[1] = 1 + t * t * (-2.5F + 1.5F * t);
  w[2] = t * (0.5F + t * (2 - 1.5F * t));
  w[3] = t * t * (-0.5F + 0.5F * t);
}

/// Turns the equalised image into soft values: at working doses an amplitude is about 0.9 of the
/// rms over all pixels, and is to be 32.
OSTRACON_HD inline float soft_scale(float rms) { return 32.0F / (0.9F * rms); }

/// Soft value of a module at (y, x) of the equalised image, 0 within 2 px of the border and beyond.
OSTRACON_HD inline std::int8_t soft_module(const ImageView<const float>& image, float y, float x,
                                           float scale) {
  if (!(y >= 2) || !(x >= 2) || !(y < static_cast<float>(image.rows - 3)) ||
      !(x < static_cast<float>(image.cols - 3)))
    return 0;
  const auto y0 = static_cast<std::int32_t>(y);
  const auto x0 = static_cast<std::int32_t>(x);
  float wy[4], wx[4];
  cubic_weights(y - static_cast<float>(y0), wy);
  cubic_weights(x - static_cast<float>(x0), wx);
  float sum = 0;
  for (std::int32_t k = 0; k < 4; ++k) {
    const float* row = &image(y0 - 1 + k, x0 - 1);
    sum += wy[k] * (row[0] * wx[0] + row[1] * wx[1] + row[2] * wx[2] + row[3] * wx[3]);
  }
  const float value = sum * scale;
  const float clamped = value < -127.0F ? -127.0F : (127.0F < value ? 127.0F : value);
  return static_cast<std::int8_t>(lroundf(clamped));
}

}  // namespace ostracon::rules
