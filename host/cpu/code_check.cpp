#include "host/cpu/code_check.hpp"

#include <cmath>
#include <vector>

#include "host/steps/code_patterns.hpp"

namespace ostracon::cpu {
namespace {

using steps::CodePattern;
using steps::KnownModule;

constexpr float kLeastScore = 0.5F;
// Correlation of known modules where a code is expected, of what those beside it have: less is
// looked for about. Half a module off, a step may go the wrong way.
constexpr float kOfExpected = 0.9F;
constexpr float kLeastStart = 0.3F;  // less is no code
constexpr std::int32_t kMostSteps = 5;
// Px of the coarse level, of a step: a second one would move the map less than noise does.
constexpr float kSettled = 0.2F;
constexpr std::size_t kGlance = 50;  // modules that are looked at first
constexpr float kHopeless = 0.25F;   // their correlation, three times what chance gives

struct Correlation {
  float value = 0;     // -1 to 1
  float contrast = 0;  // light less dark
};

Correlation correlate(const ImageView<const float>& image, std::int32_t level, const CodeMap& map,
                      const std::vector<KnownModule>& modules, std::size_t every = 1) {
  double signs = 0, sum = 0, squares = 0, product = 0;
  const std::array<float, 2> middle = map.at(map.middle, map.middle);
  const float origin =
      bilinear(image, image_to_level(middle[0], level), image_to_level(middle[1], level));
  std::size_t taken = 0;
  for (std::size_t k = 0; k < modules.size(); k += every, ++taken) {
    const KnownModule& module = modules[k];
    const auto place = map.at(module.row, module.col);
    const double value =
        bilinear(image, image_to_level(place[0], level), image_to_level(place[1], level)) - origin;
    signs += module.light;
    sum += value;
    squares += value * value;
    product += value * module.light;
  }
  const auto count = static_cast<double>(taken);
  const double mean_sign = signs / count, mean = sum / count;
  const double variance = squares / count - mean * mean;
  const double spread = 1 - mean_sign * mean_sign;
  if (!(variance > 0) || !(spread > 0)) return {};
  const double covariance = product / count - mean * mean_sign;
  return {static_cast<float>(covariance / std::sqrt(variance * spread)),
          static_cast<float>(2 * covariance / spread)};
}

}  // namespace

CodeEvidence weigh(const CodePyramid& pyramid, const LocatedCode& code) {
  const PatchScale scale = coarse_scale(code.map.pitch_px(), pyramid.levels());
  const ImageView<const float> image = pyramid.level(scale.level);
  const CodePattern& pattern = steps::code_pattern(code.version);
  const float sign = code.inverted ? -1.0F : 1.0F;
  // Most proposals are none, and some of the modules tell. Every step is odd, for the
  // timing pattern alternates.
  const std::size_t every = pattern.others.size() / kGlance | 1;
  if (sign * correlate(image, scale.level, code.map, pattern.others, every).value < kHopeless)
    return {};
  const Correlation finders = correlate(image, scale.level, code.map, pattern.finders);
  const Correlation others = correlate(image, scale.level, code.map, pattern.others);
  return {sign * finders.value, sign * others.value, finders.contrast};
}

bool fit_code(const CodePyramid& pyramid, CodePatch& patch, FitStart start, LocatedCode& code) {
  const CodePattern& pattern = steps::code_pattern(code.version);
  const float pitch = code.map.pitch_px();
  const float sign = code.inverted ? -1.0F : 1.0F;
  if (!patch.take(pyramid, code.map, pattern, coarse_scale(pitch, pyramid.levels()))) return false;
  patch.look(code.map);
  const float expected = code.score > 0 ? kOfExpected * code.score : 1.0F;
  if (start == FitStart::kKnown && !(sign * patch.levels().correlation > expected)) {
    patch.shift(sign, code.map);
    patch.look(code.map);
    if (!(sign * patch.levels().correlation > kLeastStart)) return false;
  }
  for (std::int32_t steps = 1;; ++steps) {
    const float moved = patch.step(code.map);
    if (moved < 0) return false;
    if (steps == kMostSteps || moved < kSettled) break;
    patch.look(code.map);
  }
  if (start == FitStart::kRough) {
    if (!patch.take(pyramid, code.map, pattern, fine_scale(pitch, pyramid.levels()))) return false;
    patch.look(code.map);
    if (patch.step(code.map) < 0) return false;
  }
  code.score = sign * patch.levels().correlation;
  if (!(code.score > kLeastScore)) return false;
  const std::span<float> values = patch.values();
  for (float& value : values) value = sign * (value - patch.levels().centre);
  code.mirrored = steps::reads_mirrored(code.version, values);
  if (code.mirrored) {
    std::swap(code.map.terms[1], code.map.terms[2]);
    std::swap(code.map.terms[3], code.map.terms[5]);
  }
  return true;
}

}  // namespace ostracon::cpu
