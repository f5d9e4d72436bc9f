#include "host/steps/code_patterns.hpp"

#include <algorithm>
#include <array>
#include <mutex>

#include "format/qr/format_agreement.hpp"

namespace ostracon::steps {
namespace {

namespace qr = format::qr;

CodePattern make_pattern(std::int32_t version) {
  const qr::Symbol& symbol = qr::symbol_of(version);
  CodePattern pattern;
  pattern.side = symbol.side;
  pattern.light.resize(symbol.role.size() + kSpareLights);
  for (std::size_t k = 0; k < symbol.role.size(); ++k) {
    const qr::Role role = symbol.role[k];
    if (role == qr::Role::kData || role == qr::Role::kFormat) continue;
    const KnownModule module{static_cast<std::int16_t>(static_cast<std::int32_t>(k) / symbol.side),
                             static_cast<std::int16_t>(static_cast<std::int32_t>(k) % symbol.side),
                             symbol.value[k] != 0 ? -1.0F : 1.0F};
    pattern.light[k] = module.light;
    (module.light > 0 ? pattern.lights : pattern.darks) += 1;
    const bool finder = role == qr::Role::kFinder || role == qr::Role::kSeparator;
    (finder ? pattern.finders : pattern.others).push_back(module);
  }
  return pattern;
}

}  // namespace

const CodePattern& code_pattern(std::int32_t version) {
  static std::array<std::once_flag, qr::kMaxVersion + 1> made;
  static std::array<CodePattern, qr::kMaxVersion + 1> patterns;
  const auto index = static_cast<std::size_t>(version);
  std::call_once(made[index], [&] { patterns[index] = make_pattern(version); });
  return patterns[index];
}

bool reads_mirrored(std::int32_t version, std::span<const float> values) {
  const CodePattern& pattern = code_pattern(version);
  FormatSums seen{};
  for (const auto& copy : qr::format_modules(version))
    for (std::size_t bit = 0; bit < copy.size(); ++bit) {
      const std::int32_t row = copy[bit] / pattern.side, col = copy[bit] % pattern.side;
      seen[0][bit] += values[pattern.index(row, col)];
      seen[1][bit] += values[pattern.index(col, row)];
    }
  return reads_mirrored(seen);
}

bool reads_mirrored(const FormatSums& seen) {
  std::array<float, 2> best{};
  for (std::size_t way = 0; way < 2; ++way) {
    const auto agreements = qr::format_agreements(seen[way]);
    best[way] = *std::max_element(agreements.begin(), agreements.end());
  }
  return best[1] > best[0];
}

}  // namespace ostracon::steps
