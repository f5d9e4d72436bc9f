#include "host/cpu/code_patch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "host/cpu/code_patch_kernel.hpp"

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
  samples_ = scale.samples;
  count_ = (side + 2 * kPatchMargin) * samples_;
  stride_ = static_cast<std::ptrdiff_t>(count_) + kSampleGroup;
  const auto total = static_cast<std::size_t>(count_ * stride_ + samples_ + kSampleGroup);
  for (std::vector<float>* one : {&taken_, &across_, &boxes_})
    if (one->size() < total) one->resize(total);
  const float pixel = 1.0F / static_cast<float>(1 << scale.level);
  const float half = 0.5F * (pixel - 1);  // of the level's first pixel
  const auto& t = map.terms;
  SampleLine line;
  line.step = step();
  line.first = 0.5F * line.step - 0.5F - static_cast<float>(kPatchMargin) - map.middle;
  // Offsets are 32 bits wide: from the code's own first row on, they are enough for any image.
  ImageView<const float> image = pyramid.level(scale.level);
  std::int32_t above = 0;
  if (image.row_stride * image.rows > std::numeric_limits<std::int32_t>::max()) {
    const float reach = static_cast<float>(side + 2 * kPatchMargin) * map.pitch_px() * pixel;
    above = static_cast<std::int32_t>(
        std::clamp(t[0][0] * pixel - reach, 0.0F, static_cast<float>(image.rows - 2)));
    image.rows = std::min(image.rows - above, static_cast<std::int32_t>(2 * reach) + 2);
    image.data += above * image.row_stride;
  }
  for (std::int32_t i = 0; i < count_; ++i) {
    const float v = line.first + line.step * static_cast<float>(i);
    for (std::size_t axis = 0; axis < 2; ++axis) {
      line.start[axis] = pixel * (t[0][axis] + v * (t[1][axis] + v * t[3][axis])) + half;
      line.slope[axis] = pixel * (t[2][axis] + v * t[4][axis]);
      line.bend[axis] = pixel * t[5][axis];
    }
    line.start[0] -= static_cast<float>(above);
    sample_line(image, line, count_, taken_.data() + i * stride_);
    sum_strided(taken_.data() + i * stride_, 1, samples_, 1, count_, across_.data() + i * stride_);
  }
  for (std::int32_t i = 0; i + samples_ <= count_; ++i)
    sum_strided(across_.data() + i * stride_, stride_, samples_, line.step * line.step, count_,
                boxes_.data() + i * stride_);
}

void CodePatch::means(std::int32_t first, std::int32_t rows, std::int32_t down, std::int32_t right,
                      std::span<float> out) const {
  const std::int32_t last = count_ - samples_;
  std::size_t k = 0;
  for (std::int32_t row = first; row < first + rows; ++row) {
    const std::int32_t y = std::clamp((row + kPatchMargin) * samples_ + down, 0, last);
    const float* line = boxes_.data() + y * stride_;
    for (std::int32_t col = first; col < first + rows; ++col)
      out[k++] = line[std::clamp((col + kPatchMargin) * samples_ + right, 0, last)];
  }
}

}  // namespace ostracon::cpu
