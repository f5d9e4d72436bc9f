#include "host/cpu/finder_search.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "host/cpu/code_finder_kernel.hpp"
#include "host/cpu/code_pyramid.hpp"
#include "host/parallel.hpp"
#include "pipeline/rules/finder_look.hpp"
#include "pipeline/rules/finder_peak.hpp"

namespace ostracon::cpu {
namespace {

using steps::CodeMark;
using steps::FinderModule;
using steps::FinderPeak;
using steps::FinderTemplate;

constexpr std::int32_t kBandRows = 48;
constexpr std::int32_t kCellPx = 64;   // over which the rms is taken
constexpr std::int32_t kPartPx = 128;  // whose rows are correlated one after the other

/// Rows of a band with what the template reaches around them, smoothed, and the contrast of each.
class Band {
 public:
  Band(const ImageView<const float>& image, std::int32_t level, const FinderTemplate& finder,
       std::int32_t first)
      : level_(level), reach_(finder.reach + 1), first_(first) {
    rows_ = std::min(kBandRows, image.rows - reach_ - first_);
    cols_ = image.cols - 1;
    stride_ = static_cast<std::size_t>(cols_) + 8;
    const std::int32_t above = first_ - reach_, below = first_ + rows_ + reach_;
    smooth_.resize(stride_ * static_cast<std::size_t>(below - above));
    for (std::int32_t y = above; y < below; ++y) {
      const float* pixels = &image(y, 0);
      smooth_row(pixels, pixels + (y + 1 < image.rows ? image.row_stride : 0), cols_,
                 smooth_.data() + stride_ * static_cast<std::size_t>(y - above));
    }
    correlate(finder);
  }

  void peaks(float pitch, float least_contrast, float least_rms,
             std::vector<FinderPeak>& found) const {
    for (std::int32_t left = reach_; left < cols_ - reach_; left += kCellPx) {
      const std::int32_t right = std::min(left + kCellPx, cols_ - reach_);
      const float around = std::max(1e-30F, rms(left, right));  // that, too, if it is no number
      const float least = std::max(least_contrast, least_rms * around);
      for (std::int32_t y = 0; y < rows_; ++y) {
        const float* row = contrast_.data() + stride_ * static_cast<std::size_t>(y + 1);
        for (std::int32_t x = next_above(row, left, right, least); x < right;
             x = next_above(row, x + 1, right, least))
          if (is_extremum(y, x)) found.push_back(centred(y, x, pitch, around));
      }
    }
  }

 private:
  void correlate(const FinderTemplate& finder) {
    const auto offsets = [&](const std::vector<steps::PixelOffset>& places) {
      std::vector<std::ptrdiff_t> result;
      for (const auto& place : places)
        result.push_back(place.y * static_cast<std::ptrdiff_t>(stride_) + place.x);
      return result;
    };
    const auto light = offsets(finder.light), dark = offsets(finder.dark);
    // One more row and column around, for the test of extrema.
    contrast_.assign(stride_ * static_cast<std::size_t>(rows_ + 2), 0.0F);
    const std::int32_t side = finder.reach;
    // Columns by parts, whose pixels stay near for all rows.
    for (std::int32_t left = side; left < cols_ - side; left += kPartPx) {
      const std::int32_t count = std::min(kPartPx, cols_ - side - left);
      for (std::int32_t y = -1; y <= rows_; ++y)
        contrast_row(smooth_.data() + stride_ * static_cast<std::size_t>(y + reach_) + left,
                     light.data(), light.size(), dark.data(), dark.size(), count,
                     contrast_.data() + stride_ * static_cast<std::size_t>(y + 1) + left);
    }
  }

  float contrast(std::int32_t y, std::int32_t x) const {
    return contrast_[stride_ * static_cast<std::size_t>(y + 1) + static_cast<std::size_t>(x)];
  }

  bool is_extremum(std::int32_t y, std::int32_t x) const {
    return rules::is_extremum(
        [&](std::int32_t i, std::int32_t j) { return contrast(y + i, x + j); });
  }

