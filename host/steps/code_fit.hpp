#pragma once
// The fit of a code's map to its modules, from values at their centres and a little beside.

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "host/steps/code_patterns.hpp"
#include "pipeline/located_code.hpp"

namespace ostracon::steps {

/// Values of a code's modules, [side][side], where the map puts them and `step` modules beside.
struct ShiftedValues {
  std::span<const float> here, up, down, left, right;
  float step = 0.25F;
};

/// What function modules say of all.
struct CodeLevels {
  float centre = 0;       ///< half way between light and dark
  float contrast = 0;     ///< half of light less dark; negative where inverted
  float noise = 0;        ///< rms of function modules about their levels
  float correlation = 0;  ///< of function modules with what they must be; negative where inverted
};

CodeLevels measure_levels(const CodePattern& pattern, std::span<const float> values);

/// How far, in modules, the fit has moved the map: rms over the code.
struct FitStep {
  float rms = 0;
  bool sensible = false;  ///< false: values have no maximum near by, the map is as it was
};

/// One step up the sum over all modules of log cosh of their values (of known modules: of their
/// values times their signs). Values fall off beside the centre, equally on both sides where the
/// map is right; that difference is laid out in polynomials that are orthogonal over the code,
/// those of second degree only as far as they stand out of its noise.
FitStep fit_step(const CodePattern& pattern, const ShiftedValues& values, CodeMap& map);

}  // namespace ostracon::steps
