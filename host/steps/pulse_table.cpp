#include "host/steps/pulse_table.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "pipeline/rules/pulse.hpp"

namespace ostracon::steps {

PulseTable PulseTable::make(float blur_modules, float pitch_px) {
  // Half a module and 2.2 sigma: what lies beyond holds less than 0.2 % of the pulse's energy.
  const float reach = (0.5F + 2.2F * blur_modules) * pitch_px;
  PulseTable table;
  const auto needed = static_cast<std::int32_t>(std::ceil(2 * reach));
  table.width = std::min((needed + 7) / 8 * 8, 32);
  if (needed > 32) table.width = kWidest;
  table.used = std::min(needed, table.width);
  table.first = (table.width - table.used) / 2;
  const auto width = static_cast<std::size_t>(table.width);
  table.taps.assign(kPhases * width, 0.0F);
  table.sum.assign(kPhases, 0.0F);
  table.square_sum.assign(kPhases, 0.0F);
  for (std::size_t phase = 0; phase < kPhases; ++phase)
    for (std::size_t k = 0; k < width; ++k) {
      const auto tap = static_cast<std::int32_t>(k);
      if (tap < table.first || tap >= table.first + table.used) continue;
      const float distance = static_cast<float>(tap) +
                             (static_cast<float>(phase) + 0.5F) / static_cast<float>(kPhases) -
                             0.5F * static_cast<float>(table.width);
      const float value = rules::pulse(distance / pitch_px, blur_modules);
      table.taps[phase * width + k] = value;
      table.sum[phase] += value;
      table.square_sum[phase] += value * value;
    }
  return table;
}

}  // namespace ostracon::steps
