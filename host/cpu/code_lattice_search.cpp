#include "host/cpu/code_lattice_search.hpp"

#include <algorithm>
#include <cmath>

#include "host/cpu/code_check.hpp"
#include "host/cpu/finder_search.hpp"
#include "host/parallel.hpp"
#include "host/steps/code_growth.hpp"
#include "host/steps/finder_template.hpp"

namespace ostracon::cpu {
namespace {

using steps::FinderPeak;
using steps::FinderTemplate;

constexpr float kLeastContrast = 0.45F;  // of a peak, in what known codes have
constexpr float kLeastLikeness = 0.94F;  // of a score, in that of the codes beside

float median_contrast(const CodePyramid& pyramid, const std::vector<LocatedCode>& known) {
  std::vector<float> contrasts;
  for (const LocatedCode& code : known)
    contrasts.push_back(std::abs(weigh(pyramid, code).contrast));
  const auto middle = contrasts.begin() + static_cast<std::ptrdiff_t>(contrasts.size() / 2);
  std::nth_element(contrasts.begin(), middle, contrasts.end());
  return *middle;
}

void fit_each(const CodePyramid& pyramid, std::vector<LocatedCode>& codes) {
  constexpr std::size_t kTogether = 16;  // codes that share scratch
  const std::size_t parts = (codes.size() + kTogether - 1) / kTogether;
  parallel_for(static_cast<std::int64_t>(parts), [&](std::int64_t part) {
    CodePatch patch;
    const std::size_t first = static_cast<std::size_t>(part) * kTogether;
    for (std::size_t k = first; k < std::min(first + kTogether, codes.size()); ++k)
      if (!fit_code(pyramid, patch, FitStart::kKnown, codes[k])) codes[k].score = 0;
  });
}

std::vector<LocatedCode> grow_array(const CodePyramid& pyramid,
                                    const std::vector<LocatedCode>& known) {
  const ImageView<const float> image = pyramid.level(0);
  steps::CodeGrowth growth(known, image.rows, image.cols);
  for (std::vector<LocatedCode> next = growth.expected(); !next.empty(); next = growth.expected()) {
    std::vector<LocatedCode> fitted = next;
    fit_each(pyramid, fitted);
    // One that is worse than those beside it may be a module off its place: left to be searched
    // for.
    for (std::size_t k = 0; k < next.size(); ++k)
      if (fitted[k].score < kLeastLikeness * next[k].score) fitted[k].score = 0;
    growth.take(fitted);
  }
  return growth.codes();
}

/// Peaks of a template in a part of a level of the pyramid, given in the image's pixels.
std::vector<FinderPeak> peaks_in(const CodePyramid& pyramid, std::int32_t level,
                                 const steps::ImagePart& part, const FinderTemplate& finder,
                                 float pitch, float least_contrast) {
  const ImageView<const float> all = pyramid.level(level);
  // What the template reaches beyond its middle, the test of extrema, and what halving has lost.
  const std::int32_t about = finder.reach + 3;
  const auto first = [&](std::int32_t px) { return std::max((px >> level) - about, 0); };
  const auto end = [&](std::int32_t px, std::int32_t most) {
    return std::min((px >> level) + about, most);
  };
  const std::int32_t top = first(part.top), left = first(part.left);
  const std::int32_t rows = end(part.top + part.rows, all.rows) - top;
  const std::int32_t cols = end(part.left + part.cols, all.cols) - left;
  if (rows < 1 || cols < 1) return {};
  std::vector<FinderPeak> peaks = find_peaks({&all(top, left), rows, cols, all.row_stride}, level,
                                             finder, pitch, least_contrast, 0);
  for (FinderPeak& peak : peaks) {
    peak.y += static_cast<float>(top << level);
    peak.x += static_cast<float>(left << level);
  }
  return peaks;
}

}  // namespace

std::vector<LocatedCode> fit_all(const CodePyramid& pyramid,
                                 const std::vector<LocatedCode>& proposed) {
  std::vector<LocatedCode> codes = proposed;
  fit_each(pyramid, codes);
  std::erase_if(codes, [](const LocatedCode& code) { return !(code.score > 0); });
  return codes;
}

std::vector<LocatedCode> search_lattice(const CodePyramid& pyramid,
                                        const steps::CodeLattice& lattice,
                                        const std::vector<LocatedCode>& known) {
  std::vector<LocatedCode> codes = grow_array(pyramid, known);
  const float pitch = std::hypot(lattice.right[0], lattice.right[1]);
  const PatchScale scale = coarse_scale(pitch, pyramid.levels());
  const float pixel = 1.0F / static_cast<float>(1 << scale.level);
  const auto finder = steps::square_template({pixel * lattice.down[0], pixel * lattice.down[1]},
                                             {pixel * lattice.right[0], pixel * lattice.right[1]});
  const float least = kLeastContrast * median_contrast(pyramid, known);
  std::vector<FinderPeak> peaks;
  const ImageView<const float> image = pyramid.level(0);
  for (const steps::ImagePart& part : steps::gaps_between(codes, lattice, image.rows, image.cols))
    for (const FinderPeak& peak :
         peaks_in(pyramid, scale.level, part, finder, pixel * pitch, least))
      if ((peak.contrast < 0) == lattice.inverted) peaks.push_back(peak);
  std::stable_sort(peaks.begin(), peaks.end(), [](const FinderPeak& a, const FinderPeak& b) {
    return std::abs(a.contrast) > std::abs(b.contrast);
  });
  const auto more = fit_all(pyramid, steps::codes_on_lattice(peaks, lattice));
  codes.insert(codes.end(), more.begin(), more.end());
  return codes;
}

}  // namespace ostracon::cpu
