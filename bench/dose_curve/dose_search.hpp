#pragma once
// Finding the least dose at which a reader loses next to nothing.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>

#include "core/result.hpp"

namespace ostracon::bench {

/// Doses are tried on a grid of 0.05 dB: step k is 10^(k / 200) electrons a module.
inline constexpr double kStepDecibels = 0.05;
double dose_of_step(std::int32_t step);
/// The last step at or below `dose`.
std::int32_t step_of_dose(double dose);

/// What came of one dose.
struct DoseVerdict {
  bool passed = false;
  double share_lost = 0;  ///< of the codewords of the first page: how far off the dose is
};

struct DoseSearchResult {
  std::optional<std::int32_t> operating_step;  ///< none: no dose within the range passed
  std::map<std::int32_t, DoseVerdict> tried;
};

/// The least step that passes where the one below it fails: upwards from `first` by 0.2 dB (0.4 or
/// 0.8 where most is lost) until a step passes, or downwards by 0.2 dB until one fails, then
/// halving. Gives up 12 dB (`kReach`) from `first`. A pass costs every page and a failure few, so
/// begin low. Errors are those of `try_step`.
Result<DoseSearchResult> find_operating_dose(
    std::int32_t first, const std::function<Result<DoseVerdict>(std::int32_t step)>& try_step);

}  // namespace ostracon::bench
