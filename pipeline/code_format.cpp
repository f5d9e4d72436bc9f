#include "pipeline/code_format.hpp"

#include <algorithm>

namespace ostracon {

std::vector<CodeFormat> likely_formats(std::span<const Llr> modules, int version,
                                       std::optional<format::qr::Level> level,
                                       std::optional<int> mask) {
  const auto places = format::qr::format_modules(version);
  std::array<float, format::qr::kFormatBits> light{};  // steps for a light module at bit i
  for (std::size_t bit = 0; bit < light.size(); ++bit)
    for (const auto& copy : places) light[bit] += static_cast<float>(modules[copy[bit]]);

  std::vector<CodeFormat> formats;
  for (const format::qr::Level some_level : format::qr::kLevels)
    for (int some_mask = 0; some_mask < format::qr::kMasks; ++some_mask) {
      if (level.value_or(some_level) != some_level || mask.value_or(some_mask) != some_mask)
        continue;
      const format::qr::FormatInformation information{some_level, some_mask};
      const std::uint16_t word = format::qr::format_word(information);
      float agreement = 0;
      for (std::size_t bit = 0; bit < light.size(); ++bit)
        agreement += (word >> bit & 1U) != 0 ? -light[bit] : light[bit];
      formats.push_back({information, 0.5F * kNatsPerLlrStep * agreement});
    }
  std::stable_sort(formats.begin(), formats.end(),
                   [](const CodeFormat& a, const CodeFormat& b) { return a.behind > b.behind; });
  const float best = formats.empty() ? 0 : formats.front().behind;
  for (CodeFormat& format : formats) format.behind = best - format.behind;
  return formats;
}

}  // namespace ostracon