  float rms(std::int32_t left, std::int32_t right) const {
    float sum = 0, squares = 0;
    const std::int32_t count = rows_ * (right - left);
    const float origin =
        smooth_[stride_ * static_cast<std::size_t>(reach_) + static_cast<std::size_t>(left)];
    for (std::int32_t y = 0; y < rows_; ++y)
      add_moments(smooth_.data() + stride_ * static_cast<std::size_t>(y + reach_) + left,
                  right - left, origin, &sum, &squares);
    const float mean = sum / static_cast<float>(count);
    return std::sqrt(std::max(squares / static_cast<float>(count) - mean * mean, 0.0F));
  }

  FinderPeak centred(std::int32_t y, std::int32_t x, float pitch, float around) const {
    const float here = contrast(y, x);
    // A smoothed pixel lies half a pixel further than its first.
    const float fine_y = static_cast<float>(first_ + y) + 0.5F +
                         rules::peak_offset(contrast(y - 1, x), here, contrast(y + 1, x));
    const float fine_x = static_cast<float>(x) + 0.5F +
                         rules::peak_offset(contrast(y, x - 1), here, contrast(y, x + 1));
    return {level_to_image(fine_y, level_), level_to_image(fine_x, level_), here,
            pitch * static_cast<float>(1 << level_), std::abs(here) / around};
  }

  std::int32_t level_, reach_, first_, rows_ = 0, cols_ = 0;
  std::size_t stride_ = 0;
  std::vector<float> smooth_, contrast_;
};

constexpr std::size_t kGroups = 11;  // of eight modules, the last of them one alone

/// steps::finder_modules() as the kernel takes them.
struct PatternLists {
  std::array<float, 8 * kGroups> row{}, col{}, one{}, sign{};

  PatternLists() {
    std::size_t k = 0;
    for (const FinderModule& module : steps::finder_modules()) {
      row[k] = static_cast<float>(module.row);
      col[k] = static_cast<float>(module.col);
      one[k] = 1;
      sign[k++] = module.dark ? -1.0F : 1.0F;
    }
  }
};

rules::Seen see(const ImageView<const float>& image, const rules::Look& look) {
  static const PatternLists lists;
  const float down = look.pitch * std::cos(look.angle), across = look.pitch * std::sin(look.angle);
  const PatternSums sums = sum_pattern(
      image, look.y, look.x, down, across, bilinear(image, look.y, look.x),
      {lists.row.data(), lists.col.data(), lists.one.data(), lists.sign.data(), lists.row.size()});
  return rules::seen_of(sums.value, sums.signed_value, sums.square);
}

}  // namespace

std::vector<FinderPeak> find_peaks(ImageView<const float> image, std::int32_t level,
                                   const FinderTemplate& finder, float pitch, float least_contrast,
                                   float least_rms) {
  const std::int32_t reach = finder.reach + 1;
  const std::int32_t first = reach, end = image.rows - reach;
  if (end - first < 1 || image.cols - 1 - 2 * reach < 1) return {};
  const std::int32_t bands = (end - first + kBandRows - 1) / kBandRows;
  std::vector<std::vector<FinderPeak>> found(static_cast<std::size_t>(bands));
  parallel_for(bands, [&](std::int64_t band) {
    const Band one(image, level, finder, first + static_cast<std::int32_t>(band) * kBandRows);
    one.peaks(pitch, least_contrast, least_rms, found[static_cast<std::size_t>(band)]);
  });
  std::vector<FinderPeak> all;
  for (const auto& part : found) all.insert(all.end(), part.begin(), part.end());
  steps::drop_unsound(all);
  return all;
}

CodeMark look_closely(ImageView<const float> image, std::int32_t level, const FinderPeak& peak) {
  // Offsets into pixels are 32 bits wide: enough for the rows about the peak of any image.
  const steps::PeakLook look = steps::look_at(peak, level, image.rows);
  image = {&image(look.top, 0), look.rows, image.cols, image.row_stride};
  const auto looked = rules::look_about([&](const rules::Look& at) { return see(image, at); },
                                        look.start, look.sign);
  return steps::mark_of(looked, look);
}

}  // namespace ostracon::cpu
