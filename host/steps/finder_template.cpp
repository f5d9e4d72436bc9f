#include "host/steps/finder_template.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>

namespace ostracon::steps {
namespace {

void add_place(std::vector<PixelOffset>& places, std::int32_t& reach, float y, float x) {
  const PixelOffset place{static_cast<std::int32_t>(std::lround(y)),
                          static_cast<std::int32_t>(std::lround(x))};
  places.push_back(place);
  reach = std::max({reach, std::abs(place.y), std::abs(place.x)});
}

}  // namespace

const std::array<FinderModule, 81>& finder_modules() {
  static const std::array<FinderModule, 81> pattern = [] {
    std::array<FinderModule, 81> modules{};
    for (std::int32_t k = 0; k < 81; ++k) {
      const std::int32_t row = k / 9 - 4, col = k % 9 - 4;
      const std::int32_t ring = std::max(std::abs(row), std::abs(col));
      modules[static_cast<std::size_t>(k)] = {row, col, ring <= 1 || ring == 3};
    }
    return modules;
  }();
  return pattern;
}

FinderTemplate ring_template(float pitch_px) {
  // A square ring of half sides a to b modules holds the circle of radius r at all angles where
  // a * sqrt(2) <= r <= b: 3.53 to 3.5 for the dark ring, so nearly there, and less so for others.
  struct Ring {
    float radius;
    std::int32_t places;
    bool dark;
  };
  constexpr std::array kRings{Ring{0.0F, 1, true}, Ring{1.0F, 6, true}, Ring{2.1F, 12, false},
                              Ring{3.52F, 20, true}, Ring{4.75F, 24, false}};
  FinderTemplate result;
  for (const Ring& ring : kRings)
    for (std::int32_t k = 0; k < ring.places; ++k) {
      const float angle = 2 * std::numbers::pi_v<float> * (static_cast<float>(k) + 0.25F) /
                          static_cast<float>(ring.places);
      add_place(ring.dark ? result.dark : result.light, result.reach,
                pitch_px * ring.radius * std::sin(angle), pitch_px * ring.radius * std::cos(angle));
    }
  return result;
}

FinderTemplate square_template(std::array<float, 2> down, std::array<float, 2> right) {
  FinderTemplate result;
  for (const FinderModule& module : finder_modules()) {
    const auto row = static_cast<float>(module.row), col = static_cast<float>(module.col);
    add_place(module.dark ? result.dark : result.light, result.reach,
              row * down[0] + col * right[0], row * down[1] + col * right[1]);
  }
  return result;
}

}  // namespace ostracon::steps
