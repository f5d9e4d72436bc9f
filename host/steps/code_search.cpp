#include "host/steps/code_search.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "host/steps/code_array.hpp"
#include "host/steps/code_lattice_search.hpp"
#include "host/steps/code_survey.hpp"

namespace ostracon::steps {
namespace {

constexpr std::size_t kFewCodes = 4, kEnoughCodes = 6,
                      kAllCodes = std::numeric_limits<std::size_t>::max();
// Sides of the middle of a level, px: some codes at any pitch.
constexpr std::array<std::int32_t, 2> kGlances{224, 448}, kMiddles{256, 512};
constexpr std::int32_t kRounds = 8;  // of codes lost beside each other

/// Codes of the lattice that some codes in the middle of the image have; none if they have none.
Result<std::vector<LocatedCode>> search_with(CodePasses& passes, std::vector<LocatedCode> known) {
  const auto lattice = common_lattice(known);
  if (!lattice) return std::vector<LocatedCode>{};
  // Between codes with quiet zones finder patterns of four of them look like a smaller one.
  std::erase_if(known, [&](const LocatedCode& code) { return !agrees(code, *lattice); });
  return search_lattice(passes, *lattice, known);
}

/// Codes of an array whose finder patterns were not found: tried where they must be.
Result<> fill_array(const CodeFinderConfig& config, CodePasses& passes,
                    std::vector<LocatedCode>& codes) {
  std::size_t before = 0;
  for (std::int32_t round = 0; round < kRounds && codes.size() != before; ++round) {
    before = codes.size();
    OSTRACON_TRY_ASSIGN(const auto more,
                        fit_all(passes, missing_neighbours(codes, config.rows, config.cols)));
    codes.insert(codes.end(), more.begin(), more.end());
  }
  return Ok{};
}

}  // namespace

Result<std::vector<LocatedCode>> search_codes(const CodeFinderConfig& config, CodePasses& passes) {
  std::vector<LocatedCode> codes;
  const std::int32_t smaller = std::min(config.rows, config.cols);
  if (config.one_lattice && smaller > 4 * kMiddles[0]) {
    for (const std::int32_t side : kGlances) {
      if (!codes.empty()) break;
      OSTRACON_TRY_ASSIGN(auto known, glance_codes(config, passes, {side, kFewCodes}));
      OSTRACON_TRY_ASSIGN(codes, search_with(passes, std::move(known)));
    }
    for (const std::int32_t side : kMiddles) {
      if (!codes.empty() || smaller <= 4 * side) break;
      OSTRACON_TRY_ASSIGN(auto known, survey_codes(config, passes, {side, kEnoughCodes}));
      OSTRACON_TRY_ASSIGN(codes, search_with(passes, std::move(known)));
    }
  }
  if (codes.empty()) {
    const std::int32_t larger = std::max(config.rows, config.cols);
    OSTRACON_TRY_ASSIGN(codes, survey_codes(config, passes, {larger, kAllCodes}));
  }
  OSTRACON_TRY(fill_array(config, passes, codes));
  return best_apart(std::move(codes), static_cast<std::size_t>(config.max_codes));
}

}  // namespace ostracon::steps
