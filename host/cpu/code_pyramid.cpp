#include "host/cpu/code_pyramid.hpp"

#include <algorithm>

#include "host/cpu/code_finder_kernel.hpp"
#include "host/parallel.hpp"

namespace ostracon::cpu {

CodePyramid::CodePyramid(std::int32_t rows, std::int32_t cols, std::int32_t levels) {
  views_.push_back({nullptr, rows, cols, cols});
  for (std::int32_t l = 1; l < levels; ++l) {
    rows /= 2;
    cols /= 2;
    pixels_.emplace_back(static_cast<std::size_t>(rows) * static_cast<std::size_t>(cols));
    views_.push_back({pixels_.back().data(), rows, cols, cols});
  }
}

void CodePyramid::set(ImageView<const float> image) {
  views_[0] = image;
  levels_ = 1;
}

void CodePyramid::form(std::int32_t levels) {
  for (; levels_ < std::min(levels, most_levels()); ++levels_) {
    const auto l = static_cast<std::size_t>(levels_);
    const ImageView<const float> from = views_[l - 1];
    const ImageView<const float> to = views_[l];
    float* out = pixels_[l - 1].data();
    constexpr std::int32_t kBand = 32;
    parallel_for((to.rows + kBand - 1) / kBand, [&](std::int64_t band) {
      const auto first = static_cast<std::int32_t>(band) * kBand;
      for (std::int32_t y = first; y < std::min(first + kBand, to.rows); ++y)
        halve_row(&from(2 * y, 0), &from(2 * y + 1, 0), to.cols, out + y * to.row_stride);
    });
  }
}

}  // namespace ostracon::cpu
