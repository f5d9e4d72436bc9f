#pragma once
// A place between pixels in the cubic B-spline whose coefficients are means over squares of pixels.

#include <math.h>  // floorf: in device code too

#include <cstdint>

#include "core/view.hpp"

namespace ostracon::rules {

/// Weights of the four coefficients about a place, the second of them the last not after it.
struct SplineWeights {
  float value[4];
  float slope[4];
  float bend[4];  ///< downwards: minus the second derivative
};

/// `f` from 0 to 1 after the second.
OSTRACON_HD inline SplineWeights spline_weights(float f) {
  const float g = 1 - f, ff = f * f, gg = g * g;
  constexpr float kSixth = 1.0F / 6, kTwoThirds = 2.0F / 3;
  return {{kSixth * (gg * g), ff * (0.5F * f - 1) + kTwoThirds, gg * (0.5F * g - 1) + kTwoThirds,
           kSixth * (ff * f)},
          {-(0.5F * gg), 1.5F * ff - (f + f), -(1.5F * gg - (g + g)), 0.5F * ff},
          {-g, 2 - 3 * f, 2 - 3 * g, -f}};
}

/// The first of `box` + 3 pixels about a place along one axis, and the fraction of the spline.
/// `at`: pixels, whole ones at their centres.
struct SplinePlace {
  std::int32_t first;
  float fraction;
};
OSTRACON_HD inline SplinePlace spline_place(float at, std::int32_t box) {
  // The mean over pixels i to i + box - 1 lies at i + (box - 1) / 2. Nothing is that far away; a
  // place that is no number comes out as the first.
  constexpr float kMost = 1e6F;
  const float free = at - 0.5F * static_cast<float>(box - 1);
  const float kept = free > -kMost ? (free < kMost ? free : kMost) : -kMost;
  const float whole = floorf(kept);
  return {static_cast<std::int32_t>(whole) - 1, kept - whole};
}

/// What four coefficients add up to at pixel `offset` of the box + 3: those whose box holds it.
OSTRACON_HD inline float in_boxes(const float (&of)[4], std::int32_t offset, std::int32_t box) {
  float sum = 0;
  for (std::int32_t k = 0; k < 4; ++k) sum += offset >= k && offset < k + box ? of[k] : 0.0F;
  return sum;
}

/// A module as the fit of its code's map sees it.
struct ModuleLook {
  float here;
  float down, right;  ///< slopes
  float bend;         ///< minus the sum of the second derivatives
};

/// At pixel (y, x), which is counted from (top, left), of an image; the border's pixels beyond the
/// border. Only `here` where the rest is not asked for.
template <bool kAll>
OSTRACON_HD ModuleLook look_at_module(const ImageView<const float>& image, std::int32_t top,
                                      std::int32_t left, std::int32_t box, float y, float x) {
  const SplinePlace down = spline_place(y, box), right = spline_place(x, box);
  const SplineWeights rows = spline_weights(down.fraction), cols = spline_weights(right.fraction);
  const auto within = [](std::int32_t at, std::int32_t count) {
    return at > 0 ? (at < count ? at : count - 1) : 0;
  };
  ModuleLook look{};
  for (std::int32_t r = 0; r < box + 3; ++r) {
    const float* line = image.data + within(top + down.first + r, image.rows) * image.row_stride;
    float sums[4] = {0, 0, 0, 0};
    for (std::int32_t c = 0; c < box + 3; ++c) {
      const float pixel = line[within(left + right.first + c, image.cols)];
      for (std::int32_t k = 0; k < 4; ++k) sums[k] += c >= k && c < k + box ? pixel : 0.0F;
    }
    const auto across = [&](const float(&weights)[4]) {
      return weights[0] * sums[0] + weights[1] * sums[1] + weights[2] * sums[2] +
             weights[3] * sums[3];
    };
    const float value = across(cols.value), weight = in_boxes(rows.value, r, box);
    look.here += weight * value;
    if (!kAll) continue;
    look.down += in_boxes(rows.slope, r, box) * value;
    look.right += weight * across(cols.slope);
    look.bend += in_boxes(rows.bend, r, box) * value + weight * across(cols.bend);
  }
  const float share = 1.0F / static_cast<float>(box * box);
  return {share * look.here, share * look.down, share * look.right, share * look.bend};
}

}  // namespace ostracon::rules
