#include "host/cpu/finder_search.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>
#include <numbers>
#include <utility>

#include "host/cpu/code_finder_kernel.hpp"
#include "host/cpu/code_pyramid.hpp"
#include "host/parallel.hpp"

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
      const float around = std::max(rms(left, right), 1e-30F);
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
    const float here = contrast(y, x), size = std::abs(here);
    for (std::int32_t i = -1; i <= 1; ++i)
      for (std::int32_t j = -1; j <= 1; ++j) {
        const float there = here < 0 ? -contrast(y + i, x + j) : contrast(y + i, x + j);
        // Of equals the first in order of rows.
        if (there > size || (there == size && (i < 0 || (i == 0 && j < 0)))) return false;
      }
    return true;
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
    const auto offset = [&](float before, float after) {
      const float bend = 2 * here - before - after;
      return bend != 0 ? std::clamp(0.5F * (after - before) / bend, -0.5F, 0.5F) : 0.0F;
    };
    // A smoothed pixel lies half a pixel further than its first.
    const float fine_y =
        static_cast<float>(first_ + y) + 0.5F + offset(contrast(y - 1, x), contrast(y + 1, x));
    const float fine_x =
        static_cast<float>(x) + 0.5F + offset(contrast(y, x - 1), contrast(y, x + 1));
    return {level_to_image(fine_y, level_), level_to_image(fine_x, level_), here,
            pitch * static_cast<float>(1 << level_), std::abs(here) / around};
  }

  std::int32_t level_, reach_, first_, rows_ = 0, cols_ = 0;
  std::size_t stride_ = 0;
  std::vector<float> smooth_, contrast_;
};

constexpr float kRight = std::numbers::pi_v<float> / 2;
// Correlations. In noise the first climb may end at a lesser maximum, 13 degrees or a third of the
// pitch off: what is neither poor nor good is climbed to from other starts too.
constexpr float kHopeless = 0.35F, kDoubtful = 0.45F, kSure = 0.8F;
constexpr float kAboutModules = 12;  // of a peak, more than is looked at

/// The pattern as it is looked at closely, in pixels of the level.
struct Look {
  float y, x, pitch, angle;
};

struct Seen {
  float contrast = 0, correlation = 0;
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

Seen see(const ImageView<const float>& image, const Look& look) {
  static const PatternLists lists;
  const float down = look.pitch * std::cos(look.angle), across = look.pitch * std::sin(look.angle);
  const PatternSums sums = sum_pattern(
      image, look.y, look.x, down, across, bilinear(image, look.y, look.x),
      {lists.row.data(), lists.col.data(), lists.one.data(), lists.sign.data(), lists.row.size()});
  constexpr float kDark = 33, kLight = 48, kAll = 81;
  const float mean = sums.value / kAll;
  const float variance = std::max(sums.square / kAll - mean * mean, 1e-30F);
  const float light = 0.5F * (sums.value + sums.signed_value);
  const float dark = 0.5F * (sums.value - sums.signed_value);
  const float contrast = light / kLight - dark / kDark;
  constexpr float kSpread = 0.491F;  // rms of a pattern of 33 and 48 modules of contrast 1
  return {contrast, contrast * kSpread / std::sqrt(variance)};
}

/// One step of a coordinate: up the parabola through three places.
void climb(const ImageView<const float>& image, Look& look, float Look::*coordinate, float step,
           float sign) {
  const auto value = [&](float by) {
    Look moved = look;
    moved.*coordinate += by;
    return sign * see(image, moved).contrast;
  };
  const float before = value(-step), here = value(0), after = value(step);
  const float bend = 2 * here - before - after;
  const float by = bend > 0 ? std::clamp(0.5F * step * (after - before) / bend, -step, step)
                            : (after > before ? step : -step);
  look.*coordinate += by;
}

/// All coordinates to a maximum nearby, and what is seen there.
Seen climb_from(const ImageView<const float>& image, Look& look, float sign) {
  const auto climb_all = [&](float share) {
    climb(image, look, &Look::y, 0.35F * share * look.pitch, sign);
    climb(image, look, &Look::x, 0.35F * share * look.pitch, sign);
    climb(image, look, &Look::pitch, 0.06F * share * look.pitch, sign);
    climb(image, look, &Look::angle, 0.1F * share, sign);
  };
  climb_all(1);
  const Seen seen = see(image, look);
  // Most peaks are none: what is clear by now is not looked at any closer.
  if (!(sign * seen.correlation > kHopeless)) return seen;
  for (std::int32_t round = 0; round < 3; ++round) climb_all(0.7F);
  return see(image, look);
}

/// The `count` best of eight angles and some pitches, relative to the peak's, by correlation.
template <std::size_t count>
std::array<Look, count> best_starts(const ImageView<const float>& image, const Look& at_peak,
                                    std::initializer_list<float> pitches, float sign) {
  constexpr std::int32_t kAngles = 8;
  std::array<Look, count> best;
  best.fill(at_peak);
  std::array<float, count> most;
  most.fill(-2);
  for (const float pitch : pitches)
    for (std::int32_t k = 0; k < kAngles; ++k) {
      Look look = at_peak;
      look.pitch *= pitch;
      look.angle = kRight * static_cast<float>(k) / static_cast<float>(kAngles);
      float correlation = sign * see(image, look).correlation;
      for (std::size_t place = 0; place < count; ++place)
        if (correlation > most[place]) {
          std::swap(correlation, most[place]);
          std::swap(look, best[place]);
        }
    }
  return best;
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
  return all;
}

CodeMark look_closely(ImageView<const float> image, std::int32_t level, const FinderPeak& peak) {
  const auto scale = static_cast<float>(1 << level);
  // Offsets into pixels are 32 bits wide: enough for the rows about the peak of any image.
  const float middle = image_to_level(peak.y, level), about = kAboutModules * peak.pitch / scale;
  const auto top = static_cast<std::int32_t>(
      std::clamp(middle - about, 0.0F, static_cast<float>(image.rows - 2)));
  image = {&image(top, 0), std::min(image.rows - top, static_cast<std::int32_t>(2 * about) + 4),
           image.cols, image.row_stride};
  const float sign = peak.contrast < 0 ? -1.0F : 1.0F;
  const Look at_peak{middle - static_cast<float>(top), image_to_level(peak.x, level),
                     peak.pitch / scale, 0};
  Look best = best_starts<1>(image, at_peak, {1.0F}, sign).front();
  Seen seen = climb_from(image, best, sign);
  const auto doubtful = [&] {
    return sign * seen.correlation > kDoubtful && sign * seen.correlation < kSure;
  };
  if (doubtful())
    for (Look look : best_starts<3>(image, at_peak, {0.83F, 0.91F, 1.0F, 1.1F, 1.2F}, sign)) {
      const Seen there = climb_from(image, look, sign);
      if (sign * there.correlation <= sign * seen.correlation) continue;
      best = look;
      seen = there;
      if (!doubtful()) break;
    }
  float angle = std::fmod(best.angle, kRight);
  if (angle < 0) angle += kRight;
  return {level_to_image(best.y + static_cast<float>(top), level),
          level_to_image(best.x, level),
          best.pitch * scale,
          angle,
          seen.contrast,
          sign * seen.correlation,
          peak.contrast < 0};
}

}  // namespace ostracon::cpu
