#include "host/cpu/code_sampler.hpp"

#include <algorithm>
#include <array>
#include <cmath>
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

/// The pixels of a tile, about.
ImageView<const float> pixels_of(const ImageView<const float>& image, const CodeMap& map,
                                 const rules::ModuleTile& tile) {
  const std::array<float, 2> at =
      map.at(middle(tile.top, tile.bottom), middle(tile.left, tile.end));
  const auto range = [&](std::size_t axis, std::int32_t size) {
    const float half = 0.5F * static_cast<float>(rules::kInverseTile) *
                       (std::abs(map.terms[1][axis]) + std::abs(map.terms[2][axis]));
    const auto within = [&](float pixel) {
      const auto last = static_cast<float>(size - 1);
      return static_cast<std::int32_t>(pixel > 0 ? std::min(pixel, last) : 0.0F);
    };
    return std::array{within(at[axis] - half), within(at[axis] + half) + 1};
  };
  const auto rows = range(0, image.rows), cols = range(1, image.cols);
  return {&image(rows[0], cols[0]), rows[1] - rows[0], cols[1] - cols[0], image.row_stride};
}

/// The means of a code's modules and of the margin around, `wide` a side; `next` will be sampled
/// after it.
void sample(const ImageView<const float>& image, const CodeMap& map, std::int32_t wide,
            const CodeMap& next, float* means) {
  const rules::CodeTerms terms = steps::terms_of(map);
  const std::int32_t across = rules::tiles_across(wide), tiles = across * across;
  ModuleRun run;
  run.image = image;
  std::array<float, ModuleRun::kMost> of_tile;
  for (std::int32_t index = 0; index < tiles; ++index) {
    const bool last = index + 1 == tiles;
    run.coming =
        pixels_of(image, last ? next : map, rules::module_tile(last ? 0 : index + 1, wide));
    const rules::ModuleTile tile = rules::module_tile(index, wide);
    run.inverse =
        rules::inverse_at(terms, middle(tile.top, tile.bottom), middle(tile.left, tile.end));
    lay_run(terms, tile, run);
    module_means(run, of_tile.data());
    const std::int32_t cols = tile.end - tile.left;
    for (std::int32_t row = tile.top; row < tile.bottom; ++row)
      std::copy_n(of_tile.data() + (row - tile.top) * cols, cols,
                  means + cell(row, tile.left, wide));
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
      const CodeMap& next = codes[std::min(i + 1, codes.size() - 1)].map;
      sample(image, codes[i].map, places[i].wide, next, means(places[i]).data());
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
