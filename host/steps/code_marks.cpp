#include "host/steps/code_marks.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <tuple>
#include <unordered_map>

#include "pipeline/rules/image_level.hpp"

namespace ostracon::steps {
namespace {

float strength(const FinderPeak& peak) { return peak.strength; }
float strength(const CodeMark& mark) { return mark.correlation; }

/// Sorted by strength; ties by place, so that the order of what comes in does not matter. Those of
/// a pitch within `ratio` hide each other within `apart` of the smaller one's modules.
template <class Place>
std::vector<Place> strongest(std::vector<Place> places, std::size_t most, float apart,
                             float ratio) {
  std::sort(places.begin(), places.end(), [](const Place& a, const Place& b) {
    return std::make_tuple(-strength(a), a.y, a.x, a.pitch) <
           std::make_tuple(-strength(b), b.y, b.x, b.pitch);
  });
  float widest = 1;
  for (const Place& place : places) widest = std::max(widest, place.pitch);
  const float cell = apart * widest;
  const auto key = [](std::int64_t row, std::int64_t col) {
    return (row << 32) ^ (col & 0xFFFFFFFF);
  };
  std::unordered_multimap<std::int64_t, std::size_t> kept_in;
  std::vector<Place> kept;
  for (const Place& place : places) {
    if (kept.size() >= most) break;
    const auto row = static_cast<std::int64_t>(std::floor(place.y / cell));
    const auto col = static_cast<std::int64_t>(std::floor(place.x / cell));
    bool hidden = false;
    for (std::int64_t k = 0; k < 9 && !hidden; ++k) {
      const auto [first, last] = kept_in.equal_range(key(row + k / 3 - 1, col + k % 3 - 1));
      for (auto it = first; it != last && !hidden; ++it) {
        const Place& other = kept[it->second];
        const float narrow = std::min(other.pitch, place.pitch);
        hidden = std::max(other.pitch, place.pitch) < ratio * narrow &&
                 std::hypot(other.y - place.y, other.x - place.x) < apart * narrow;
      }
    }
    if (hidden) continue;
    kept_in.emplace(key(row, col), kept.size());
    kept.push_back(place);
  }
  return kept;
}

}  // namespace

void drop_unsound(std::vector<FinderPeak>& peaks) {
  std::erase_if(peaks, [](const FinderPeak& peak) {
    return !std::isfinite(peak.y) || !std::isfinite(peak.x) || !std::isfinite(peak.contrast) ||
           !std::isfinite(peak.strength);
  });
}

PeakLook look_at(const FinderPeak& peak, std::int32_t level, std::int32_t rows) {
  constexpr float kAboutModules = 12;  // of a peak, more than is looked at
  const auto scale = static_cast<float>(1 << level);
  const float middle = rules::image_to_level(peak.y, level);
  const float about = kAboutModules * peak.pitch / scale;
  const auto top =
      static_cast<std::int32_t>(std::clamp(middle - about, 0.0F, static_cast<float>(rows - 2)));
  return {{middle - static_cast<float>(top), rules::image_to_level(peak.x, level),
           peak.pitch / scale, 0},
          peak.contrast < 0 ? -1.0F : 1.0F,
          top,
          std::min(rows - top, static_cast<std::int32_t>(2 * about) + 4),
          level};
}

CodeMark mark_of(const rules::Looked& looked, const PeakLook& look) {
  constexpr float kRight = std::numbers::pi_v<float> / 2;
  float angle = std::fmod(looked.look.angle, kRight);
  if (angle < 0) angle += kRight;
  return {rules::level_to_image(looked.look.y + static_cast<float>(look.top), look.level),
          rules::level_to_image(looked.look.x, look.level),
          looked.look.pitch * static_cast<float>(1 << look.level),
          angle,
          looked.seen.contrast,
          look.sign * looked.seen.correlation,
          look.sign < 0};
}

std::vector<FinderPeak> strongest_peaks(std::vector<FinderPeak> peaks, std::size_t most) {
  return strongest(std::move(peaks), most, 1.0F, 1.2F);
}

std::vector<CodeMark> strongest_marks(std::vector<CodeMark> marks, std::size_t most) {
  return strongest(std::move(marks), most, 2.5F, 1e9F);
}

}  // namespace ostracon::steps
