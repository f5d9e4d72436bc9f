#pragma once
// The inner loops of CodePatch, compiled for every instruction set (code_patch_kernel.cpp).

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/view.hpp"

namespace ostracon::cpu {

/// Sample j lies at pixel start + u * (slope + u * bend), u = first + step * j; (y, x).
struct SampleLine {
  std::array<float, 2> start{}, slope{}, bend{};
  float first = 0, step = 1;
};

/// Samples are written eight at a time: arrays have room for so many more.
inline constexpr std::int32_t kSampleGroup = 8;

/// out[j] = the image there, bilinear, the border's value beyond the border. The image has at least
/// 2 x 2 pixels, fewer than 2^31 with its strides.
void sample_line(const ImageView<const float>& image, const SampleLine& line, std::int32_t count,
                 float* out);

/// out[j] = scale * sum of from[j + k * step], k < terms.
void sum_strided(const float* from, std::ptrdiff_t step, std::int32_t terms, float scale,
                 std::int32_t count, float* out);

}  // namespace ostracon::cpu
