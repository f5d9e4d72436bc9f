#include "host/cpu/code_patch.hpp"

#include <algorithm>
#include <cmath>

namespace ostracon::cpu {
namespace {

PatchScale scale_for(float pitch_px, std::int32_t levels, float most) {
  std::int32_t level = 0;
  while (level + 1 < levels && pitch_px > most) {
    pitch_px *= 0.5F;
    ++level;
  }
  return {level, std::clamp(static_cast<std::int32_t>(std::lround(pitch_px)), 2, 16)};
}

}  // namespace

PatchScale fine_scale(float pitch_px, std::int32_t levels) {
  return scale_for(pitch_px, levels, 5.5F);
}
PatchScale coarse_scale(float pitch_px, std::int32_t levels) {
  return scale_for(pitch_px, levels, 3.8F);
}

void CodePatch::take(const CodePyramid& pyramid, const CodeMap& map, std::int32_t side,
                     PatchScale scale) {
  side_ = side;
  samples_ = scale.samples;
  count_ = (side + 2 * kPatchMargin) * samples_;
  const auto total = static_cast<std::size_t>(count_) * static_cast<std::size_t>(count_);
  taken_.resize(total);
  boxes_.resize(total);
  across_.resize(total);
  const ImageView<const float> image = pyramid.level(scale.level);
  const float pixel = 1.0F / static_cast<float>(1 << scale.level);
  const float half = 0.5F * (pixel - 1);  // of the level's first pixel
  const auto& t = map.terms;
  const float step = 1.0F / static_cast<float>(samples_);
  const float first = 0.5F * step - 0.5F - static_cast<float>(kPatchMargin) - map.middle;
  for (std::int32_t i = 0; i < count_; ++i) {
    const float v = first + step * static_cast<float>(i);
    std::array<float, 2> start{}, slope{}, bend{};
    for (std::size_t axis = 0; axis < 2; ++axis) {
      start[axis] = pixel * (t[0][axis] + v * (t[1][axis] + v * t[3][axis])) + half;
      slope[axis] = pixel * (t[2][axis] + v * t[4][axis]);
      bend[axis] = pixel * t[5][axis];
    }
    float* out = taken_.data() + static_cast<std::ptrdiff_t>(i) * count_;
    for (std::int32_t j = 0; j < count_; ++j) {
      const float u = first + step * static_cast<float>(j);
      out[j] = bilinear(image, start[0] + u * (slope[0] + u * bend[0]),
                        start[1] + u * (slope[1] + u * bend[1]));
    }
  }
  const std::int32_t n = count_, s = samples_;
  for (std::int32_t i = 0; i < n; ++i) {
    const float* from = taken_.data() + static_cast<std::ptrdiff_t>(i) * n;
    float* to = across_.data() + static_cast<std::ptrdiff_t>(i) * n;
    for (std::int32_t j = 0; j + s <= n; ++j) {
      float sum = 0;
      for (std::int32_t k = 0; k < s; ++k) sum += from[j + k];
      to[j] = sum;
    }
  }
  const float share = step * step;
  for (std::int32_t i = 0; i + s <= n; ++i) {
    float* to = boxes_.data() + static_cast<std::ptrdiff_t>(i) * n;
    for (std::int32_t j = 0; j + s <= n; ++j) {
      float sum = 0;
      for (std::int32_t k = 0; k < s; ++k)
        sum += across_[static_cast<std::size_t>(i + k) * static_cast<std::size_t>(n) +
                       static_cast<std::size_t>(j)];
      to[j] = sum * share;
    }
  }
}

void CodePatch::means(std::int32_t first, std::int32_t rows, std::int32_t down, std::int32_t right,
                      std::span<float> out) const {
  const std::int32_t last = count_ - samples_;
  std::size_t k = 0;
  for (std::int32_t row = first; row < first + rows; ++row) {
    const std::int32_t y = std::clamp((row + kPatchMargin) * samples_ + down, 0, last);
    const float* line = boxes_.data() + static_cast<std::ptrdiff_t>(y) * count_;
    for (std::int32_t col = first; col < first + rows; ++col)
      out[k++] = line[std::clamp((col + kPatchMargin) * samples_ + right, 0, last)];
  }
}

}  // namespace ostracon::cpu
