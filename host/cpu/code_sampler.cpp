#include "host/cpu/code_sampler.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "host/cpu/code_sampler_kernel.hpp"
#include "host/parallel.hpp"
#include "host/steps/code_dirt.hpp"
#include "host/steps/code_equalisation.hpp"
#include "host/steps/code_response.hpp"
#include "pipeline/rules/code_window.hpp"

namespace ostracon::cpu {
namespace {

using steps::cell;
using steps::kCodeMargin;

/// The means of a code's modules and of the margin around, `wide` a side.
void sample(ImageView<const float> image, const CodeMap& map, std::int32_t wide, float* means) {
  constexpr std::int32_t kTile = rules::kInverseTile;
  const rules::CodeTerms terms = steps::terms_of(map);
  const auto place = [](std::int32_t index) { return static_cast<float>(index - kCodeMargin); };
  for (std::int32_t top = 0; top < wide; top += kTile)
    for (std::int32_t left = 0; left < wide; left += kTile) {
      const std::int32_t bottom = std::min(wide, top + kTile), count = std::min(wide - left, kTile);
      ModuleRun run{.image = image,
                    .inverse = rules::inverse_at(terms, 0.5F * (place(top) + place(bottom - 1)),
                                                 0.5F * (place(left) + place(left + count - 1))),
                    .count = count};
      for (std::int32_t row = top; row < bottom; ++row) {
        for (std::int32_t k = 0; k < count; ++k) {
          const rules::PixelPlace at = rules::place_of(terms, place(row), place(left + k));
          run.y[k] = at.y;
          run.x[k] = at.x;
        }
        module_means(run, means + cell(row, left, wide));
      }
    }
}

class CpuCodeSampler final : public CodeSampler {
 public:
  explicit CpuCodeSampler(const CodeSamplerConfig& config) : config_(config) {}

  Result<std::vector<CodeSignal>> run(ImageView<const float> image,
                                      std::span<const LocatedCode> codes, Llr* modules) override {
    OSTRACON_TRY(check_sampled(config_, image.rows, image.cols, codes));
    if (codes.empty()) return std::vector<CodeSignal>{};
    const std::vector<steps::CodePlace> places = steps::code_places(codes);
    if (means_.size() < places.back().end_sampled()) means_.resize(places.back().end_sampled());
    const auto means = [&](const steps::CodePlace& place) {
      return std::span(means_).subspan(place.sampled, place.end_sampled() - place.sampled);
    };
    const auto each = [&](const auto& body) {
      parallel_for(static_cast<std::int64_t>(codes.size()),
                   [&](std::int64_t i) { body(static_cast<std::size_t>(i)); });
    };
    std::vector<steps::CodeSums> sums(codes.size());
    each([&](std::size_t i) {
      sample(image, codes[i].map, places[i].wide, means(places[i]).data());
      sums[i] = steps::sums_of(means(places[i]), steps::known_modules(codes[i].version));
    });
    const auto fitted = steps::equalisation_of(places, means_, sums);
    std::vector<CodeSignal> signals(codes.size());
    each([&](std::size_t i) {
      const steps::CodePlace& place = places[i];
      signals[i] = fitted[i].equaliser.signal;
      const std::span of_code(modules + place.modules, modules + place.end_modules());
      if (signals[i].contrast == 0)
        std::fill(of_code.begin(), of_code.end(), Llr{0});
      else
        equalise(fitted[i].equaliser, place.side, means(place).data(), of_code.data());
      steps::lower_doubtful(fitted[i].doubtful, of_code);
    });
    return signals;
  }

 private:
  CodeSamplerConfig config_;
  std::vector<float> means_;  // grows with what a picture has
};

}  // namespace

Result<std::unique_ptr<CodeSampler>> make_code_sampler(const CodeSamplerConfig& config) {
  OSTRACON_TRY(check(config));
  return std::unique_ptr<CodeSampler>(std::make_unique<CpuCodeSampler>(config));
}

}  // namespace ostracon::cpu
