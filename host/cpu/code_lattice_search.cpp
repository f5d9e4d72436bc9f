#include "host/cpu/code_lattice_search.hpp"

#include <algorithm>
#include <cmath>

#include "host/cpu/code_check.hpp"
#include "host/cpu/finder_search.hpp"
#include "host/parallel.hpp"
#include "host/steps/finder_template.hpp"

namespace ostracon::cpu {
namespace {

constexpr float kLeastContrast = 0.45F;                     // of a peak, in what known codes have
constexpr float kLeastFinders = 0.4F, kLeastOthers = 0.2F;  // correlations

float median_contrast(const CodePyramid& pyramid, const std::vector<LocatedCode>& known) {
  std::vector<float> contrasts;
  for (const LocatedCode& code : known)
    contrasts.push_back(std::abs(weigh(pyramid, code).contrast));
  const auto middle = contrasts.begin() + static_cast<std::ptrdiff_t>(contrasts.size() / 2);
  std::nth_element(contrasts.begin(), middle, contrasts.end());
  return *middle;
}

}  // namespace

std::vector<LocatedCode> fit_all(const CodePyramid& pyramid,
                                 const std::vector<LocatedCode>& proposed) {
  constexpr std::size_t kTogether = 16;  // codes that share scratch
  std::vector<LocatedCode> codes = proposed;
  const std::size_t parts = (codes.size() + kTogether - 1) / kTogether;
  parallel_for(static_cast<std::int64_t>(parts), [&](std::int64_t part) {
    CodePatch patch;
    const std::size_t first = static_cast<std::size_t>(part) * kTogether;
    for (std::size_t k = first; k < std::min(first + kTogether, codes.size()); ++k) {
      codes[k].score = 0;
      const CodeEvidence evidence = weigh(pyramid, codes[k]);
      if (evidence.finders > kLeastFinders && evidence.others > kLeastOthers &&
          !fit_code(pyramid, patch, FitStart::kKnown, codes[k]))
        codes[k].score = 0;
    }
  });
  std::erase_if(codes, [](const LocatedCode& code) { return !(code.score > 0); });
  return codes;
}

std::vector<LocatedCode> search_lattice(const CodePyramid& pyramid,
                                        const steps::CodeLattice& lattice,
                                        const std::vector<LocatedCode>& known) {
  const float pitch = std::hypot(lattice.right[0], lattice.right[1]);
  const PatchScale scale = coarse_scale(pitch, pyramid.levels());
  const float pixel = 1.0F / static_cast<float>(1 << scale.level);
  const auto finder = steps::square_template({pixel * lattice.down[0], pixel * lattice.down[1]},
                                             {pixel * lattice.right[0], pixel * lattice.right[1]});
  std::vector<steps::FinderPeak> peaks =
      find_peaks(pyramid.level(scale.level), scale.level, finder, pixel * pitch,
                 kLeastContrast * median_contrast(pyramid, known), 0);
  std::erase_if(peaks, [&](const steps::FinderPeak& peak) {
    return (peak.contrast < 0) != lattice.inverted;
  });
  std::stable_sort(peaks.begin(), peaks.end(),
                   [](const steps::FinderPeak& a, const steps::FinderPeak& b) {
                     return std::abs(a.contrast) > std::abs(b.contrast);
                   });
  return fit_all(pyramid, steps::codes_on_lattice(peaks, lattice));
}

}  // namespace ostracon::cpu
