#include "host/steps/code_growth.hpp"

#include <cmath>

namespace ostracon::steps {
namespace {

constexpr float kSeedModules = 2;  // off the array at most
constexpr std::array<std::array<std::int32_t, 2>, 4> kBeside{{{-1, 0}, {0, -1}, {0, 1}, {1, 0}}};

/// As code_through gives them.
LocatedCode clockwise(LocatedCode code) {
  if (!code.mirrored) return code;
  std::swap(code.map.terms[1], code.map.terms[2]);
  std::swap(code.map.terms[3], code.map.terms[5]);
  code.mirrored = false;
  return code;
}

}  // namespace

CodeGrowth::CodeGrowth(const std::vector<LocatedCode>& seeds, std::int32_t rows, std::int32_t cols)
    : rows_(rows), cols_(cols), steps_(array_steps(seeds)) {
  if (seeds.empty()) return;
  // Where an array has one row alone, any step does for the other way.
  const LocatedCode first = clockwise(seeds.front());
  const auto& t = first.map.terms;
  std::array<std::array<float, 2>, 2> px{};
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const float side = 2 * first.map.middle + 1;
    const std::array<float, 2> step = steps_[axis].value_or(std::array<float, 2>{1.2F * side, 0});
    for (std::size_t k = 0; k < 2; ++k)
      px[axis][k] = step[0] * t[1 + axis][k] + step[1] * t[2 - axis][k];
  }
  const float area = px[0][0] * px[1][1] - px[0][1] * px[1][0];
  if (area == 0) return;
  for (const LocatedCode& seed : seeds) {
    const float dy = seed.map.terms[0][0] - t[0][0], dx = seed.map.terms[0][1] - t[0][1];
    const float row = (dy * px[1][1] - dx * px[1][0]) / area;
    const float col = (dx * px[0][0] - dy * px[0][1]) / area;
    const float i = std::round(row), j = std::round(col);
    const float off_y = (row - i) * px[0][0] + (col - j) * px[1][0];
    const float off_x = (row - i) * px[0][1] + (col - j) * px[1][1];
    const Place place{static_cast<std::int32_t>(i), static_cast<std::int32_t>(j)};
    if (std::hypot(off_y, off_x) < kSeedModules * first.map.pitch_px() &&
        !held_.contains(key(place)))
      add(seed, place);
  }
}

void CodeGrowth::add(const LocatedCode& code, Place place) {
  tried_.insert(key(place));
  held_.emplace(key(place), codes_.size());
  codes_.push_back(code);
  places_.push_back(place);
}

LocatedCode CodeGrowth::predicted(Place place, std::size_t beside) const {
  LocatedCode result = clockwise(codes_[beside]);
  CodeMap sum = result.map;
  sum.terms = {};
  float count = 0;
  for (const auto& way : kBeside) {
    const std::size_t axis = way[0] != 0 ? 0 : 1;
    const auto found = held_.find(key({place[0] - way[0], place[1] - way[1]}));
    if (found == held_.end() || !steps_[axis]) continue;
    LocatedCode from = codes_[found->second];
    if (from.version != result.version || from.inverted != result.inverted) continue;
    from = clockwise(from);
    auto& t = from.map.terms;
    const auto sign = static_cast<float>(way[axis]);
    for (std::size_t k = 0; k < 2; ++k)
      t[0][k] += sign * ((*steps_[axis])[0] * t[1 + axis][k] + (*steps_[axis])[1] * t[2 - axis][k]);
    for (std::size_t term = 0; term < t.size(); ++term)
      for (std::size_t k = 0; k < 2; ++k) sum.terms[term][k] += t[term][k];
    count += 1;
  }
  for (auto& term : sum.terms)
    for (float& value : term) value /= count;
  result.map = sum;
  return result;
}

std::vector<LocatedCode> CodeGrowth::expected() {
  asked_.clear();
  std::vector<LocatedCode> result;
  for (; fresh_ < codes_.size(); ++fresh_)
    for (const auto& way : kBeside) {
      const Place place{places_[fresh_][0] + way[0], places_[fresh_][1] + way[1]};
      if (!steps_[way[0] != 0 ? 0 : 1] || !tried_.insert(key(place)).second) continue;
      const LocatedCode code = predicted(place, fresh_);
      if (!within(code, rows_, cols_)) continue;
      asked_.push_back(place);
      result.push_back(code);
    }
  return result;
}

void CodeGrowth::take(const std::vector<LocatedCode>& fitted) {
  for (std::size_t k = 0; k < fitted.size(); ++k)
    if (fitted[k].score > 0) add(fitted[k], asked_[k]);
}

}  // namespace ostracon::steps
