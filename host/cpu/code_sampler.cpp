#include "host/cpu/code_sampler.hpp"

#include <hwy/cache_control.h>

#include <algorithm>
#include <cmath>
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

/// Of a tile's middle, which counts the margin, the row or column in the symbol.
float middle(std::int32_t begin, std::int32_t end) {
  return 0.5F * static_cast<float>(begin + end - 1 - 2 * kCodeMargin);
}

/// Calls for the pixels of a tile that will be read next: they take longer to come than to be used.
void fetch(const ImageView<const float>& image, const CodeMap& map, const rules::CodeTerms& terms,
           const rules::ModuleTile& tile) {
  constexpr std::int32_t kLine = 64 / sizeof(float);
  const rules::PixelPlace at =
      rules::place_of(terms, middle(tile.top, tile.bottom), middle(tile.left, tile.end));
  const auto half = [&](std::size_t axis) {
    return 0.5F * static_cast<float>(rules::kInverseTile) *
           (std::abs(map.terms[1][axis]) + std::abs(map.terms[2][axis]));
  };
  const auto within = [](float pixel, std::int32_t size) {
    const auto last = static_cast<float>(size - 1);
    return static_cast<std::int32_t>(pixel > 0 ? std::min(pixel, last) : 0.0F);
  };
  const std::int32_t last_y = within(at.y + half(0), image.rows);
  const std::int32_t first_x = within(at.x - half(1), image.cols);
  const std::int32_t last_x = within(at.x + half(1), image.cols);
  for (std::int32_t y = within(at.y - half(0), image.rows); y <= last_y; ++y)
    for (std::int32_t x = first_x; x <= last_x; x += kLine) hwy::Prefetch(&image(y, x));
}

/// The means of a code's modules and of the margin around, `wide` a side.
void sample(ImageView<const float> image, const CodeMap& map, std::int32_t wide, float* means) {
  const rules::CodeTerms terms = steps::terms_of(map);
  const auto place = [](std::int32_t index) { return static_cast<float>(index - kCodeMargin); };
  const std::int32_t across = rules::tiles_across(wide), tiles = across * across;
  for (std::int32_t index = 0; index < tiles; ++index) {
    if (index + 1 < tiles) fetch(image, map, terms, rules::module_tile(index + 1, wide));
    const rules::ModuleTile tile = rules::module_tile(index, wide);
    ModuleRun run{.image = image,
                  .inverse = rules::inverse_at(terms, middle(tile.top, tile.bottom),
                                               middle(tile.left, tile.end)),
                  .count = tile.end - tile.left};
    for (std::int32_t row = tile.top; row < tile.bottom; ++row) {
      for (std::int32_t k = 0; k < run.count; ++k) {
        const rules::PixelPlace at = rules::place_of(terms, place(row), place(tile.left + k));
        run.y[k] = at.y;
        run.x[k] = at.x;
      }
      module_means(run, means + cell(row, tile.left, wide));
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
