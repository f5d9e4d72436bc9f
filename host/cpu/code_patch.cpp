#include "host/cpu/code_patch.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "host/cpu/code_patch_kernel.hpp"
#include "host/steps/code_approach.hpp"

namespace ostracon::cpu {
namespace {

constexpr std::int32_t kShiftGroups = 2, kShiftPlaces = kShiftGroups * kModuleGroup;

/// The nearest pixel, of those that are not negative.
std::int32_t nearest(float at) {
  return static_cast<std::int32_t>(std::clamp(at + 0.5F, 0.0F, 1e6F));
}

}  // namespace

bool CodePatch::take(const CodePyramid& pyramid, const CodeMap& map,
                     const steps::CodePattern& pattern, const steps::PatchScale& scale) {
  const ImageView<const float> image = pyramid.level(scale.level);
  steps::PatchExtent extent;
  if (!steps::extent_of(map, pattern.side, scale, {image.rows, image.cols}, extent)) return false;
  pattern_ = &pattern;
  pixel_ = 1.0F / static_cast<float>(1 << scale.level);
  for (std::size_t axis = 0; axis < 2; ++axis)
    origin_[axis] = static_cast<float>(extent.first[axis]) + 0.5F * static_cast<float>(scale.box) -
                    0.5F * pixel_;
  const std::int32_t rows = extent.count[0] - scale.box + 1;
  const std::int32_t cols = extent.count[1] - scale.box + 1;
  const bool inside = extent.first[0] >= 0 && extent.first[1] >= 0 &&
                      extent.first[0] + rows <= image.rows &&
                      extent.first[1] + cols + kModuleGroup <= image.cols &&
                      image.row_stride * rows < std::numeric_limits<std::int32_t>::max();
  if (scale.box == 1 && inside) {  // as they are
    boxes_ = {&image(extent.first[0], extent.first[1]), rows, cols, image.row_stride};
    for (std::int32_t y = 0; y < rows; ++y) fetch_soon(&boxes_(y, 0), cols);
    return true;
  }
  const std::ptrdiff_t stride = cols + kModuleGroup;
  const auto width = static_cast<std::size_t>(extent.count[1] + scale.box + 2 * kModuleGroup);
  if (column_.size() < width) column_.resize(width);
  const auto total = static_cast<std::size_t>(rows * stride + 2 * kModuleGroup);
  if (taken_.size() < total) taken_.resize(total);
  boxes_ = {taken_.data(), rows, cols, stride};
  // Columns within the image; the border's are taken for those beyond.
  const std::int32_t left = std::clamp(extent.first[1], 0, image.cols - 1);
  const std::int32_t right = std::clamp(extent.first[1] + extent.count[1], left + 1, image.cols);
  float* const within = column_.data() + (left - extent.first[1]);
  const float share = 1.0F / static_cast<float>(scale.box * scale.box);
  std::array<const float*, 16> lines{};
  for (std::int32_t y = 0; y < rows; ++y) {
    for (std::int32_t k = 0; k < scale.box; ++k)
      lines[static_cast<std::size_t>(k)] =
          &image(std::clamp(extent.first[0] + y + k, 0, image.rows - 1), left);
    add_lines(lines.data(), scale.box, right - left, within);
    std::fill(column_.data(), within, within[0]);
    std::fill(within + (right - left), column_.data() + extent.count[1], within[right - left - 1]);
    sum_run(column_.data(), scale.box, share, cols, taken_.data() + y * stride);
  }
  return true;
}

void CodePatch::look(const CodeMap& map) {
  const std::int32_t side = pattern_->side;
  const auto total = static_cast<std::size_t>(side * side + kModuleGroup);
  for (std::vector<float>* one : {&here_, &down_, &right_, &bend_})
    if (one->size() < total) one->resize(total);
  const auto& t = map.terms;
  ModuleLine line;
  line.first = -map.middle;
  for (std::int32_t row = 0; row < side; ++row) {
    const float v = static_cast<float>(row) - map.middle;
    for (std::size_t axis = 0; axis < 2; ++axis) {
      line.start[axis] = pixel_ * (t[0][axis] + v * (t[1][axis] + v * t[3][axis])) - origin_[axis];
      line.slope[axis] = pixel_ * (t[2][axis] + v * t[4][axis]);
      line.bend[axis] = pixel_ * t[5][axis];
    }
    const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(row) * side;
    sample_modules(boxes_, line, side,
                   {here_.data() + at, down_.data() + at, right_.data() + at, bend_.data() + at});
  }
  const float origin = here_[0];
  const SignSums sums = sum_known(here_.data(), pattern_->light.data(), side * side, origin);
  const steps::CodeLevelSums dark{pattern_->darks, 0.5 * (sums.value - sums.signed_value),
                                  0.5 * (sums.square - sums.signed_square)};
  const steps::CodeLevelSums light{pattern_->lights, 0.5 * (sums.value + sums.signed_value),
                                   0.5 * (sums.square + sums.signed_square)};
  levels_ = steps::measure_levels(dark, light, origin);
}

std::span<float> CodePatch::values() {
  const auto side = static_cast<std::size_t>(pattern_->side);
  return std::span(here_).first(side * side);
}

float CodePatch::step(CodeMap& map) {
  const std::int32_t side = pattern_->side;
  const steps::Belief belief = steps::belief_of(levels_);
  steps::CodeFit fit(side);
  for (std::int32_t row = 0; row < side; ++row) {
    const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(row) * side;
    fit.add(row, project_row(
                     {here_.data() + at, down_.data() + at, right_.data() + at, bend_.data() + at},
                     pattern_->light.data() + at, side, map.middle, belief));
  }
  return fit.move(pixel_, map);
}

void CodePatch::shift(float sign, CodeMap& map) {
  places_.clear();
  signs_.clear();
  const float pitch = pixel_ * map.pitch_px();
  const std::int32_t most = steps::most_shift(pitch);
  // Sums of signs are not zero, so that values count from their own middle.
  float total = 0;
  for (const auto* modules : {&pattern_->finders, &pattern_->others})
    for (const steps::KnownModule& module : *modules) {
      const std::array<float, 2> place = map.at(module.row, module.col);
      const auto y = nearest(pixel_ * place[0] - origin_[0]);
      const auto x = nearest(pixel_ * place[1] - origin_[1]);
      places_.push_back(std::clamp(y, most, boxes_.rows - 1 - most) * boxes_.row_stride +
                        std::clamp(x, most, boxes_.cols - 1 - most) - most);
      signs_.push_back(module.light);
      total += module.light;
    }
  const float mean = total / static_cast<float>(signs_.size());
  for (float& one : signs_) one = sign * (one - mean);
  float best = -1e30F;
  std::array<std::int32_t, 2> by{};
  std::array<float, kShiftPlaces> sums{};
  for (std::int32_t y = -most; y <= most; ++y) {
    signed_sums(boxes_.data + y * boxes_.row_stride, places_.data(), signs_.data(), places_.size(),
                2 * most + 1, sums.data());
    for (std::int32_t x = -most; x <= most; ++x)
      if (const float sum = sums[static_cast<std::size_t>(x + most)]; sum > best) {
        best = sum;
        by = {y, x};
      }
  }
  for (std::size_t axis = 0; axis < 2; ++axis)
    map.terms[0][axis] += static_cast<float>(by[axis]) / pixel_;
}

}  // namespace ostracon::cpu
