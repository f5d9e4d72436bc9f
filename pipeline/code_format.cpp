#include "pipeline/code_format.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace ostracon {

namespace {

using format::qr::kFormatBits;

/// Steps for a light module at bit i, of both copies; with rows for columns if `transposed`.
std::array<float, kFormatBits> seen_bits(std::span<const Llr> modules, int version,
                                         bool transposed) {
  const int side = format::qr::side_of(version);
  std::array<float, kFormatBits> light{};
  for (const auto& copy : format::qr::format_modules(version))
    for (std::size_t bit = 0; bit < copy.size(); ++bit) {
      const int row = copy[bit] / side, col = copy[bit] % side;
      const int module = transposed ? col * side + row : copy[bit];
      light[bit] += static_cast<float>(modules[static_cast<std::size_t>(module)]);
    }
  return light;
}

/// Every word that agrees with what is known, `behind`: its log-likelihood, nats.
std::vector<CodeFormat> weighed_formats(const std::array<float, kFormatBits>& light,
                                        std::optional<format::qr::Level> level,
                                        std::optional<int> mask) {
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
  return formats;
}

}  // namespace

std::vector<CodeFormat> likely_formats(std::span<const Llr> modules, int version,
                                       std::optional<format::qr::Level> level,
                                       std::optional<int> mask) {
  std::vector<CodeFormat> formats =
      weighed_formats(seen_bits(modules, version, false), level, mask);
  std::stable_sort(formats.begin(), formats.end(),
                   [](const CodeFormat& a, const CodeFormat& b) { return a.behind > b.behind; });
  const float best = formats.empty() ? 0 : formats.front().behind;
  for (CodeFormat& format : formats) format.behind = best - format.behind;
  return formats;
}

bool reads_transposed(std::span<const Llr> modules, int version,
                      std::optional<format::qr::Level> level, std::optional<int> mask) {
  const auto best = [&](bool transposed) {
    float most = std::numeric_limits<float>::lowest();
    for (const CodeFormat& format :
         weighed_formats(seen_bits(modules, version, transposed), level, mask))
      most = std::max(most, format.behind);
    return most;
  };
  return best(true) > best(false);
}

}  // namespace ostracon
