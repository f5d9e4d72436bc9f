#include "host/cpu/code_finder.hpp"

#include <algorithm>

#include "host/cpu/code_check.hpp"
#include "host/cpu/code_pyramid.hpp"
#include "host/cpu/finder_search.hpp"
#include "host/parallel.hpp"
#include "host/steps/code_search.hpp"

namespace ostracon::cpu {
namespace {

using steps::CodeMark;
using steps::FinderPeak;
using steps::PeakSearch;

class CpuCodePasses final : public steps::CodePasses {
 public:
  explicit CpuCodePasses(const CodeFinderConfig& config) : CodePasses(config), pyramid_(levels()) {}

  void set(ImageView<const float> image) {
    pyramid_.set(image);
    start_levels();
  }

  Result<std::vector<FinderPeak>> find_peaks(std::span<const PeakSearch> searches) override {
    std::vector<FinderPeak> all;
    for (const PeakSearch& search : searches) {
      const ImageView<const float> level = pyramid_.level(search.level);
      const steps::ImagePart& part = search.part;
      for (FinderPeak peak : cpu::find_peaks(
               {&level(part.top, part.left), part.rows, part.cols, level.row_stride}, search.level,
               *search.finder, search.pitch, search.least_contrast, search.least_rms)) {
        peak.y += static_cast<float>(part.top << search.level);
        peak.x += static_cast<float>(part.left << search.level);
        all.push_back(peak);
      }
    }
    return all;
  }

  Result<std::vector<CodeMark>> look_closely(std::span<const FinderPeak> peaks) override {
    std::vector<CodeMark> seen(peaks.size());
    each(peaks, [&](const FinderPeak& peak, std::size_t k) {
      const std::int32_t level = steps::coarse_scale(peak.pitch, pyramid_.levels()).level;
      seen[k] = cpu::look_closely(pyramid_.level(level), level, peak);
    });
    return seen;
  }

  Result<std::vector<CodeEvidence>> weigh(std::span<const LocatedCode> codes) override {
    std::vector<CodeEvidence> evidence(codes.size());
    each(codes,
         [&](const LocatedCode& code, std::size_t k) { evidence[k] = cpu::weigh(pyramid_, code); });
    return evidence;
  }

  Result<> fit(std::span<LocatedCode> codes, FitStart start) override {
    if (codes.size() == 1) {
      fit_one(patch_, start, codes.front());
      return Ok{};
    }
    constexpr std::size_t kTogether = 16;  // codes that share scratch
    const std::size_t parts = (codes.size() + kTogether - 1) / kTogether;
    parallel_for(static_cast<std::int64_t>(parts), [&](std::int64_t part) {
      CodePatch patch;
      const std::size_t first = static_cast<std::size_t>(part) * kTogether;
      for (std::size_t k = first; k < std::min(first + kTogether, codes.size()); ++k)
        fit_one(patch, start, codes[k]);
    });
    return Ok{};
  }

  std::size_t fits_ahead() const override { return 1; }  // none is fitted in vain

 private:
  Result<> form_level(std::int32_t) override {
    pyramid_.form_next();
    return Ok{};
  }

  template <class T, class Body>
  static void each(std::span<const T> all, const Body& body) {
    parallel_for(static_cast<std::int64_t>(all.size()), [&](std::int64_t k) {
      body(all[static_cast<std::size_t>(k)], static_cast<std::size_t>(k));
    });
  }

  void fit_one(CodePatch& patch, FitStart start, LocatedCode& code) const {
    if (!fit_code(pyramid_, patch, start, code)) code.score = 0;
  }

  CodePyramid pyramid_;
  CodePatch patch_;
};

class CpuCodeFinder final : public CodeFinder {
 public:
  explicit CpuCodeFinder(const CodeFinderConfig& config) : config_(config), passes_(config) {}

  Result<std::vector<LocatedCode>> run(ImageView<const float> image) override {
    OSTRACON_TRY(check_image(config_, image.rows, image.cols));
    passes_.set(image);
    return steps::search_codes(config_, passes_);
  }

 private:
  CodeFinderConfig config_;
  CpuCodePasses passes_;
};

}  // namespace

Result<std::unique_ptr<CodeFinder>> make_code_finder(const CodeFinderConfig& config) {
  OSTRACON_TRY(check(config));
  return std::unique_ptr<CodeFinder>(std::make_unique<CpuCodeFinder>(config));
}

}  // namespace ostracon::cpu
