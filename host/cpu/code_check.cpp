#include "host/cpu/code_check.hpp"

#include <cmath>
#include <vector>

#include "host/steps/code_fit.hpp"
#include "host/steps/code_patterns.hpp"

namespace ostracon::cpu {
namespace {

using steps::CodePattern;
using steps::KnownModule;

constexpr float kLeastScore = 0.5F;
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

/// Values at the centres and `step` beside, of all modules.
struct Values {
  std::vector<float> here, up, down, left, right;

  void take(const CodePatch& patch, std::int32_t side) {
    const auto count = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
    for (std::vector<float>* one : {&here, &up, &down, &left, &right}) one->resize(count);
    patch.means(0, side, 0, 0, here);
    patch.means(0, side, -1, 0, up);
    patch.means(0, side, 1, 0, down);
    patch.means(0, side, 0, -1, left);
    patch.means(0, side, 0, 1, right);
  }
  steps::ShiftedValues view(float step) const { return {here, up, down, left, right, step}; }
};

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
  Values values;
  const float pitch = code.map.pitch_px();
  std::vector<PatchScale> scales(2, coarse_scale(pitch, pyramid.levels()));
  if (start == FitStart::kRough) scales.push_back(fine_scale(pitch, pyramid.levels()));
  for (const PatchScale& scale : scales) {
    patch.take(pyramid, code.map, pattern.side, scale);
    values.take(patch, pattern.side);
    if (!steps::fit_step(pattern, values.view(patch.step()), code.map).sensible) return false;
  }
  const float sign = code.inverted ? -1.0F : 1.0F;
  const steps::CodeLevels levels = steps::measure_levels(pattern, values.here);
  code.score = sign * levels.correlation;
  if (!(code.score > kLeastScore)) return false;
  for (float& value : values.here) value = sign * (value - levels.centre);
  code.mirrored = steps::reads_mirrored(code.version, values.here);
  if (code.mirrored) {
    std::swap(code.map.terms[1], code.map.terms[2]);
    std::swap(code.map.terms[3], code.map.terms[5]);
  }
  return true;
}

}  // namespace ostracon::cpu
