#include "host/cpu/code_pyramid.hpp"

#include <algorithm>

#include "host/cpu/code_finder_kernel.hpp"
#include "host/parallel.hpp"

namespace ostracon::cpu {

CodePyramid::CodePyramid(const std::vector<steps::LevelSize>& levels) {
  for (const auto& [rows, cols] : levels) {
    const float* pixels = nullptr;
    if (!views_.empty())
      pixels = pixels_.emplace_back(static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols))
                   .data();
    views_.push_back({pixels, rows, cols, cols});
  }
}

void CodePyramid::set(ImageView<const float> image) {
  views_[0] = image;
  levels_ = 1;
}

void CodePyramid::form_next() {
  const ImageView<const float> from = level(levels_ - 1), to = level(levels_);
  float* out = pixels_[static_cast<std::size_t>(levels_ - 1)].data();
  constexpr std::int32_t kBand = 32;
  parallel_for((to.rows + kBand - 1) / kBand, [&](std::int64_t band) {
    const auto first = static_cast<std::int32_t>(band) * kBand;
    for (std::int32_t y = first; y < std::min(first + kBand, to.rows); ++y)
      halve_row(&from(2 * y, 0), &from(2 * y + 1, 0), to.cols, out + y * to.row_stride);
  });
  ++levels_;
}

}  // namespace ostracon::cpu
