#include "host/cpu/code_finder.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "host/cpu/code_lattice_search.hpp"
#include "host/cpu/code_pyramid.hpp"
#include "host/cpu/code_survey.hpp"
#include "host/steps/code_array.hpp"

namespace ostracon::cpu {
namespace {

constexpr std::size_t kFewCodes = 4, kEnoughCodes = 6,
                      kAllCodes = std::numeric_limits<std::size_t>::max();
// Sides of the middle of a level, px: some codes at any pitch.
constexpr std::array<std::int32_t, 2> kGlances{224, 448}, kMiddles{256, 512};
constexpr std::int32_t kRounds = 8;  // of codes lost beside each other

class CpuCodeFinder final : public CodeFinder {
 public:
  explicit CpuCodeFinder(const CodeFinderConfig& config)
      : config_(config), pyramid_(config.rows, config.cols, levels_for(config)) {}

  Result<std::vector<LocatedCode>> run(ImageView<const float> image) override {
    OSTRACON_TRY(check_image(config_, image.rows, image.cols));
    pyramid_.set(image);
    std::vector<LocatedCode> codes;
    const std::int32_t smaller = std::min(image.rows, image.cols);
    const auto search_with = [&](std::vector<LocatedCode> known) {
      const auto lattice = steps::common_lattice(known);
      if (!lattice) return;
      // Between codes with quiet zones finder patterns of four of them look like a smaller one.
      std::erase_if(known, [&](const auto& code) { return !steps::agrees(code, *lattice); });
      codes = search_lattice(pyramid_, *lattice, known);
    };
    if (config_.one_lattice && smaller > 4 * kMiddles[0]) {
      for (const std::int32_t side : kGlances)
        if (codes.empty()) search_with(glance_codes(config_, pyramid_, {side, kFewCodes}));
      for (const std::int32_t side : kMiddles)
        if (codes.empty() && smaller > 4 * side)
          search_with(survey_codes(config_, pyramid_, {side, kEnoughCodes}));
    }
    if (codes.empty())
      codes = survey_codes(config_, pyramid_, {std::max(image.rows, image.cols), kAllCodes});
    fill_array(codes);
    return steps::best_apart(std::move(codes), static_cast<std::size_t>(config_.max_codes));
  }

 private:
  /// Codes of an array whose finder patterns were not found: tried where they must be.
  void fill_array(std::vector<LocatedCode>& codes) const {
    std::size_t before = 0;
    for (std::int32_t round = 0; round < kRounds && codes.size() != before; ++round) {
      before = codes.size();
      const auto more =
          fit_all(pyramid_, steps::missing_neighbours(codes, config_.rows, config_.cols));
      codes.insert(codes.end(), more.begin(), more.end());
    }
  }

  CodeFinderConfig config_;
  CodePyramid pyramid_;
};

}  // namespace

Result<std::unique_ptr<CodeFinder>> make_code_finder(const CodeFinderConfig& config) {
  OSTRACON_TRY(check(config));
  return std::unique_ptr<CodeFinder>(std::make_unique<CpuCodeFinder>(config));
}

}  // namespace ostracon::cpu
