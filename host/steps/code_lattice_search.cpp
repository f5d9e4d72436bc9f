#include "host/steps/code_lattice_search.hpp"

#include <algorithm>
#include <cmath>

#include "host/steps/code_growth.hpp"
#include "host/steps/code_patch_scale.hpp"
#include "host/steps/finder_template.hpp"

namespace ostracon::steps {
namespace {

constexpr float kLeastContrast = 0.45F;  // of a peak, in what known codes have
constexpr float kLeastLikeness = 0.94F;  // of a score, in that of the codes beside

Result<float> median_contrast(CodePasses& passes, const std::vector<LocatedCode>& known) {
  OSTRACON_TRY_ASSIGN(const std::vector<CodeEvidence> evidence, passes.weigh(known));
  std::vector<float> contrasts;
  for (const CodeEvidence& one : evidence) contrasts.push_back(std::abs(one.contrast));
  const auto middle = contrasts.begin() + static_cast<std::ptrdiff_t>(contrasts.size() / 2);
  std::nth_element(contrasts.begin(), middle, contrasts.end());
  return *middle;
}

Result<std::vector<LocatedCode>> grow_array(CodePasses& passes,
                                            const std::vector<LocatedCode>& known) {
  const LevelSize& image = passes.levels().front();
  CodeGrowth growth(known, image.rows, image.cols);
  for (std::vector<LocatedCode> next = growth.expected(); !next.empty(); next = growth.expected()) {
    std::vector<LocatedCode> fitted = next;
    OSTRACON_TRY(passes.fit(fitted, FitStart::kKnown));
    // One that is worse than those beside it may be a module off its place: left to be searched
    // for.
    for (std::size_t k = 0; k < next.size(); ++k)
      if (fitted[k].score < kLeastLikeness * next[k].score) fitted[k].score = 0;
    growth.take(fitted);
  }
  return growth.codes();
}

/// For peaks of a template in a part of the image, given in its pixels; of no rows or columns if
/// there is none in it.
PeakSearch search_in(const CodePasses& passes, std::int32_t level, const ImagePart& part,
                     const FinderTemplate& finder, float pitch, float least_contrast) {
  const LevelSize& all = passes.levels()[static_cast<std::size_t>(level)];
  // What the template reaches beyond its middle, the test of extrema, and what halving has lost.
  const std::int32_t about = finder.reach + 3;
  const auto first = [&](std::int32_t px) { return std::max((px >> level) - about, 0); };
  const auto end = [&](std::int32_t px, std::int32_t most) {
    return std::min((px >> level) + about, most);
  };
  const std::int32_t top = first(part.top), left = first(part.left);
  return {level,
          {top, left, end(part.top + part.rows, all.rows) - top,
           end(part.left + part.cols, all.cols) - left},
          &finder,
          pitch,
          least_contrast,
          0};
}

}  // namespace

Result<std::vector<LocatedCode>> fit_all(CodePasses& passes, std::vector<LocatedCode> proposed) {
  OSTRACON_TRY(passes.fit(proposed, FitStart::kKnown));
  std::erase_if(proposed, [](const LocatedCode& code) { return !(code.score > 0); });
  return proposed;
}

Result<std::vector<LocatedCode>> search_lattice(CodePasses& passes, const CodeLattice& lattice,
                                                const std::vector<LocatedCode>& known) {
  OSTRACON_TRY_ASSIGN(std::vector<LocatedCode> codes, grow_array(passes, known));
  const float pitch = std::hypot(lattice.right[0], lattice.right[1]);
  const std::int32_t level = coarse_scale(pitch, passes.level_count()).level;
  const float pixel = 1.0F / static_cast<float>(1 << level);
  const auto finder = square_template({pixel * lattice.down[0], pixel * lattice.down[1]},
                                      {pixel * lattice.right[0], pixel * lattice.right[1]});
  OSTRACON_TRY_ASSIGN(const float contrast, median_contrast(passes, known));
  const LevelSize& image = passes.levels().front();
  std::vector<PeakSearch> searches;
  for (const ImagePart& part : gaps_between(codes, lattice, image.rows, image.cols)) {
    const PeakSearch search =
        search_in(passes, level, part, finder, pixel * pitch, kLeastContrast * contrast);
    if (search.part.rows > 0 && search.part.cols > 0) searches.push_back(search);
  }
  OSTRACON_TRY_ASSIGN(std::vector<FinderPeak> peaks, passes.find_peaks(searches));
  std::erase_if(peaks,
                [&](const FinderPeak& peak) { return (peak.contrast < 0) != lattice.inverted; });
  std::stable_sort(peaks.begin(), peaks.end(), [](const FinderPeak& a, const FinderPeak& b) {
    return std::abs(a.contrast) > std::abs(b.contrast);
  });
  OSTRACON_TRY_ASSIGN(const auto more, fit_all(passes, codes_on_lattice(peaks, lattice)));
  codes.insert(codes.end(), more.begin(), more.end());
  return codes;
}

}  // namespace ostracon::steps
