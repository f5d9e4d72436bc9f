#include "pipeline/code_format.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "format/qr/format_agreement.hpp"

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

/// Calls body(information, log-likelihood in nats) for every word that agrees with what is known.
template <class Body>
void weigh_formats(const std::array<float, kFormatBits>& light,
                   std::optional<format::qr::Level> level, std::optional<int> mask,
                   const Body& body) {
  const auto agreements = format::qr::format_agreements(light);
  for (std::size_t word = 0; word < agreements.size(); ++word) {
    const format::qr::FormatInformation information = format::qr::format_of(word);
    if (level.value_or(information.level) == information.level &&
        mask.value_or(information.mask) == information.mask)
      body(information, 0.5F * kNatsPerLlrStep * agreements[word]);
  }
}

}  // namespace

std::vector<CodeFormat> likely_formats(std::span<const Llr> modules, int version,
                                       std::optional<format::qr::Level> level,
                                       std::optional<int> mask, float margin) {
  const auto light = seen_bits(modules, version, false);
  float best = std::numeric_limits<float>::lowest();
  weigh_formats(light, level, mask, [&](auto, float nats) { best = std::max(best, nats); });
  std::vector<CodeFormat> formats;
  weigh_formats(light, level, mask, [&](const auto& information, float nats) {
    if (best - nats <= margin) formats.push_back({information, best - nats});
  });
  std::stable_sort(formats.begin(), formats.end(),
                   [](const CodeFormat& a, const CodeFormat& b) { return a.behind < b.behind; });
  return formats;
}

bool reads_transposed(std::span<const Llr> modules, int version,
                      std::optional<format::qr::Level> level, std::optional<int> mask) {
  const auto best = [&](bool transposed) {
    float most = std::numeric_limits<float>::lowest();
    weigh_formats(seen_bits(modules, version, transposed), level, mask,
                  [&](auto, float nats) { most = std::max(most, nats); });
    return most;
  };
  return best(true) > best(false);
}

}  // namespace ostracon
