#pragma once
// The pulse that modules are sampled with, tabled at sub-pixel phases.

#include <cstdint>
#include <vector>

#include "pipeline/rules/module_window.hpp"

namespace ostracon::steps {

/// The pulse along one axis at 64 sub-pixel phases. Entry (phase, k) is the pulse at tap k of a
/// window whose first tap lies (phase + 1/2) / 64 - width / 2 px from the module's centre.
struct PulseTable {
  static constexpr std::int32_t kPhases = rules::kPulsePhases;
  static constexpr std::int32_t kWidest = 48;
  std::int32_t width = 8;  ///< taps, a multiple of 8; those beyond the pulse's reach are 0
  std::int32_t used = 8;   ///< taps from `first` that are not 0 at every phase
  std::int32_t first = 0;
  std::vector<float> taps;             ///< [kPhases][width]
  std::vector<float> sum, square_sum;  ///< [kPhases]

  static PulseTable make(float blur_modules, float pitch_px);
};

}  // namespace ostracon::steps
