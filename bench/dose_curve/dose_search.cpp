#include "bench/dose_curve/dose_search.hpp"

#include <cmath>

namespace ostracon::bench {
namespace {

constexpr std::int32_t kCoarse = 4;   // steps: 0.2 dB
constexpr std::int32_t kReach = 240;  // steps: 12 dB

std::int32_t stride_up(const DoseVerdict& verdict) {
  if (verdict.share_lost > 0.9) return 4 * kCoarse;
  return verdict.share_lost > 0.3 ? 2 * kCoarse : kCoarse;
}

}  // namespace

double dose_of_step(std::int32_t step) { return std::pow(10.0, step * kStepDecibels / 10); }

std::int32_t step_of_dose(double dose) {
  return static_cast<std::int32_t>(std::floor(std::log10(dose) * 10 / kStepDecibels + 1e-6));
}

Result<DoseSearchResult> find_operating_dose(
    std::int32_t first, const std::function<Result<DoseVerdict>(std::int32_t step)>& try_step) {
  DoseSearchResult result;
  const auto tried = [&](std::int32_t step) -> Result<DoseVerdict> {
    OSTRACON_TRY_ASSIGN(const DoseVerdict verdict, try_step(step));
    result.tried[step] = verdict;
    return verdict;
  };
  std::int32_t failing = first, passing = first;
  OSTRACON_TRY_ASSIGN(DoseVerdict verdict, tried(first));
  if (verdict.passed) {
    while (verdict.passed) {
      passing = failing;
      failing = passing - kCoarse;
      if (failing < first - kReach) return result;
      OSTRACON_TRY_ASSIGN(verdict, tried(failing));
    }
  } else {
    while (!verdict.passed) {
      failing = passing;
      passing = failing + stride_up(verdict);
      if (passing > first + kReach) return result;
      OSTRACON_TRY_ASSIGN(verdict, tried(passing));
    }
  }
  while (passing - failing > 1) {
    const std::int32_t middle = failing + (passing - failing) / 2;
    OSTRACON_TRY_ASSIGN(verdict, tried(middle));
    (verdict.passed ? passing : failing) = middle;
  }
  result.operating_step = passing;
  return result;
}

}  // namespace ostracon::bench
