#include <cmath>
#include <mutex>

#include "host/steps/code_response.hpp"

namespace ostracon::steps {
namespace {

using format::qr::Role;
using format::qr::Symbol;

/// [module with margin 1] +1 light, -1 dark, 0 not known. The ring around a symbol is light.
std::vector<std::int8_t> known_signs(const Symbol& symbol) {
  const int wide = symbol.side + 2;
  std::vector<std::int8_t> signs(static_cast<std::size_t>(wide) * static_cast<std::size_t>(wide),
                                 1);
  for (int row = 0; row < symbol.side; ++row)
    for (int col = 0; col < symbol.side; ++col) {
      const auto module = cell(row, col, symbol.side);
      const Role role = symbol.role[module];
      const bool known = role != Role::kData && role != Role::kFormat;
      signs[cell(row + 1, col + 1, wide)] =
          static_cast<std::int8_t>(!known                      ? 0
                                   : symbol.value[module] != 0 ? -1
                                                               : 1);
    }
  return signs;
}

/// Adds a module's share of all sums that know no mean, `sign` times.
void add(const KnownModules::Module& module, double sign, CodeSums& sums) {
  for (std::size_t i = 0; i < kRegressors; ++i)
    for (std::size_t j = 0; j < kRegressors; ++j)
      sums.normal[i][j] += sign * module.values[i] * module.values[j];
  for (std::size_t i = 0; i < sums.unknown.size(); ++i) sums.unknown[i] += sign * module.unknown[i];
  sums.count += sign;
}

KnownModules make_known(const Symbol& symbol) {
  const auto signs = known_signs(symbol);
  const int wide = symbol.side + 2, sampled = symbol.side + 2 * kCodeMargin;
  const double middle = 0.5 * (symbol.side - 1), side = symbol.side;
  KnownModules known;
  for (int row = 0; row < symbol.side; ++row)
    for (int col = 0; col < symbol.side; ++col) {
      const auto* sign = &signs[cell(row + 1, col + 1, wide)];
      if (*sign == 0) continue;
      KnownModules::Module module;
      module.at = cell(row + kCodeMargin, col + kCodeMargin, sampled);
      module.values = {
          static_cast<double>(*sign),
          static_cast<double>(sign[-1] + sign[1]),
          static_cast<double>(sign[-wide] + sign[wide]),
          static_cast<double>(sign[-wide - 1] + sign[-wide + 1] + sign[wide - 1] + sign[wide + 1]),
          1,
          (col - middle) / side,
          (row - middle) / side};
      module.unknown = {static_cast<double>((sign[-1] == 0) + (sign[1] == 0)),
                        static_cast<double>((sign[-wide] == 0) + (sign[wide] == 0)),
                        static_cast<double>((sign[-wide - 1] == 0) + (sign[-wide + 1] == 0) +
                                            (sign[wide - 1] == 0) + (sign[wide + 1] == 0))};
      add(module, 1, known.all);
      known.modules.push_back(module);
    }
  return known;
}

}  // namespace

const KnownModules& known_modules(int version) {
  static std::array<std::once_flag, format::qr::kMaxVersion + 1> made;
  static std::array<KnownModules, format::qr::kMaxVersion + 1> known;
  const auto i = static_cast<std::size_t>(version);
  std::call_once(made[i], [&] { known[i] = make_known(format::qr::symbol_of(version)); });
  return known[i];
}

CodeSums sums_of(std::span<const float> means, const KnownModules& known) {
  CodeSums sums = known.all;
  for (const KnownModules::Module& module : known.modules) {
    if (!std::isfinite(means[module.at])) {
      add(module, -1, sums);
      continue;
    }
    const auto mean = static_cast<double>(means[module.at]);
    for (std::size_t i = 0; i < kRegressors; ++i) sums.right[i] += module.values[i] * mean;
    sums.square += mean * mean;
  }
  return sums;
}

}  // namespace ostracon::steps
