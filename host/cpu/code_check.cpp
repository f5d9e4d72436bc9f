#include "host/cpu/code_check.hpp"

#include <vector>

#include "host/steps/code_approach.hpp"
#include "host/steps/code_patterns.hpp"
#include "pipeline/rules/code_evidence.hpp"

namespace ostracon::cpu {
namespace {

using steps::CodePattern;
using steps::KnownModule;

using rules::Correlation;

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
  return rules::correlation_of({static_cast<double>(taken), signs, sum, squares, product});
}

}  // namespace

CodeEvidence weigh(const CodePyramid& pyramid, const LocatedCode& code) {
  const steps::PatchScale scale = steps::coarse_scale(code.map.pitch_px(), pyramid.levels());
  const ImageView<const float> image = pyramid.level(scale.level);
  const CodePattern& pattern = steps::code_pattern(code.version);
  const float sign = code.inverted ? -1.0F : 1.0F;
  const auto every = static_cast<std::size_t>(
      rules::glance_step(static_cast<std::int32_t>(pattern.others.size())));
  if (sign * correlate(image, scale.level, code.map, pattern.others, every).value <
      rules::kHopelessGlance)
    return {};
  const Correlation finders = correlate(image, scale.level, code.map, pattern.finders);
  const Correlation others = correlate(image, scale.level, code.map, pattern.others);
  return {sign * finders.value, sign * others.value, finders.contrast};
}

bool fit_code(const CodePyramid& pyramid, CodePatch& patch, FitStart start, LocatedCode& code) {
  using Next = steps::CodeApproach::Next;
  const CodePattern& pattern = steps::code_pattern(code.version);
  steps::CodeApproach approach(code, start, pyramid.levels());
  CodeMap& map = approach.map();
  const float sign = approach.sign();
  while (approach.next() != Next::kFitted) switch (approach.next()) {
      case Next::kTake:
        approach.taken(patch.take(pyramid, map, pattern, approach.scale()));
        break;
      case Next::kLook:
        patch.look(map);
        approach.looked(patch.levels());
        break;
      case Next::kShift:
        patch.shift(sign, map);
        approach.shifted();
        break;
      case Next::kStep:
        approach.stepped(patch.step(map));
        break;
      default:
        return false;
    }
  const std::span<float> values = patch.values();
  for (float& value : values) value = sign * (value - patch.levels().centre);
  code = approach.fitted(steps::reads_mirrored(code.version, values));
  return true;
}

}  // namespace ostracon::cpu
